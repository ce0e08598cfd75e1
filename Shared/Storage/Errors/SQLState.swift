/// The server's five-character error code.
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// Five digits and capital letters (PostgreSQL, appendix A).
    public let rawValue: String

    /// Takes any text; codes without a name here are as good.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The raw value.
    public var description: String { rawValue }

    /// `feature_not_supported`; also a cached plan whose result type a migration changed.
    public static let featureNotSupported = SQLState(rawValue: "0A000")
    /// `not_null_violation`: NULL for a column that may not be.
    public static let notNullViolation = SQLState(rawValue: "23502")
    /// `foreign_key_violation`: the row referred to is not there, or is still referred to.
    public static let foreignKeyViolation = SQLState(rawValue: "23503")
    /// `unique_violation`: the key exists; ``PostgresError/constraint`` tells which.
    public static let uniqueViolation = SQLState(rawValue: "23505")
    /// `check_violation`: a CHECK of the table or domain is false.
    public static let checkViolation = SQLState(rawValue: "23514")
    /// `in_failed_sql_transaction`: an earlier statement failed; only ROLLBACK is left.
    public static let transactionAborted = SQLState(rawValue: "25P02")
    /// `invalid_sql_statement_name`: the server knows no prepared statement of this name.
    public static let unknownPreparedStatement = SQLState(rawValue: "26000")
    /// `serialization_failure`: a conflict of snapshots; run the transaction again.
    public static let serializationFailure = SQLState(rawValue: "40001")
    /// `deadlock_detected`: chosen as the victim; run the transaction again.
    public static let deadlockDetected = SQLState(rawValue: "40P01")
    /// `undefined_table`: not there, which may mean not migrated yet.
    public static let undefinedTable = SQLState(rawValue: "42P01")
    /// `duplicate_table`: a table, index or view of the name exists.
    public static let duplicateTable = SQLState(rawValue: "42P07")
    /// `lock_not_available`: `lock_timeout` passed, or NOWAIT found it taken.
    public static let lockNotAvailable = SQLState(rawValue: "55P03")
    /// `query_canceled`: `statement_timeout` passed, or an operator cancelled it.
    public static let queryCanceled = SQLState(rawValue: "57014")
    /// `admin_shutdown`: the server stops, or an operator ended the session.
    public static let adminShutdown = SQLState(rawValue: "57P01")

    /// The first two characters: what kind of trouble it is.
    public var category: Substring { rawValue.prefix(2) }
}
