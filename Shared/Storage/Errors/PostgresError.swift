/// What went wrong with the database, and at which call. Descriptions never show parameter values.
public struct PostgresError: Error, Sendable {
    /// The kind of trouble. The set is open: new kinds may come.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        /// In snake case, such as `connection_lost`.
        public let rawValue: String

        /// Any text is a code: there is no closed list to check it by.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The raw value.
        public var description: String { rawValue }

        /// The server refused a statement; see ``PostgresError/sqlState``.
        public static let server = Code(rawValue: "server")
        /// The connection broke, or could not take the statement.
        public static let connectionLost = Code(rawValue: "connection_lost")
        /// The server did not answer in time; the connection was given up.
        public static let responseTimeout = Code(rawValue: "response_timeout")
        /// No connection became free, or none could be opened, in the time to wait for one.
        public static let acquireTimeout = Code(rawValue: "acquire_timeout")
        /// The client was shut down.
        public static let shutDown = Code(rawValue: "shut_down")
        /// The waiting task was cancelled.
        public static let cancelled = Code(rawValue: "cancelled")
        /// A field could not be read as the Swift type.
        public static let decoding = Code(rawValue: "decoding")
        /// COMMIT ended as a rollback, because a statement before it had failed and the failure was swallowed.
        public static let rolledBack = Code(rawValue: "rolled_back")
        /// The call does not fit the state, such as a statement after COMMIT or no row where one must be.
        public static let misuse = Code(rawValue: "misuse")
        /// A migration was edited after it was applied, stands in another place, or was not applied yet.
        public static let migration = Code(rawValue: "migration")
        /// The database was migrated by a newer program than this one.
        public static let schemaTooNew = Code(rawValue: "schema_too_new")
        /// The advisory lock is not, or no longer, held.
        public static let lockLost = Code(rawValue: "lock_lost")
    }

    /// What to decide by; ``isRetriable`` is derived from it.
    public var code: Code
    /// In one line, for people.
    public var message: String
    /// The server's code where the server said it.
    public var sqlState: SQLState?
    /// Name of the violated constraint.
    public var constraint: String?
    /// Table that the error is about.
    public var table: String?
    /// The statement's text with `$n` for its parameters.
    public var statement: String?
    /// What was sent may have been committed: look it up, or repeat it by a key that makes repetition harmless.
    public var outcomeUnknown: Bool
    /// `Module/File.swift` of the call.
    public var file: String
    /// Line of the call; 0 when it is not known.
    public var line: Int

    /// Line 0 leaves the place open: the client's call that fails with the error puts its own.
    public init(
        _ code: Code,
        _ message: String,
        sqlState: SQLState? = nil,
        constraint: String? = nil,
        table: String? = nil,
        statement: String? = nil,
        outcomeUnknown: Bool = false,
        file: String = "",
        line: Int = 0
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.constraint = constraint
        self.table = table
        self.statement = statement
        self.outcomeUnknown = outcomeUnknown
        self.file = file
        self.line = line
    }

    /// True when the same work may succeed later without a change. With ``outcomeUnknown`` it may also have been done
    /// already: only work that is harmless to repeat may then be retried.
    public var isRetriable: Bool {
        switch code {
        case .connectionLost, .responseTimeout, .acquireTimeout: return true
        case .server:
            guard let sqlState else { return false }
            if isConflict || isStalePlan { return true }
            // Statement or lock timeout, too many connections, server going down or coming up, connection trouble.
            return ["08", "53", "57"].contains(sqlState.category) || sqlState == .lockNotAvailable
        default: return false
        }
    }

    /// A deadlock or serialization failure: the whole transaction may be run again at once.
    public var isConflict: Bool { sqlState == .serializationFailure || sqlState == .deadlockDetected }

    /// A prepared statement outlived a change of the tables under it; it is prepared anew next time.
    var isStalePlan: Bool {
        sqlState == .unknownPreparedStatement
            || (sqlState == .featureNotSupported && message.contains("cached plan"))
    }

    func at(_ file: String, _ line: Int) -> PostgresError {
        guard self.line == 0 else { return self }
        var error = self
        error.file = file
        error.line = line
        return error
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// One line: code, SQLSTATE, message, constraint, and the call's place. Without the statement.
    public var description: String {
        var text = "\(code)"
        if let sqlState { text += " \(sqlState)" }
        text += ": \(message)"
        if let constraint { text += " (constraint \(constraint))" }
        if outcomeUnknown { text += "; outcome unknown" }
        if line > 0 { text += " at \(file):\(line)" }
        return text
    }

    /// With the statement's text.
    public var debugDescription: String {
        guard let statement else { return description }
        return "\(description) in \(statement)"
    }
}
