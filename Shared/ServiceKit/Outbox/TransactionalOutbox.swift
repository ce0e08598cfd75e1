internal import Messaging
internal import Models
internal import Storage

/// Work and its messages in one transaction; the messages go to the publisher from memory right after the commit.
struct TransactionalOutbox: Sendable {
    let postgres: PostgresClient
    let outbox: Outbox
    let ids: OrderedIDs
    let codec: MessageCodec
    let clock: any WallClock
    let health: ServiceHealth

    /// Runs `body` in a transaction, stores its messages in it, commits.
    /// - Returns: what `body` returned, and the messages, which are now to be given to ``OutboxPublisher/submit(_:)``.
    func commit<Result: Sendable>(
        _ body: @Sendable (UnitOfWork) async throws -> Result
    ) async throws -> (Result, [StoredMessage]) {
        let (result, stored, hooks) = try await postgres.withTransaction { transaction in
            let work = UnitOfWork(database: transaction, codec: codec, ids: ids, now: clock.now())
            let result = try await body(work)
            let rows = work.takeRows()
            let last = work.takeStatements() + [outbox.insertion(of: rows)].compactMap(\.self)
            if !last.isEmpty { try await transaction.executeAndCommit(last) }
            return (result, rows.map { StoredMessage(row: $0, appID: codec.appID) }, work.takeHooks())
        }
        health.databaseAnswered()
        CrashPoint.hit(.commit)
        hooks()
        return (result, stored)
    }
}
