internal import Courier
internal import Models
internal import Planning
internal import Webhooks

extension Sender {
    /// How one request went.
    struct Call: Sendable {
        /// `nil`: it was not made after all, or nobody knows what became of it, by no fault of the receiver.
        var outcome: AttemptOutcome?
        /// In one word, for the record and the metric.
        var word: String
        var status: Int32?
        var address: String?
        var detail: String?
        var answer: String?
        var latency: Duration
    }

    /// Sends one request and judges the answer.
    func post(
        _ text: String?,
        _ headers: [(name: String, value: String)],
        _ body: [UInt8],
        for endpoint: Endpoint
    ) async -> Call {
        let url: TargetURL
        do {
            url = try TargetURL(text ?? "", policy: configuration.policy)
        } catch {
            return Call(outcome: .refused, word: "refused_target", detail: "\(error)", latency: .zero)
        }
        let begin = ContinuousClock.now
        do {
            let request = CourierRequest(url: url, headers: headers, body: body, timeout: configuration.timeout)
            return judged(try await courier.post(request), endpoint)
        } catch {
            return Call(error, latency: .now - begin)
        }
    }

    private func judged(_ answer: CourierAnswer, _ endpoint: Endpoint) -> Call {
        let channel = endpoint.channel
        let wish =
            channel.isForPeople
            ? ChatAnswer.retryAfter(channel: channel, status: answer.status, headers: answer.headers, body: answer.body)
            : answer.headers["retry-after"].flatMap { RetryAfter.parse(header: $0, now: clock.now()) }
        var outcome = judge(channel: channel, status: answer.status, retryAfter: wish)
        if outcome == .delivered, !ChatAnswer.isAccepted(channel: channel, status: answer.status, body: answer.body) {
            outcome = .refused
        }
        let isDelivered = outcome == .delivered
        // What an address inside our networks answers is not for a partner's eyes.
        let isHidden = answer.isInside && endpoint.partner != nil && !isDelivered
        return Call(
            outcome: outcome,
            word: outcome.name,
            status: Int32(clamping: answer.status),
            address: answer.address,
            detail: isDelivered ? nil : Self.reason(answer, channel),
            answer: isHidden ? nil : Self.shown(answer.body),
            latency: answer.latency
        )
    }

    private static func reason(_ answer: CourierAnswer, _ channel: NotificationChannel) -> String {
        let own = channel.isForPeople ? ChatAnswer.reason(channel: channel, body: answer.body) : nil
        return "it answered \(answer.status)" + (own.map { ": \($0)" } ?? "")
    }

    /// The first kilobyte as text, without what PostgreSQL cannot hold.
    private static func shown(_ bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty else { return nil }
        return String(decoding: bytes.prefix(1024), as: UTF8.self).replacing("\0", with: "\u{FFFD}")
    }

    /// Nothing could be sent at all.
    func unusable(_ deliveries: [PendingDelivery], _ endpoint: Endpoint, _ detail: String) -> Attempt {
        let call = Call(outcome: .failed(.notSent), word: "not_sent", detail: detail, latency: .zero)
        return attempt(of: deliveries, endpoint, call, at: clock.now())
    }

    /// What a call means for deliveries: delivered, tried again by the schedule, or given up.
    func attempt(of deliveries: [PendingDelivery], _ endpoint: Endpoint, _ call: Call, at begin: Timestamp) -> Attempt {
        guard let outcome = call.outcome else { return Attempt(returned: deliveries, outcome: nil) }
        let record = AttemptRecord(
            startedAt: begin,
            latency: call.latency,
            outcome: call.word,
            status: call.status,
            address: call.address,
            detail: call.detail,
            answer: call.answer
        )
        let results = deliveries.map { delivery in
            DeliveryResult(
                delivery: delivery,
                endpoint: endpoint,
                attempt: record,
                resolution: resolution(of: delivery, outcome, call),
                isGone: outcome == .gone
            )
        }
        return Attempt(results: results, outcome: outcome)
    }

    private func resolution(of delivery: PendingDelivery, _ outcome: AttemptOutcome, _ call: Call) -> Resolution {
        let why = call.detail ?? call.word
        var wish: Duration?
        switch outcome {
        case .delivered: return .delivered
        case .gone, .refused: return .dead(why)
        case .throttled(let retryAfter): wish = retryAfter
        case .failed: break
        }
        var generator = SystemRandomNumberGenerator()
        let tries = delivery.tries + 1
        guard let wait = schedule.wait(afterTry: tries, wish: wish, using: &generator) else {
            return .dead("\(tries) tries failed; the last: \(why)")
        }
        return .again(clock.now() + wait)
    }
}

extension Sender.Call {
    init(_ failure: CourierFailure, latency: Duration) {
        let outcome: AttemptOutcome? =
            switch failure.code {
            case .refusedAddress: .failed(.refusedAddress)
            case .unresolved: .failed(.unresolved)
            case .unreachable: .failed(.unreachable)
            case .timedOut: .failed(.timedOut)
            case .tls: .failed(.tls)
            case .tooLarge: .failed(.tooLarge)
            case .cut, .badAnswer: .failed(.cut)
            case .refusedMail: judge(channel: .email, status: failure.status ?? 0, retryAfter: nil)
            case .invalidRequest: .refused
            case .overloaded, .cancelled, .stopped: nil
            }
        self.init(
            outcome: outcome,
            word: failure.code.rawValue,
            status: failure.status.map { Int32(clamping: $0) },
            address: failure.address,
            detail: failure.reason,
            answer: nil,
            latency: latency
        )
    }
}
