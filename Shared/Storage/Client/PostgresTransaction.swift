internal import Logging
internal import Synchronization

/// What a transaction sees of others.
public enum IsolationLevel: String, Sendable {
    /// Each statement sees what was committed before it began.
    case readCommitted = "READ COMMITTED"
    /// All statements see what was committed before the first; changing a row changed since is a conflict.
    case repeatableRead = "REPEATABLE READ"
    /// As if transactions ran one after another; what could not have happened so is a conflict.
    case serializable = "SERIALIZABLE"
}

/// An open transaction. BEGIN travels with the first statement; COMMIT may travel with the last, by
/// ``executeAndCommit(_:file:line:)``. A transaction without statements costs no round trip.
///
/// Valid during the closure that it was given to. After a failed statement only the rollback is left, which the end of
/// the closure sees to.
public final class PostgresTransaction: PostgresQuerying {
    enum State {
        case unopened
        case open
        case finished
    }

    let connection: PostgresConnection
    private let opening: Opening
    private let state = Mutex(State.unopened)

    init(_ connection: PostgresConnection, isolation: IsolationLevel) {
        self.connection = connection
        opening = Opening(SQL(trusted: "BEGIN ISOLATION LEVEL \(isolation.rawValue)"))
    }

    /// Runs the statements in this transaction; the first call sends BEGIN along.
    /// - Throws: the server's refusal of a statement, with ``SQLState/transactionAborted`` after an earlier one;
    ///   ``PostgresError/Code/misuse`` once the transaction is over.
    public func pipeline(
        _ statements: [SQL],
        file: String,
        line: Int
    ) async throws(PostgresError) -> [PostgresRows] {
        guard !statements.isEmpty else { return [] }
        _ = try enter(.open, file, line)
        return try await send(statements, commits: false, file, line)
    }

    /// Sends the last statements together with COMMIT: one round trip, one wait for the disk. When a statement fails
    /// nothing is committed. Nothing may follow in this transaction.
    /// - Returns: the answers to the statements.
    /// - Throws: a statement's refusal; ``PostgresError/Code/rolledBack`` when an earlier failure had been swallowed;
    ///   with ``PostgresError/outcomeUnknown`` when the connection was lost on the way.
    @discardableResult
    public func executeAndCommit(
        _ statements: [SQL],
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) -> [PostgresRows] {
        let isUnopened = try enter(.finished, file, line)
        if isUnopened, statements.isEmpty { return [] }
        let rows = try await send(statements + ["COMMIT"], commits: true, file, line)
        guard rows.last?.tag == "COMMIT" else {
            throw PostgresError(
                .rolledBack,
                "COMMIT ended as \(rows.last?.tag ?? "nothing"): a statement before it had failed",
                file: file,
                line: line
            )
        }
        return rows.dropLast()
    }

    /// Sends the last statement together with COMMIT.
    /// - Returns: how many rows it changed.
    @discardableResult
    public func executeAndCommit(
        _ statement: SQL,
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) -> Int {
        try await executeAndCommit([statement], file: file, line: line)[0].affected
    }

    private func send(
        _ statements: [SQL],
        commits: Bool,
        _ file: String,
        _ line: Int
    ) async throws(PostgresError) -> [PostgresRows] {
        let options = RoundOptions(
            timeout: connection.pool.configuration.responseTimeout,
            commits: commits,
            isCancellable: !commits,
            opening: opening
        )
        do {
            return try await connection.pipeline(statements, options: options, file, line)
        } catch {
            // Without BEGIN the next statement would stand on its own.
            if error.statement == opening.begin.description { state.withLock { $0 = .finished } }
            throw error
        }
    }

    /// Whether COMMIT was sent.
    var isFinished: Bool { state.withLock { $0 == .finished } }

    /// Commits unless that was done, or nothing was begun.
    func commit(_ file: String, _ line: Int) async throws(PostgresError) {
        guard state.withLock({ $0 == .open }) else { return }
        try await executeAndCommit([SQL](), file: file, line: line)
    }

    /// Undoes what was done.
    /// - Returns: false when the connection must not be used again.
    func rollBack() async -> Bool {
        let wasOpened = state.withLock { state in
            defer { state = .finished }
            return state != .unopened
        }
        guard wasOpened else { return true }
        let options = RoundOptions(
            timeout: connection.pool.configuration.responseTimeout,
            commits: false,
            isCancellable: false
        )
        do {
            _ = try await connection.pipeline(["ROLLBACK"], options: options, #fileID, #line)
            return true
        } catch {
            connection.pool.logger.debug("rollback failed", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// - Returns: whether nothing was sent before.
    private func enter(_ next: State, _ file: String, _ line: Int) throws(PostgresError) -> Bool {
        let previous = state.withLock { state in
            let previous = state
            if previous != .finished { state = next }
            return previous
        }
        guard previous != .finished else {
            throw PostgresError(.misuse, "the transaction is over", file: file, line: line)
        }
        return previous == .unopened
    }
}
