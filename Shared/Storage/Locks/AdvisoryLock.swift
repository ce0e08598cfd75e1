/// The number of an advisory lock.
public struct AdvisoryLockKey: Hashable, Sendable, CustomStringConvertible {
    /// What `pg_try_advisory_lock(bigint)` is given; locks are apart by database.
    public let rawValue: Int64
    /// What the number was made from.
    public let name: String

    /// A key made from a name: its FNV-1a hash of 64 bits, the same in every process and version.
    public init(_ name: String) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        rawValue = Int64(bitPattern: hash)
        self.name = name
    }

    /// The name, not the number.
    public var description: String { name }
}

/// A session-level advisory lock that is held until its closure ends, or its session is lost.
///
/// The session is probed every two seconds, so that a frozen server or a cut network counts as lost within six. Until
/// then another holder may exist already: fence what must not happen twice in the database.
public final class AdvisoryLock: Sendable {
    /// Which lock is held.
    public let key: AdvisoryLockKey
    private let losses: AsyncStream<PostgresError>
    private let announce: AsyncStream<PostgresError>.Continuation

    init(_ key: AdvisoryLockKey, on connection: PostgresConnection) {
        self.key = key
        (losses, announce) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        let announce = announce
        connection.onLoss { error in
            announce.yield(error)
            announce.finish()
        }
    }

    /// Returns why the lock was lost, or `nil` when the task was cancelled or the lock given back. One task may wait.
    public func lost() async -> PostgresError? {
        for await error in losses { return error }
        return nil
    }

    func end() { announce.finish() }
}

extension PostgresClient {
    /// Holds the lock while `body` runs. The connection is used for nothing else; a killed process frees it at once.
    /// - Parameters:
    ///   - wait: how long to try, every 200 ms; for ever when `nil`.
    /// - Throws: ``PostgresError/Code/lockLost`` when it was not free in time; what `body` throws.
    @discardableResult
    public func withAdvisoryLock<R>(
        _ key: AdvisoryLockKey,
        wait: Duration? = nil,
        file: String = #fileID,
        line: Int = #line,
        _ body: (AdvisoryLock) async throws -> R
    ) async throws -> R {
        try await withLockedConnection(key, wait: wait, file, line) { lock, _ in try await body(lock) }
    }

    /// The same, and `body` may use the connection that holds the lock.
    func withLockedConnection<R>(
        _ key: AdvisoryLockKey,
        wait: Duration?,
        _ file: String,
        _ line: Int,
        _ body: (AdvisoryLock, PostgresConnection) async throws -> R
    ) async throws -> R {
        let connection = try await lease(file, line)
        // Never back into the pool: whatever happened, the lock ends with its session.
        defer { connection.release(discard: true) }
        connection.keepAlive()
        let deadline = wait.map { ContinuousClock.now + $0 }
        while try await !connection.tryLock(key, file, line) {
            if let deadline, deadline <= .now {
                throw PostgresError(.lockLost, "the lock '\(key)' is held by another", file: file, line: line)
            }
            // Tries again and again instead of waiting inside the server: a waiting statement holds a snapshot, which
            // CREATE INDEX CONCURRENTLY of the holder would wait for, and shows nothing when the server freezes.
            try await Task.sleep(for: .milliseconds(Int.random(in: 150...250)))
        }
        let lock = AdvisoryLock(key, on: connection)
        defer { lock.end() }
        return try await body(lock, connection)
    }
}

extension PostgresConnection {
    fileprivate func tryLock(
        _ key: AdvisoryLockKey,
        _ file: String,
        _ line: Int
    ) async throws(PostgresError) -> Bool {
        let answer = try await query(
            "SELECT pg_try_advisory_lock(\(key.rawValue))",
            as: Bool.self,
            file: file,
            line: line
        )
        return answer.first ?? false
    }

    /// Has the pool probe this connection while nobody uses it.
    func keepAlive() {
        let session = session
        pool.submit { $0.keepAlive(session) }
    }
}
