internal import Models
internal import Storage

/// Entries of the audit log for what people did to messages.
enum OperationsLog {
    /// Records an operation, before it is done.
    /// - Parameters:
    ///   - action: `parked.replay`, `parked.drop`.
    ///   - queue: the queue the messages came from.
    ///   - messages: their ids.
    static func record(
        _ action: String,
        queue: String,
        messages: [String],
        by operations: Operations,
        in connection: some PostgresQuerying
    ) async throws {
        try await connection.execute(
            """
            SELECT registry.record(\(operations.clock.now()), \(operations.actor), \(action), \(queue),
                                   jsonb_build_object('messages', to_jsonb(\(messages)::text[])))
            """
        )
    }
}
