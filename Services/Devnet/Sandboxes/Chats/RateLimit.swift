/// So many at once, and then one more each time that has passed: what services mean by «one a second, with bursts».
struct RateLimit: Sendable {
    /// At once, after a pause.
    let burst: Int
    /// For each further one.
    let every: Duration
    /// When all that was taken will have been earned.
    private var earned: ContinuousClock.Instant?

    init(burst: Int, every: Duration) {
        self.burst = burst
        self.every = every
    }

    /// How long to wait for the next one; `nil`: not at all.
    func wait(at now: ContinuousClock.Instant) -> Duration? {
        guard let earned else { return nil }
        let wait = now.duration(to: earned) - every * (burst - 1)
        return wait > .zero ? wait : nil
    }

    mutating func take(at now: ContinuousClock.Instant) { earned = max(earned ?? now, now) + every }
}

/// So many in a window, which begins with the first of them: what `X-RateLimit-Remaining` counts down.
struct RateWindow: Sendable {
    let limit: Int
    let length: Duration
    private var end: ContinuousClock.Instant?
    private var taken = 0

    init(limit: Int, length: Duration) {
        self.limit = limit
        self.length = length
    }

    /// Counts one.
    /// - Returns: whether it was within the limit, how many more are, and when the window ends.
    mutating func take(at now: ContinuousClock.Instant) -> (isWithin: Bool, remaining: Int, reset: Duration) {
        if end.map({ $0 <= now }) ?? true {
            end = now + length
            taken = 0
        }
        let isWithin = taken < limit
        if isWithin { taken += 1 }
        return (isWithin, limit - taken, end.map { now.duration(to: $0) } ?? length)
    }
}

extension Duration {
    /// Whole seconds, rounded up, at least one: what `Retry-After` can say.
    var retrySeconds: Int {
        let (seconds, attoseconds) = components
        return Int(max(1, attoseconds > 0 ? seconds + 1 : seconds))
    }
}
