internal import Models
internal import Planning
internal import ServiceKit
internal import Storage

/// Locks withdrawals with their wallets' positions, lets `body` change them, and stores and tells what changed, in one
/// transaction.
/// - Parameters:
///   - registry: what partners pay for what comes to nothing.
///   - refusals: which of them turned out wrong and are removed.
///   - traces: what is told of each goes on in its own.
func changeWithdrawals(
    _ keys: [WithdrawalKey],
    of service: ServiceHost,
    registry: RegistrySnapshot,
    refusing refusals: [Refusal] = [],
    in traces: WithdrawalTraces = WithdrawalTraces(),
    _ body: @escaping @Sendable (inout WorkingSet, Timestamp) -> Void
) async throws {
    try await service.transaction { work in
        let (transaction, now) = (work.database, work.now)
        let wallets = try await WithdrawalStore.wallets(of: keys, in: transaction)
        let positions = try await PositionStore.lock(wallets.sorted(), in: transaction)
        var set = WorkingSet(
            entries: try await WithdrawalStore.lock(keys, costs: true, in: transaction),
            positions: positions
        )
        body(&set, now)
        let refused = try await RejectionStore.refuse(refusals, now: now, in: transaction)
        for answer in refused.answers { try work.publish(answer, in: traces[answer]) }
        set.reject(in: refused.batches)
        // Whoever promises does so elsewhere: here charges end.
        let terms = PromiseTerms(
            registry: registry,
            energyFee: .zero,
            bandwidthFee: .zero,
            notAfter: now,
            shortUntil: now
        )
        try await ChargeStore.book(&set, terms: terms, now: now, in: transaction)
        try await transaction.pipeline(ChangeStore.statements(for: set, now: now))
        for notice in set.changes.notices { try work.publish(notice.event, in: traces[notice.event]) }
    }
}
