internal import CPostgres

/// One connection over plain libpq calls, used by one thread, which it blocks.
final class BareDatabase {
    /// A parameter of a prepared statement.
    enum Parameter {
        case text(String)
        case bytes([UInt8])
    }

    private let connection: OpaquePointer?

    /// - Parameter target: a libpq connection string.
    init(_ target: String) throws(BareFailure) {
        connection = PQconnectdb(target)
        guard PQstatus(connection) == CONNECTION_OK else { throw BareFailure("database: \(problem)") }
    }

    deinit { PQfinish(connection) }

    /// Prepares a statement under a name.
    func prepare(_ name: String, _ sql: String) throws(BareFailure) {
        try finish(PQprepare(connection, name, sql, 0, nil))
    }

    /// Runs a prepared statement as a transaction of its own.
    func run(_ name: String, _ parameters: [Parameter]) throws(BareFailure) {
        let values = parameters.map { parameter -> [UInt8] in
            switch parameter {
            case .text(let text): Array(text.utf8) + [0]
            case .bytes(let bytes): bytes + [0]
            }
        }
        let formats = parameters.map { parameter -> Int32 in
            if case .bytes = parameter { 1 } else { 0 }
        }
        let lengths = values.map { Int32($0.count - 1) }
        let flat = values.flatMap(\.self)
        let result = flat.withUnsafeBytes { memory -> OpaquePointer? in
            var offset = 0
            let pointers = values.map { value -> UnsafePointer<CChar>? in
                defer { offset += value.count }
                return memory.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
            }
            return PQexecPrepared(connection, name, Int32(parameters.count), pointers, lengths, formats, 0)
        }
        try finish(result)
    }

    private func finish(_ result: OpaquePointer?) throws(BareFailure) {
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else { throw BareFailure("database: \(problem)") }
    }

    private var problem: String { PQerrorMessage(connection).map { String(cString: $0) } ?? "out of memory" }
}

extension StackEnvironment {
    /// The stack's database as libpq takes it.
    var bareDatabase: String {
        "host=127.0.0.1 port=\(databasePort) dbname=\(databaseName) user=\(databaseUser) password=\(databasePassword) "
            + "sslmode=disable"
    }
}
