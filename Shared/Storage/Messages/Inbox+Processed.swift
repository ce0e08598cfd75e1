extension Inbox {
    /// Which of these messages were processed: their effect is committed.
    public func processed(
        _ messageIDs: [String],
        consumer: String,
        in connection: some PostgresQuerying
    ) async throws(PostgresError) -> Set<String> {
        guard !messageIDs.isEmpty else { return [] }
        let known = try await connection.query(
            """
            SELECT message_id FROM \(identifier: schema).inbox
             WHERE consumer = \(consumer) AND message_id = ANY(\(messageIDs)) AND processed_at IS NOT NULL
            """,
            as: String.self
        )
        return Set(known)
    }
}
