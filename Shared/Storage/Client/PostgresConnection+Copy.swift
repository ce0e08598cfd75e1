extension PostgresConnection {
    /// Appends rows to a table by COPY, the fastest way for many. All or none.
    /// - Parameters:
    ///   - table: as SQL writes it, `\(identifier:)` included.
    ///   - columns: in the order of the values of each row.
    /// - Returns: how many rows were stored.
    @discardableResult
    public func copy(
        _ rows: CopyRows,
        into table: SQL,
        columns: [String],
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) -> Int {
        guard table.parameters.isEmpty else {
            throw PostgresError(.misuse, "COPY takes no parameters", file: file, line: line)
        }
        let names = columns.map(quoted).joined(separator: ", ")
        let text = "COPY \(table) (\(names)) FROM STDIN (FORMAT binary)"
        let options = RoundOptions(timeout: pool.configuration.responseTimeout, commits: true)
        let answer = try await perform(.copyIn(text, rows.finished), options, file, line)
        return answer.results.last.map { PostgresRows($0, of: SQL()).affected } ?? 0
    }

    /// The rows of a query in COPY's text format: columns parted by tabs, `\N` for NULL, rows ended by newlines.
    /// - Parameters:
    ///   - query: without parameters.
    ///   - limit: most bytes held in memory; more is an error and costs the connection.
    public func copyOut(
        _ query: SQL,
        limit: Int = 16 << 20,
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) -> [UInt8] {
        guard query.parameters.isEmpty else {
            throw PostgresError(.misuse, "COPY takes no parameters", file: file, line: line)
        }
        let options = RoundOptions(timeout: pool.configuration.responseTimeout, commits: false)
        return try await perform(.copyOut("COPY (\(query)) TO STDOUT", limit: limit), options, file, line).bytes
    }
}
