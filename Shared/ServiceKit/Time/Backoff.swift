/// Waits that grow after each failure: exponential, with full jitter, so that many processes do not come back at once.
///
/// The n-th wait is drawn from 0 to `base * 2^(n-1)`, at most `cap`.
public struct Backoff: Sendable {
    /// The ceiling of the first wait.
    public let base: Duration
    /// The ceiling of every wait.
    public let cap: Duration
    private var failures = 0

    /// 50 ms growing to 2 s, the cap towards broker and database (DESIGN 6), unless told otherwise.
    public init(base: Duration = .milliseconds(50), cap: Duration = .seconds(2)) {
        self.base = base
        self.cap = cap
    }

    /// The next wait.
    public mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        failures = min(failures + 1, 30)
        let ceiling = min(cap, base * (1 << (failures - 1)))
        return ceiling * Double.random(in: 0...1, using: &generator)
    }

    /// The next wait, drawn from the system's generator.
    public mutating func next() -> Duration {
        var generator = SystemRandomNumberGenerator()
        return next(using: &generator)
    }

    /// After a success: the next failure waits little again.
    public mutating func reset() { failures = 0 }
}
