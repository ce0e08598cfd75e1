/// Lets so many requests a second through on average, and after a pause so many at once.
struct TokenBucket {
    private let interval: Duration
    private let burst: Int
    /// When the bucket, filled at its rate, would have been empty: later than now while requests wait.
    private var empty: ContinuousClock.Instant

    init(perSecond: Double, burst: Int, now: ContinuousClock.Instant) {
        interval = .seconds(1 / max(perSecond, 0.001))
        self.burst = burst
        empty = now - interval * burst
    }

    /// Takes one request's place.
    /// - Parameter patience: the longest wait worth queueing for.
    /// - Returns: when the request may go, or `nil` when that is too late; no place is taken then.
    mutating func take(now: ContinuousClock.Instant, patience: Duration) -> ContinuousClock.Instant? {
        let start = max(empty, now - interval * burst) + interval
        guard start - now <= patience else { return nil }
        empty = start
        return max(start, now)
    }
}
