internal import Models
internal import Planning
internal import Storage

extension CycleTransaction {
    /// Promises what is free to the withdrawals that wait, and says what has to be delegated for the others.
    func promise(
        _ set: inout WorkingSet,
        underWay: Set<TronAddress>,
        pools: inout [String: PoolPosition],
        _ buying: inout Buying,
        _ result: inout Result,
        _ transaction: PostgresTransaction
    ) async throws -> [DelegationOrder] {
        var orders: [DelegationOrder] = []
        let byWallet = Dictionary(
            grouping: set.entries.values.filter { $0.withdrawal.claim != nil },
            by: \.withdrawal.from
        )
        let freshlyRead = Set(view.wallets.map(\.wallet))
        let terms = terms
        try await BatchQuoteStore.hold(for: &set, promising: true, now: now, in: transaction)
        var purse = try await ChargeStore.purse(for: set, terms: terms, in: transaction)
        for (wallet, entries) in byWallet.sorted(by: { $0.key < $1.key }) {
            guard let position = set.positions[wallet] else { continue }
            let keys = entries.map(\.withdrawal.key)
            guard position.activated else {
                shortAll(keys, .walletNotActivated, missing: nil, &set)
                continue
            }
            guard let plan = set.promise(to: keys, at: wallet, terms: terms, purse: &purse) else { continue }
            result.waiting += plan.blocked.count
            try await refuseUncovered(plan, freshlyRead: freshlyRead.contains(wallet), &set, &result, transaction)
            shortAll(plan.blocked.filter { $0.obstacle == .bandwidth }.map(\.claim.key), .bandwidth, missing: nil, &set)
            for (claim, obstacle) in plan.blocked where obstacle == .burning {
                set.handle(.awaitsEnergy, for: claim.key, now: now)
            }
            for case (let claim, .price(let reason, let cost)) in plan.blocked {
                set.handle(
                    .shortOf(claim.need.energy, reason: reason, until: terms.shortUntil, cost: cost),
                    for: claim.key,
                    now: now
                )
            }
            guard plan.deficit > .zero else { continue }
            try await read(&buying, in: transaction)
            let isUnderWay = underWay.contains(wallet)
            orders += acquire(for: plan, isUnderWay: isUnderWay, &purse, &set, &pools, &buying, &result)
        }
        return orders
    }

    /// A withdrawal whose tokens the wallet has not is answered as if the message had been refused at the door; one that
    /// was accepted before others took the tokens is short of them.
    private func refuseUncovered(
        _ plan: PromisePlan,
        freshlyRead: Bool,
        _ set: inout WorkingSet,
        _ result: inout Result,
        _ transaction: PostgresTransaction
    ) async throws {
        let withoutTokens = plan.blocked.filter { $0.obstacle == .tokens }.map(\.claim)
        guard freshlyRead, !withoutTokens.isEmpty else { return }
        let told = withoutTokens.filter { (set.entries[$0.key]?.withdrawal.sequence ?? 0) > 0 }
        shortAll(told.map(\.key), .tokens, missing: .zero, &set)
        let uncovered = withoutTokens.filter { set.entries[$0.key]?.withdrawal.sequence == 0 }
        let refusals = uncovered.map { claim in
            Refusal(
                key: claim.key,
                reason: .insufficientBalance,
                detail: "the hot wallet has \(plan.position.tokenUnits) millionths of USDT, "
                    + "\(plan.position.promisedUnits) of them promised; \(claim.units) were asked"
            )
        }
        for claim in uncovered { set.remove(claim.key) }
        let refused = try await RejectionStore.refuse(refusals, now: now, in: transaction)
        set.reject(in: refused.batches)
        result.rejected += refused.answers
    }

