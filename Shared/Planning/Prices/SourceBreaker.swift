/// How long to leave a price source alone. Pure: the caller tells the time.
///
/// Three failures in a row open it for four times the pace; each further one doubles that, up to ten minutes. One that
/// asks for a pause gets it, at most an hour. Both limits can be set lower, for a source that is many: one of the chain's
/// nodes may be well while another is not.
public struct SourceBreaker: Sendable, Equatable {
    /// Failures in a row that open it.
    private static let threshold = 3
    private let longest: Duration
    private let longestWish: Duration

    /// Failures since the last success.
    public private(set) var failures = 0

    /// Closed.
    /// - Parameters:
    ///   - longest: the most that failures make it wait.
    ///   - longestWish: the most that it waits because it was asked to.
    public init(longest: Duration = .seconds(600), longestWish: Duration = .seconds(3600)) {
        self.longest = longest
        self.longestWish = longestWish
    }

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
        let longest = max(longest, pace)
        var wait = pace
        if isOpen { wait = min(longest, pace * 4 * (1 << min(failures - Self.threshold, 10))) }
        // Without a number, a throttled source is left alone for longer too.
        if fault.code == .throttled { wait = max(wait, min(longest, pace * 4)) }
        if let wish = fault.retryAfter { wait = max(wait, min(wish, longestWish)) }
        return wait
    }

    /// How long to wait when what came of a look could not be stored: nothing of it is kept, so it is soon read again.
    /// - Parameter wait: what ``failed(_:pace:)`` answered; `nil` when the source itself did well. A source that is to be
    ///   left alone is left alone all the same.
    public static func pause(unstored wait: Duration?, pace: Duration) -> Duration {
        max(wait ?? .zero, min(pace, .seconds(1)))
    }
}
