/// How long to leave a price source alone. Pure: the caller tells the time.
///
/// Three failures in a row open it for four times the pace; each further one doubles that, up to ten minutes. One that
/// asks for a pause gets it, at most an hour.
public struct SourceBreaker: Sendable, Equatable {
    /// Failures in a row that open it.
    private static let threshold = 3
    private static let longest = Duration.seconds(600)
    private static let longestWish = Duration.seconds(3600)

    /// Failures since the last success.
    public private(set) var failures = 0

    /// Closed.
    public init() {}

    /// Whether it is open: the source is asked less often than configured.
    public var isOpen: Bool { failures >= Self.threshold }

    /// It answered well.
    public mutating func succeeded() { failures = 0 }

    /// It did not.
    /// - Parameters:
    ///   - pace: how often the source is asked when it is well.
    /// - Returns: how long to wait before it is asked again.
    public mutating func failed(_ fault: PriceFault, pace: Duration) -> Duration {
        failures += 1
        let longest = max(Self.longest, pace)
        var wait = pace
        if isOpen { wait = min(longest, pace * 4 * (1 << min(failures - Self.threshold, 10))) }
        // Without a number, a throttled source is left alone for longer too.
        if fault.code == .throttled { wait = max(wait, min(longest, pace * 4)) }
        if let wish = fault.retryAfter { wait = max(wait, min(wish, Self.longestWish)) }
        return wait
    }
}