    /// Delegates from own stake to as many of the blocked claims as pools can carry; the others are short.
    func delegate(
        _ blocked: [(key: WithdrawalKey, missing: Energy)],
        at wallet: TronAddress,
        _ set: inout WorkingSet,
        _ pools: inout [String: PoolPosition],
        _ result: inout Result
    ) -> DelegationOrder? {
        guard let first = blocked.first else { return nil }
        let available = registry.pools(for: first.key.partner)
        guard !available.isEmpty else {
            for claim in blocked { short(claim.key, .noPool, missing: claim.missing, &set) }
            return nil
        }
        let positions = available.compactMap { pools[$0.id] }
        let planned = planDelegation(
            for: wallet,
            blocked: blocked,
            lately: lately[wallet] ?? .zero,
            pools: positions,
            policy: policy.delegation
        )
        let left = shortages(of: blocked, beyond: planned, pools: positions, policy: policy.delegation)
        result.held += left.count { $0.reason == .signingLimit }
        for claim in left { short(claim.key, claim.reason, missing: claim.missing, &set) }
        guard let planned, let pool = available.first(where: { $0.id == planned.pool }) else { return nil }
        pools[planned.pool]?.take(planned.stake)
        for key in planned.serves + planned.leaves { set.handle(.awaitsEnergy, for: key, now: now) }
        return DelegationOrder(
            direction: .delegate,
            pool: pool,
            wallet: wallet,
            stake: planned.stake,
            energy: planned.energy,
            serves: planned.serves.count
        )
    }

    func short(_ key: WithdrawalKey, _ reason: ShortageReason, missing: Energy, _ set: inout WorkingSet) {
        set.handle(.shortOf(missing, reason: reason, until: now + policy.shortageLimit), for: key, now: now)
    }

    private func shortAll(_ keys: [WithdrawalKey], _ reason: ShortageReason, missing: Energy?, _ set: inout WorkingSet)
    {
        for key in keys {
            short(key, reason, missing: missing ?? set.entries[key]?.withdrawal.need?.energy ?? .zero, &set)
        }
    }

    /// Takes back what stands idle, and withholds it from promises until the chain shows that it is gone.
    func reclaim(
        _ set: inout WorkingSet,
        reclaiming: Set<TronAddress>,
        pools: [String: PoolPosition],
        _ transaction: PostgresTransaction
    ) async throws -> [DelegationOrder] {
        let candidates = try await DelegationStore.idle(
            since: now - policy.idleHold,
            excluding: Array(reclaiming),
            in: transaction
        )
        var orders: [DelegationOrder] = []
        for (wallet, rows) in Dictionary(grouping: candidates, by: \.wallet).sorted(by: { $0.key < $1.key }) {
            if set.positions[wallet] == nil {
                set.load(entries: [], positions: try await PositionStore.lock([wallet], in: transaction))
            }
            guard let position = set.positions[wallet], position.promisedCount == 0,
                !set.entries.values.contains(where: { $0.withdrawal.from == wallet && $0.withdrawal.waitsForEnergy }),
                let rates = rows.compactMap({ pools[$0.pool] }).first,
                let planned = planReclaim(
                    of: rows.map { StandingDelegation(pool: $0.pool, stake: $0.stake) },
                    at: position,
                    idle: policy.idleHold,
                    hold: policy.idleHold,
                    rates: rates
                ),
                let pool = registry.pools.first(where: { $0.id == planned.pool })
            else { continue }
            let stake = min(planned.stake, policy.delegation.maximumStake)
            set.withhold((position.energyLimit - position.energyUsed).clamped, at: wallet)
            orders.append(
                DelegationOrder(
                    direction: .undelegate,
                    pool: pool,
                    wallet: wallet,
                    stake: stake,
                    energy: rates.energy(of: stake),
                    serves: 0
                )
            )
        }
        return orders
    }
}

/// One transaction to be signed by a pool.
struct DelegationOrder: Sendable {
    enum Direction: Sendable {
        case delegate
        case undelegate
    }

    var direction: Direction
    var pool: RegistrySnapshot.Pool
    var wallet: TronAddress
    var stake: Sun
    var energy: Energy
    /// How many withdrawals wait for it.
    var serves: Int
}

/// Its signed bytes, and what is told of it.
struct SignedOrder: Sendable {
    var attempt: AcquisitionStore.NewAttempt
    var started: AcquisitionEventBody?
}
