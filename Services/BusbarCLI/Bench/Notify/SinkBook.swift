internal import Models
internal import Synchronization
internal import Webhooks

/// What has come to the receivers of the benchmark, by event and by receiver.
///
/// Written by the sink's thread alone, and read by others: a few bytes an event, whatever comes.
final class SinkBook: Sendable {
    /// A request as it came.
    struct Request: Sendable {
        /// By its path.
        var receiver: Int?
        var id: String
        var timestamp: String
        var signature: String
        var body: [UInt8]
    }

    /// What to do with a request.
    struct Verdict: Sendable {
        /// Nil when it should never have come: it is refused.
        var answer: Receiver.Answer?
        var event: Int?
    }

    /// What was found.
    struct Findings: Codable, Sendable, Equatable {
        /// Requests with a `webhook-id` that no event has: new ids for old events, or others'.
        var strangeIDs = 0
        /// Requests that came to another endpoint than the event's.
        var misdirected = 0
        /// Requests whose body does not hold the event as it was published.
        var garbled = 0
        var signaturesChecked = 0
        var signaturesRefused = 0
        /// Most requests that were left unanswered at once, of one endpoint.
        var mostOpen = 0
        /// Deliveries of an event that had been accepted before.
        var repeated = 0

        enum CodingKeys: String, CodingKey {
            case misdirected, garbled, repeated
            case strangeIDs = "strange_ids"
            case signaturesChecked = "signatures_checked"
            case signaturesRefused = "signatures_refused"
            case mostOpen = "most_open_requests"
        }
    }

    private struct State {
        var receivers: [Receiver]
        /// By event: when it was first accepted; 0 for never.
        var acceptedAt: [Double]
        var accepted = 0
        /// Events to healthy receivers that were not accepted, by part of the plan.
        var missing: [Range<Int>: Int]
        /// Requests that wait for an answer they never get, by receiver.
        var open: [Int]
        /// The event that a receiver answered 410 to first, by receiver.
        var goneAt: [Int: Int] = [:]
        var findings = Findings()
    }

    /// One event in so many has its signature checked.
    private static let sample = 10

    private let plan: NotifyPlan
    private let messages: NotifyMessages
    private let secrets: [WebhookSecret]
    private let clock: any WallClock
    private let state: Mutex<State>

    /// - Parameter secrets: by endpoint.
    init(_ plan: NotifyPlan, _ messages: NotifyMessages, secrets: [WebhookSecret], clock: any WallClock) {
        self.plan = plan
        self.messages = messages
        self.secrets = secrets
        self.clock = clock
        state = Mutex(
            State(
                receivers: plan.kinds.map { Receiver($0) },
                acceptedAt: [Double](repeating: 0, count: plan.count),
                missing: Dictionary(
                    plan.parts.map { ($0, $0.count(where: plan.isHealthy)) },
                    uniquingKeysWith: { $1 }
                ),
                open: [Int](repeating: 0, count: plan.kinds.count)
            )
        )
    }

    /// Looks at a request and says what it gets.
    func take(_ request: Request, at now: Double) -> Verdict {
        state.withLock { state in
            guard let event = UUIDv7(request.id).flatMap(messages.event), event < plan.count else {
                state.findings.strangeIDs += 1
                return Verdict()
            }
            let recipient = plan.recipient(of: event)
            guard request.receiver == recipient else {
                state.findings.misdirected += 1
                return Verdict(event: event)
            }
            if !messages.isEnvelope(request.body, of: event, for: recipient) { state.findings.garbled += 1 }
            if event % Self.sample == 0 {
                state.findings.signaturesChecked += 1
                if !isSigned(request, secrets[recipient]) { state.findings.signaturesRefused += 1 }
            }
            let answer = state.receivers[recipient].answer(at: now)
            if answer == .gone, state.goneAt[recipient] == nil { state.goneAt[recipient] = event }
            return Verdict(answer: answer, event: event)
        }
    }

    private func isSigned(_ request: Request, _ secret: WebhookSecret) -> Bool {
        guard let timestamp = Int64(request.timestamp) else { return false }
        do throws(WebhookSignatureError) {
            try WebhookSignature.verify(
                id: request.id,
                timestamp: timestamp,
                body: request.body,
                header: request.signature,
                secret: secret,
                now: clock.now()
            )
            return true
        } catch {
            return false
        }
    }

    /// An event was taken, and its sender was told so.
    func accepted(_ event: Int, at now: Double) {
        state.withLock { state in
            guard state.acceptedAt[event] == 0 else {
                state.findings.repeated += 1
                return
            }
            state.acceptedAt[event] = now
            state.accepted += 1
            guard plan.isHealthy(event) else { return }
            for part in plan.parts where part.contains(event) { state.missing[part, default: 0] -= 1 }
        }
    }

    /// A request is left without an answer.
    func opened(_ receiver: Int) { state.withLock { $0.open[receiver] += 1 } }

    /// Takes note of how many are left without an answer now.
    func countOpen(_ receiver: Int) {
        state.withLock { $0.findings.mostOpen = max($0.findings.mostOpen, $0.open[receiver]) }
    }

    /// Its sender has given it up.
    func closed(_ receiver: Int) { state.withLock { $0.open[receiver] -= 1 } }

    // MARK: Reading

    /// How many events were accepted so far.
    var accepted: Int { state.withLock { $0.accepted } }

    var findings: Findings { state.withLock { $0.findings } }

    var receivers: [Receiver] { state.withLock { $0.receivers } }

    /// The event that each receiver which wants no more answered 410 to first.
    var goneAt: [Int: Int] { state.withLock { $0.goneAt } }

    /// When each of some events was first accepted; nil for those that were not.
    func accepted(_ events: Range<Int>) -> [Double?] {
        state.withLock { $0.acceptedAt[events].map { $0 == 0 ? nil : $0 } }
    }

    /// How many events to healthy receivers have not been accepted, of one part of the plan.
    func missing(_ part: Range<Int>) -> Int { state.withLock { $0.missing[part] ?? 0 } }
}
