internal import CPostgres

/// The answer to one statement.
public struct PostgresRows: Sendable {
    private let result: ServerResult
    private let statement: SQL

    init(_ result: ServerResult, of statement: SQL) {
        self.result = result
        self.statement = statement
    }

    /// How many rows there are.
    public var count: Int { Int(PQntuples(result.pointer)) }

    /// How many rows were inserted, updated, deleted, or selected.
    public var affected: Int { Int(String(cString: PQcmdTuples(result.pointer))) ?? 0 }

    /// The server's command tag, such as `INSERT 0 5`.
    var tag: String { String(cString: PQcmdStatus(result.pointer)) }

    /// The rows as tuples, or as single values where one column is named.
    /// - Throws: ``PostgresError/Code/decoding`` when the number of columns differs or a field does not fit its type.
    public func decode<each Column: PostgresDecodable>(
        as: (repeat each Column).Type,
        file: String = #fileID,
        line: Int = #line
    ) throws(PostgresError) -> [(repeat each Column)] {
        let pointer = result.pointer
        let columns = Int(PQnfields(pointer))
        var expected = 0
        for _ in repeat (each Column).self { expected += 1 }
        guard columns == expected else {
            throw PostgresError(
                .decoding,
                "the statement has \(columns) columns, \(expected) are read",
                statement: statement.description,
                file: file,
                line: line
            )
        }
        let types = (0..<columns).map { PostgresType(rawValue: PQftype(pointer, Int32($0))) }
        let rows = PQntuples(pointer)
        var decoded: [(repeat each Column)] = []
        decoded.reserveCapacity(Int(rows))
        for row in 0..<rows {
            var reader = RowReader(pointer: pointer, types: types, row: row)
            do {
                decoded.append((repeat try reader.next((each Column).self)))
            } catch {
                throw failure(error as? PostgresDecodingFailure, reader, file, line)
            }
        }
        return decoded
    }

    private func failure(
        _ failure: PostgresDecodingFailure?,
        _ reader: RowReader,
        _ file: String,
        _ line: Int
    ) -> PostgresError {
        let column = reader.column - 1
        let name = String(cString: PQfname(result.pointer, Int32(column)))
        let found =
            switch failure {
            case .null: "NULL"
            case .type, nil: "\(reader.types[column])"
            case .malformed(let what): "\(reader.types[column]), \(what)"
            }
        return PostgresError(
            .decoding,
            "column \(column + 1) '\(name)' of row \(reader.row + 1): expected \(reader.expected), found \(found)",
            statement: statement.description,
            file: file,
            line: line
        )
    }
}

private struct RowReader {
    let pointer: OpaquePointer
    let types: [PostgresType]
    let row: Int32
    var column = 0
    var expected = ""

    init(pointer: OpaquePointer, types: [PostgresType], row: Int32) {
        self.pointer = pointer
        self.types = types
        self.row = row
    }

    mutating func next<Value: PostgresDecodable>(_: Value.Type) throws -> Value {
        let index = Int32(column)
        column += 1
        var bytes: UnsafeRawBufferPointer?
        if PQgetisnull(pointer, row, index) == 0, let start = PQgetvalue(pointer, row, index) {
            bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(pointer, row, index)))
        }
        do {
            return try Value.read(PostgresCell(type: types[column - 1], bytes: bytes))
        } catch {
            expected = "\(Value.self)"
            throw error
        }
    }
}

/// Owns one `PGresult`.
///
/// `@unchecked`: libpq never changes a result after handing it out and lets any thread read it (libpq, "Behavior in
/// Threaded Programs"); it is freed once, by `deinit`.
final class ServerResult: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQclear(pointer) }
}
