public import Models

/// The outbox of one schema. Messages are stored with their cause, published after commit, and marked; a sweep claims
/// those that a crash left behind. Publication is at least once.
public struct Outbox: Sendable {
    /// Owner of the table, unquoted.
    public let schema: String
    private let table: SQL

    /// Checks nothing: the table is made by ``Migration/messageTables(schema:)``.
    public init(schema: String) {
        self.schema = schema
        table = "\(identifier: schema).outbox"
    }

    /// The statement that stores messages, one whatever their number, to be sent with others. `nil` for none.
    public func insertion(of messages: [OutboxMessage]) -> SQL? {
        guard !messages.isEmpty else { return nil }
        return """
            INSERT INTO \(table)
                   (id, exchange, routing_key, message_id, type, correlation_id, body, headers, created_at)
            SELECT * FROM unnest(\(messages.map(\.id))::uuid[], \(messages.map(\.exchange))::text[],
                                 \(messages.map(\.routingKey))::text[], \(messages.map(\.messageID))::text[],
                                 \(messages.map(\.type))::text[], \(messages.map(\.correlationID))::text[],
                                 \(messages.map(\.body))::bytea[],
                                 \(messages.map { PostgresJSON($0.headers) })::jsonb[],
                                 \(messages.map(\.createdAt))::timestamptz[])
            """
    }

    /// Stores messages.
    public func insert(_ messages: [OutboxMessage], in connection: some PostgresQuerying) async throws(PostgresError) {
        guard let statement = insertion(of: messages) else { return }
        try await connection.execute(statement)
    }

    /// Locks up to `limit` unpublished messages made before a moment, oldest first, passing over those another holds.
    /// They are free again when the transaction ends: publish and mark within it.
    public func claim(
        madeBefore moment: Timestamp,
        limit: Int,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> [OutboxMessage] {
        let rows = try await transaction.query(
            """
            SELECT id, exchange, routing_key, message_id, type, correlation_id, body, headers, created_at
              FROM \(table) WHERE published_at IS NULL AND created_at < \(moment)
             ORDER BY id LIMIT \(limit) FOR NO KEY UPDATE SKIP LOCKED
            """,
            as: (UUIDv7, String, String, String, String, String?, [UInt8], PostgresJSON, Timestamp).self
        )
        return rows.map { row in
            OutboxMessage(
                id: row.0,
                exchange: row.1,
                routingKey: row.2,
                messageID: row.3,
                type: row.4,
                correlationID: row.5,
                body: row.6,
                headers: row.7.headers,
                createdAt: row.8
            )
        }
    }

    /// Marks messages as published, without waiting for the disk: a mark that a crash loses only means that the message
    /// is published once more. Those that a sweep holds are left to it.
    /// - Returns: how many were marked.
    @discardableResult
    public func markPublished(
        _ ids: [UUIDv7],
        at moment: Timestamp,
        in client: PostgresClient
    ) async throws -> Int {
        guard !ids.isEmpty else { return 0 }
        return try await client.withTransaction { transaction in
            let answers = try await transaction.executeAndCommit([
                "SET LOCAL synchronous_commit = off", marking(ids, at: moment),
            ])
            return answers[1].affected
        }
    }

    /// Marks claimed messages as published within the transaction that claimed them.
    @discardableResult
    public func markPublished(
        _ ids: [UUIDv7],
        at moment: Timestamp,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Int {
        guard !ids.isEmpty else { return 0 }
        return try await transaction.execute(marking(ids, at: moment))
    }

    /// Deletes up to `limit` published messages made before a moment. Call it again while it returns `limit`: short
    /// deletes hold no locks for long.
    /// - Returns: how many were deleted.
    public func purge(
        madeBefore moment: Timestamp,
        limit: Int = 1000,
        in connection: some PostgresQuerying
    ) async throws(PostgresError) -> Int {
        let bound = UUIDv7(high: UInt64(bitPattern: moment.milliseconds) << 16, low: 0)
        return try await connection.execute(
            """
            DELETE FROM \(table) WHERE id = ANY(ARRAY(
                SELECT id FROM \(table) WHERE id < \(bound) AND published_at IS NOT NULL
                 ORDER BY id LIMIT \(limit) FOR UPDATE SKIP LOCKED))
            """
        )
    }

    /// How many messages wait, and since when.
    public func backlog(
        in connection: some PostgresQuerying
    ) async throws(PostgresError) -> (count: Int, oldest: Timestamp?) {
        let row = try await connection.queryOne(
            "SELECT count(*), min(created_at) FROM \(table) WHERE published_at IS NULL",
            as: (Int, Timestamp?).self
        )
        return row.map { (count: $0.0, oldest: $0.1) } ?? (count: 0, oldest: nil)
    }

    private func marking(_ ids: [UUIDv7], at moment: Timestamp) -> SQL {
        """
        UPDATE \(table) SET published_at = \(moment) WHERE id = ANY(ARRAY(
            SELECT id FROM \(table) WHERE id = ANY(\(ids)) AND published_at IS NULL
             ORDER BY id FOR NO KEY UPDATE SKIP LOCKED))
        """
    }
}
