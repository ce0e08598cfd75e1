internal import Models
internal import Planning
internal import Storage

extension CycleTransaction {
    /// What the pools may still sign, counted in this transaction: whoever signs holds the cursor, so that nothing is signed
    /// between the counting and the storing of what it allows. Asks nothing while there is no limit or nobody waits.
    func signingBudget(for set: WorkingSet, in transaction: PostgresTransaction) async throws -> SigningBudget {
        let isAsked = set.entries.values.contains { $0.withdrawal.claim != nil }
        guard !policy.limits.isUnlimited, isAsked else { return SigningBudget(policy.limits) }
        return SigningBudget(policy.limits, signed: try await AcquisitionStore.signed(now: now, in: transaction))
    }

    /// Signs, within what is left to each pool. What is taken back is never limited.
    func sign(_ orders: [DelegationOrder], within budget: SigningBudget) throws -> [SignedOrder] {
        var budget = budget
        return try orders.map { order in
            guard order.direction == .undelegate || budget.take(order.stake, of: order.pool.id) else {
                throw CycleFault.overSigningLimit(pool: order.pool.id, stake: order.stake)
            }
            return try sign(order)
        }
    }
}
