/// A session that holds any number of advisory locks, until its closure ends or the session is lost.
///
/// For work that is divided: each part has a lock, and each process holds some. The locks of a killed process are free at
/// once. As with ``AdvisoryLock`` a loss is seen within six seconds, and until then another holder may exist already.
public final class LockSession: Sendable {
    private let connection: PostgresConnection
    private let losses: AsyncStream<PostgresError>
    private let announce: AsyncStream<PostgresError>.Continuation

    init(on connection: PostgresConnection) {
        self.connection = connection
        (losses, announce) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        let announce = announce
        connection.onLoss { error in
            announce.yield(error)
            announce.finish()
        }
    }

    /// Takes those of the locks that are free.
    /// - Returns: the positions of those that are held now. A lock that this session has already is held once more.
    public func tryLock(
        _ keys: [AdvisoryLockKey],
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) -> [Int] {
        guard !keys.isEmpty else { return [] }
        let rows = try await connection.query(
            """
            SELECT k.n, pg_try_advisory_lock(k.key)
              FROM unnest(\(keys.map(\.rawValue))::bigint[]) WITH ORDINALITY AS k(key, n)
            """,
            as: (Int64, Bool).self,
            file: file,
            line: line
        )
        return rows.filter(\.1).map { Int($0.0) - 1 }.sorted()
    }

    /// Gives locks back, each once.
    public func unlock(
        _ keys: [AdvisoryLockKey],
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) {
        guard !keys.isEmpty else { return }
        try await connection.execute(
            "SELECT pg_advisory_unlock(k) FROM unnest(\(keys.map(\.rawValue))::bigint[]) AS k",
            file: file,
            line: line
        )
    }

    /// Becomes one of a group's members, as long as the session lasts.
    public func join(
        _ group: AdvisoryLockKey,
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) {
        try await connection.execute(
            "SELECT pg_advisory_lock_shared(\(group.rawValue))",
            file: file,
            line: line
        )
    }

    /// How many sessions of this database are members of the group, this one included.
    public func members(
        of group: AdvisoryLockKey,
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) -> Int {
        let bits = UInt64(bitPattern: group.rawValue)
        let (high, low) = (Int64(bits >> 32), Int64(bits & 0xFFFF_FFFF))
        let count = try await connection.queryOne(
            """
            SELECT count(*) FROM pg_catalog.pg_locks
             WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted AND objsubid = 1
               AND classid::bigint = \(high) AND objid::bigint = \(low)
               AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
            """,
            as: Int64.self,
            file: file,
            line: line
        )
        return Int(count ?? 0)
    }

    /// Returns why the session was lost, or `nil` when the task was cancelled or the session ended. One task may wait.
    public func lost() async -> PostgresError? {
        for await error in losses { return error }
        return nil
    }

    func end() { announce.finish() }
}

extension PostgresClient {
    /// Lends a session for advisory locks to `body`; its connection is used for nothing else, and ends with it.
    /// - Throws: what `body` throws; ``PostgresError/Code/acquireTimeout`` without a connection.
    @discardableResult
    public func withLockSession<R>(
        file: String = #fileID,
        line: Int = #line,
        _ body: (LockSession) async throws -> R
    ) async throws -> R {
        let connection = try await lease(file, line)
        // Never back into the pool: whatever happened, the locks end with their session.
        defer { connection.release(discard: true) }
        connection.keepAlive()
        let session = LockSession(on: connection)
        defer { session.end() }
        return try await body(session)
    }
}
