/// Exponential waits with full jitter: each is drawn from zero to the present ceiling.
struct Backoff: Sendable {
    let minimum: Duration
    let maximum: Duration
    private(set) var attempt = 0

    init(minimum: Duration, maximum: Duration) {
        self.minimum = minimum
        self.maximum = maximum
    }

    /// The ceiling of the next wait.
    var ceiling: Duration { min(maximum, minimum * (1 << min(attempt, 16))) }

    mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let ceiling = ceiling
        attempt += 1
        return ceiling * Double.random(in: 0...1, using: &generator)
    }

    mutating func reset() { attempt = 0 }
}
