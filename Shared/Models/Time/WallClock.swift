internal import Glibc

/// Where domain time comes from. Injected everywhere, so that the local stack can follow the devnet and tests can turn it.
///
/// Leases, timeouts and backoff do not use it: they are measured on `ContinuousClock`.
public protocol WallClock: Sendable {
    /// The present moment of domain time.
    func now() -> Timestamp
}

/// The machine's own clock.
public struct SystemClock: WallClock {
    /// Reads nothing yet; any two are the same clock.
    public init() {}

    /// `CLOCK_REALTIME`, cut to milliseconds. It may step when the machine is set right.
    public func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
