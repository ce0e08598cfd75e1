/// One receiver of webhooks in the benchmark: how it answers, and what it has been through.
struct Receiver: Sendable {
    /// What is the matter with it.
    enum Kind: String, Codable, Sendable, CaseIterable {
        /// Takes everything at once.
        case healthy
        /// Never answers.
        case hanging
        /// Answers 500.
        case failing
        /// Answers 429 for ``pause`` seconds, then takes ``taken`` deliveries, then 429 again.
        case throttling
        /// Takes ``patience`` deliveries, then answers 410.
        case leaving
    }

    /// What a request gets.
    enum Answer: Sendable, Hashable {
        case accepted
        case failed
        case throttled(seconds: Int)
        case gone
        case silence
    }

    /// Seconds that a throttling receiver wants to be left alone.
    static let pause = 10.0
    /// Deliveries that it takes between its pauses.
    static let taken = 20
    /// Deliveries that a leaving receiver takes.
    static let patience = 5
    /// Seconds in which a request may still come that was under way when the receiver asked for a pause, or left.
    private static let leeway = 1.0

    let kind: Kind
    /// Requests that came.
    private(set) var requests = 0
    /// Requests that came while it had asked to be left alone, those under way left out.
    private(set) var early = 0
    /// Requests that came after it had answered 410, those under way left out.
    private(set) var afterGone = 0
    /// Requests that were under way when it answered 410.
    private(set) var withGone = 0
    private var accepted = 0
    private var wentAt: Double?
    private var pauseBegan: Double?

    init(_ kind: Kind) { self.kind = kind }

    /// Answers a request.
    /// - Parameter now: seconds on a clock that nobody sets.
    mutating func answer(at now: Double) -> Answer {
        requests += 1
        switch kind {
        case .healthy: return .accepted
        case .hanging: return .silence
        case .failing: return .failed
        case .throttling: return throttle(at: now)
        case .leaving: return leave(at: now)
        }
    }

    private mutating func throttle(at now: Double) -> Answer {
        if let began = pauseBegan {
            let left = began + Self.pause - now
            guard left <= 0 else {
                if now - began > Self.leeway { early += 1 }
                return .throttled(seconds: Int(left.rounded(.up)))
            }
            pauseBegan = nil
            accepted = 0
        } else if accepted == 0 || accepted >= Self.taken {
            pauseBegan = now
            return .throttled(seconds: Int(Self.pause))
        }
        accepted += 1
        return .accepted
    }

    private mutating func leave(at now: Double) -> Answer {
        guard accepted < Self.patience else {
            guard let wentAt else {
                self.wentAt = now
                return .gone
            }
            if now - wentAt > Self.leeway { afterGone += 1 } else { withGone += 1 }
            return .gone
        }
        accepted += 1
        return .accepted
    }
}
