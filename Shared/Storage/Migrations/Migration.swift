/// One step of a schema, applied once and never changed afterwards.
public struct Migration: Sendable, Hashable {
    /// Unique in its set, such as `0001_partners`.
    public var name: String
    /// One or more statements. A text with the line `-- busbar:no-transaction` is run statement by statement outside a
    /// transaction, for `CREATE INDEX CONCURRENTLY`; it must be harmless to run again, should it break off.
    public var sql: String

    /// Checks nothing; the server reads the text when it is applied.
    public init(name: String, sql: String) {
        self.name = name
        self.sql = sql
    }

    /// Embedded resources are bytes.
    public init(name: String, sql bytes: [UInt8]) {
        self.init(name: name, sql: String(decoding: bytes, as: UTF8.self))
    }

    var runsOutsideTransaction: Bool {
        sql.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("-- busbar:no-transaction") }
    }
}

/// The migrations of one owner, in order.
public struct MigrationSet: Sendable {
    /// The owner and its schema, which is made if it is not there.
    public var schema: String
    /// Only ever appended to: position and text of what was applied are checked.
    public var migrations: [Migration]

    /// - Parameter schema: unquoted. One set for each: the positions of what was applied are counted by schema.
    public init(schema: String, migrations: [Migration]) {
        self.schema = schema
        self.migrations = migrations
    }
}
