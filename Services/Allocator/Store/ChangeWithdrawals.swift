internal import Models
internal import Planning
internal import ServiceKit
internal import Storage

/// Locks withdrawals with their wallets' positions, lets `body` change them, and stores and tells what changed, in one
/// transaction.
/// - Parameters:
///   - refuse: which of them turned out wrong and are removed.
func changeWithdrawals(
    _ keys: [WithdrawalKey], of service: Service, refusing refusals: [Refusal] = [],
    _ body: @escaping @Sendable (inout WorkingSet, Timestamp) -> Void
) async throws {
    let now = service.clock.now()
    try await service.transaction { transaction, outbox in
        let wallets = try await WithdrawalStore.wallets(of: keys, in: transaction)
        let positions = try await PositionStore.lock(wallets.sorted(), in: transaction)
        var set = WorkingSet(entries: try await WithdrawalStore.lock(keys, in: transaction), positions: positions)
        body(&set, now)
        outbox.append(try await RejectionStore.refuse(refusals, now: now, in: transaction))
        for statement in ChangeStore.statements(for: set, source: "standing", now: now) {
            try await transaction.execute(statement)
        }
        outbox.append(set.changes.notices.map(\.event))
    }
}
