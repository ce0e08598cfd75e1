public import Models

/// The inbox of one schema: which messages were processed, by consumer, in the same transaction as their effect.
public struct Inbox: Sendable {
    /// What is known of a message that was delivered again.
    public struct Attempt: Sendable, Hashable {
        /// As the caller gave it: the message's id, or a longer key where ids of others may repeat.
        public let messageID: String
        /// Tries counted, this one included.
        public let count: Int
        /// Its effect is committed: acknowledge it.
        public let isProcessed: Bool
    }

    /// Owner of the table, unquoted.
    public let schema: String
    private let table: SQL

    /// Checks nothing: the table is made by ``Migration/messageTables(schema:)``.
    public init(schema: String) {
        self.schema = schema
        table = "\(identifier: schema).inbox"
    }

    /// The statement behind ``insert(_:consumer:at:in:)``; its rows are the new ids.
    public func insertion(of messageIDs: [String], consumer: String, at moment: Timestamp) -> SQL {
        """
        INSERT INTO \(table) AS i (consumer, message_id, first_seen, processed_at)
        SELECT \(consumer), m, \(moment), \(moment)
          FROM (SELECT DISTINCT m FROM unnest(\(messageIDs)::text[]) AS n(m) ORDER BY m) AS s
        ON CONFLICT (consumer, message_id) DO UPDATE SET processed_at = excluded.processed_at
         WHERE i.processed_at IS NULL
        RETURNING message_id
        """
    }

    /// Notes messages as processed. Those not returned were processed before, or are in the batch twice: a caller
    /// acts on the first occurrence of each id returned.
    /// - Returns: the ids that are new.
    public func insert(
        _ messageIDs: [String],
        consumer: String,
        at moment: Timestamp,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Set<String> {
        guard !messageIDs.isEmpty else { return [] }
        let new = try await transaction.query(
            insertion(of: messageIDs, consumer: consumer, at: moment),
            as: String.self
        )
        return Set(new)
    }

    /// Counts one more try of messages that were delivered again. To be committed before they are tried.
    public func countAttempts(
        _ messageIDs: [String],
        consumer: String,
        at moment: Timestamp,
        in connection: some PostgresQuerying
    ) async throws(PostgresError) -> [Attempt] {
        guard !messageIDs.isEmpty else { return [] }
        let rows = try await connection.query(
            """
            INSERT INTO \(table) AS i (consumer, message_id, first_seen, attempts)
            SELECT \(consumer), m, \(moment), 1
              FROM (SELECT DISTINCT m FROM unnest(\(messageIDs)::text[]) AS n(m) ORDER BY m) AS s
            ON CONFLICT (consumer, message_id) DO UPDATE SET attempts = i.attempts + 1
            RETURNING message_id, attempts, processed_at IS NOT NULL
            """,
            as: (String, Int, Bool).self
        )
        return rows.map { Attempt(messageID: $0.0, count: $0.1, isProcessed: $0.2) }
    }

    /// Forgets up to `limit` messages first seen before a moment, which must be older than any replay.
    /// - Returns: how many were forgotten.
    public func purge(
        seenBefore moment: Timestamp,
        limit: Int = 1000,
        in connection: some PostgresQuerying
    ) async throws(PostgresError) -> Int {
        try await connection.execute(
            """
            DELETE FROM \(table) WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM \(table) WHERE first_seen < \(moment) LIMIT \(limit) FOR UPDATE SKIP LOCKED))
            """
        )
    }
}
