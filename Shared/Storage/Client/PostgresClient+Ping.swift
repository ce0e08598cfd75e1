extension PostgresClient {
    /// Asks the server for a sign of life.
    public func ping(file: String = #fileID, line: Int = #line) async throws(PostgresError) {
        try await execute("SELECT 1", file: file, line: line)
    }
}
