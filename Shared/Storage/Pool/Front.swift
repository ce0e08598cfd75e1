/// The part of the pool that every thread sees, so that an idle connection is leased without visiting the pool's.
struct Front: Sendable {
    var idle: [UInt64] = []
    var open = 0
    var leased = 0
    var waiting = 0
    var isShutDown = false
    var lastError: PostgresError?
    var lastSuccess: ContinuousClock.Instant?

    /// Leases the connection used last, whose caches are warm.
    mutating func take() -> UInt64? {
        guard let id = idle.popLast() else { return nil }
        leased += 1
        return id
    }
}

/// Somebody waiting for a connection.
struct Waiter: Sendable {
    let id: UInt64
    let deadline: ContinuousClock.Instant
    let grant: Grant
}

/// Where a lease goes. A struct for the same reason as ``Reply``.
struct Grant: Sendable {
    var continuation: CheckedContinuation<Result<UInt64, PostgresError>, Never>

    func resume(_ result: Result<UInt64, PostgresError>) { continuation.resume(returning: result) }
}

/// How the pool is, read without waiting.
public struct PostgresPoolStatus: Sendable {
    /// Connections, those being opened included.
    public var open: Int
    /// Those nobody uses.
    public var idle: Int
    /// Those in use.
    public var leased: Int
    /// Callers waiting for one.
    public var waiting: Int
    /// The most there may be.
    public var limit: Int
    /// Why the newest connection broke or could not be opened; `nil` after one was opened again.
    public var lastError: PostgresError?
    /// When a connection was last opened or a lease ended well.
    public var lastSuccess: ContinuousClock.Instant?

    /// A connection is open, and none has failed since.
    public var isHealthy: Bool { open > 0 && lastError == nil && lastSuccess != nil }
}
