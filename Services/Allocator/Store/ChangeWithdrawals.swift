internal import Models
internal import Planning
internal import ServiceKit
internal import Storage

/// Locks withdrawals with their wallets' positions, lets `body` change them, and stores and tells what changed, in one
/// transaction.
/// - Parameters:
///   - refusals: which of them turned out wrong and are removed.
///   - traces: what is told of each goes on in its own.
func changeWithdrawals(
    _ keys: [WithdrawalKey],
    of service: ServiceHost,
    refusing refusals: [Refusal] = [],
    in traces: WithdrawalTraces = WithdrawalTraces(),
    _ body: @escaping @Sendable (inout WorkingSet, Timestamp) -> Void
) async throws {
    try await service.transaction { work in
        let (transaction, now) = (work.database, work.now)
        let wallets = try await WithdrawalStore.wallets(of: keys, in: transaction)
        let positions = try await PositionStore.lock(wallets.sorted(), in: transaction)
        var set = WorkingSet(entries: try await WithdrawalStore.lock(keys, in: transaction), positions: positions)
        body(&set, now)
        for answer in try await RejectionStore.refuse(refusals, now: now, in: transaction) {
            try work.publish(answer, in: traces[answer])
        }
        try await transaction.pipeline(ChangeStore.statements(for: set, source: "standing", now: now))
        for notice in set.changes.notices { try work.publish(notice.event, in: traces[notice.event]) }
    }
}
