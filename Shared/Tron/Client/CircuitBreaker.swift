/// Keeps requests away from a node that fails, and lets one through now and then to see whether it is back.
struct CircuitBreaker {
    /// Whether requests go through.
    enum State: Sendable, Hashable {
        case closed
        case open(until: ContinuousClock.Instant)
        /// One request is trying.
        case probing(since: ContinuousClock.Instant)
    }

    private let threshold: Int
    private let shortest: Duration
    private let longest: Duration
    private(set) var state = State.closed
    private var failures = 0
    private var opened = 0

    init(threshold: Int, shortest: Duration, longest: Duration) {
        self.threshold = max(1, threshold)
        self.shortest = shortest
        self.longest = longest
    }

    /// Whether a request may go now; when open, how long it stays so.
    /// - Parameter probeLimit: after this a probe that never reported counts as lost.
    mutating func admit(now: ContinuousClock.Instant, probeLimit: Duration) -> (admitted: Bool, wait: Duration) {
        switch state {
        case .closed: return (true, .zero)
        case .open(let until):
            guard now >= until else { return (false, until - now) }
            state = .probing(since: now)
            return (true, .zero)
        case .probing(let since):
            guard now - since >= probeLimit else { return (false, probeLimit - (now - since)) }
            state = .probing(since: now)
            return (true, .zero)
        }
    }

    mutating func succeeded() {
        state = .closed
        failures = 0
        opened = 0
    }

    mutating func failed(now: ContinuousClock.Instant) {
        failures += 1
        if case .closed = state, failures < threshold { return }
        open(for: min(longest, shortest * (1 << min(opened, 10))), now: now)
        opened += 1
    }

    /// Leaves the node alone for a time it asked for itself.
    mutating func pause(_ duration: Duration, now: ContinuousClock.Instant) {
        if case .open(let until) = state, until > now + duration { return }
        open(for: duration, now: now)
    }

    private mutating func open(for duration: Duration, now: ContinuousClock.Instant) {
        state = .open(until: now + duration)
        failures = 0
    }
}
