extension PostgresClient {
    /// Runs `body` in a transaction and commits it. When it throws, rolls back and rethrows the same error.
    ///
    /// After a deadlock, a serialization failure or a stale prepared statement the transaction is run again as a whole,
    /// after a growing random pause: `body` must not have effects outside it. Other failures are the caller's.
    /// - Parameter retries: how often at most.
    /// - Throws: what `body` throws, or the failure of COMMIT. With ``PostgresError/outcomeUnknown`` the connection was
    ///   lost while COMMIT was under way.
    @discardableResult
    public func withTransaction<R>(
        _ isolation: IsolationLevel = .readCommitted,
        retries: Int = 5,
        file: String = #fileID,
        line: Int = #line,
        _ body: (PostgresTransaction) async throws -> R
    ) async throws -> R {
        var attempt = 0
        while true {
            let connection = try await lease(file, line)
            do {
                let result = try await connection.runTransaction(isolation, file, line, body)
                connection.release()
                return result
            } catch {
                connection.release()
                guard let failure = error as? PostgresError, failure.isConflict || failure.isStalePlan,
                    attempt < retries
                else { throw error }
                attempt += 1
                // A pause of chance, so that those who collided do not meet again: nothing announces the right moment.
                try await Task.sleep(for: .milliseconds(Double.random(in: 1...(5 * Double(1 << min(attempt, 6))))))
            }
        }
    }
}

extension PostgresConnection {
    /// Runs `body` in a transaction on this connection, once.
    /// - Throws: what `body` throws, after the rollback, or the failure of COMMIT.
    @discardableResult
    public func withTransaction<R>(
        _ isolation: IsolationLevel = .readCommitted,
        file: String = #fileID,
        line: Int = #line,
        _ body: (PostgresTransaction) async throws -> R
    ) async throws -> R {
        try await runTransaction(isolation, file, line, body)
    }

    func runTransaction<R>(
        _ isolation: IsolationLevel,
        _ file: String,
        _ line: Int,
        _ body: (PostgresTransaction) async throws -> R
    ) async throws -> R {
        let transaction = PostgresTransaction(self, isolation: isolation)
        do {
            let result = try await body(transaction)
            try await transaction.commit(file, line)
            return result
        } catch {
            if await !transaction.rollBack() { release(discard: true) }
            throw error
        }
    }
}
