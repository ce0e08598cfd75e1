/// Something that takes statements: the client (any connection, each call its own transaction), a leased connection, or
/// a transaction. Calls of concurrent tasks on one connection share the round trip, in order of arrival, and fail
/// apart.
public protocol PostgresQuerying: Sendable {
    /// Sends the statements in one round trip and waits for all answers. They run in order; the first failure skips
    /// the rest and is thrown. Outside a transaction they succeed or fail together.
    func pipeline(_ statements: [SQL], file: String, line: Int) async throws(PostgresError) -> [PostgresRows]
}

extension PostgresQuerying {
    /// The rows of a statement as tuples, or as single values where one column is named.
    /// - Throws: `PostgresError`, also when a column cannot be read as the type, or their number differs.
    public func query<each Column: PostgresDecodable>(
        _ sql: SQL,
        as: (repeat each Column).Type,
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) -> [(repeat each Column)] {
        let answers = try await pipeline([sql], file: file, line: line)
        return try answers[0].decode(as: (repeat each Column).self, file: file, line: line)
    }

    /// The one row of a statement, or `nil`.
    /// - Throws: `PostgresError.Code.misuse` when there are more.
    public func queryOne<each Column: PostgresDecodable>(
        _ sql: SQL,
        as: (repeat each Column).Type,
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) -> (repeat each Column)? {
        let rows = try await query(sql, as: (repeat each Column).self, file: file, line: line)
        guard rows.count <= 1 else {
            throw PostgresError(
                .misuse,
                "\(rows.count) rows where at most one was expected",
                statement: sql.description,
                file: file,
                line: line
            )
        }
        return rows.first
    }

    /// Runs a statement for its effect.
    /// - Returns: how many rows it changed.
    @discardableResult
    public func execute(
        _ sql: SQL,
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) -> Int {
        try await pipeline([sql], file: file, line: line)[0].affected
    }

    /// Sends the statements in one round trip; see ``PostgresQuerying/pipeline(_:file:line:)``.
    @discardableResult
    public func pipeline(
        _ statements: [SQL],
        fileID: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) -> [PostgresRows] {
        try await pipeline(statements, file: fileID, line: line)
    }
}
