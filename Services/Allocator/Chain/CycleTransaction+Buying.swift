internal import Models
internal import Planning
internal import Storage

extension CycleTransaction {
    /// What one cycle knows of sources besides pools, and what it orders.
    struct Buying: Sendable {
        var view = BuyingView()
        /// All stake of each pool, delegated or not: its reserve is a share of it.
        var stakes: [String: Sun] = [:]
        var purchases: [Purchase] = []
        var serves: [Int32] = []
        /// Whether ``view`` and ``stakes`` are as stored: they are read once somebody misses energy.
        var isRead = false
    }

    /// Reads what suppliers sell now and what the pools have, unless that is done. Without suppliers there is nothing to read.
    func read(_ buying: inout Buying, in transaction: PostgresTransaction) async throws {
        guard !buying.isRead, !registry.suppliers.isEmpty else { return }
        buying.view = try await BuyingView(registry, sellers: Set(purchaseRules.keys), now: now, in: transaction)
        buying.stakes = try await DelegationStore.delegated(in: transaction)
        buying.isRead = true
    }

    /// What others have delegated to hot wallets in the new blocks.
    var foreignDelegations: [ObservedDelegation] {
        let pools = Set(registry.pools.map(\.address))
        return view.blocks.flatMap(\.delegations).filter {
            registry.hotWallets[$0.wallet] != nil && !pools.contains($0.owner)
        }
    }

    /// Gets energy for the claims of one wallet that it is missing for: from own stake, or bought.
    ///
    /// While a delegation of ours is under way everybody waits for it: what arrives meanwhile shares the next. While a
    /// purchase is, those it does not reach may still be served by own stake.
    func acquire(
        for plan: PromisePlan,
        isUnderWay: Bool,
        _ purse: inout Purse,
        _ set: inout WorkingSet,
        _ pools: inout [String: PoolPosition],
        _ buying: inout Buying,
        _ result: inout Result
    ) -> [DelegationOrder] {
        let wallet = plan.position.wallet
        let blocked = plan.blocked.compactMap { entry -> (claim: Claim, missing: Energy)? in
            guard case .energy(let missing) = entry.obstacle else { return nil }
            return (entry.claim, missing)
        }
        guard let first = blocked.first else { return [] }
        let incoming = buying.view.incoming[wallet] ?? .zero
        if isUnderWay || blocked.allSatisfy({ $0.missing <= incoming }) {
            for entry in blocked { set.handle(.awaitsEnergy, for: entry.claim.key, now: now) }
            return []
        }
        let hasChoice = !registry.suppliers.isEmpty || sourcePolicy(of: first.claim.key.partner).partnerFallback
        guard hasChoice else {
            let claims = blocked.map { (key: $0.claim.key, missing: $0.missing) }
            return delegate(claims, at: wallet, &set, &pools, &result).map { [$0] } ?? []
        }
        for entry in blocked where entry.missing <= incoming {
            set.handle(.awaitsEnergy, for: entry.claim.key, now: now)
        }
        let beyond = blocked.filter { $0.missing > incoming }
        let sources = planSources(
            for: wants(beyond, above: incoming, purse, set),
            own: ownStake(for: first.claim.key.partner, pools, buying.stakes),
            suppliers: incoming > .zero ? [] : buying.view.offers(to: wallet, now: now),
            in: situation(of: plan.position, partner: first.claim.key.partner, until: buying.view.ends[wallet]),
            policy: sourcePolicy(of: first.claim.key.partner)
        )
        let missing = Dictionary(beyond.map { ($0.claim.key, $0.missing) }, uniquingKeysWith: { first, _ in first })
        var orders: [DelegationOrder] = []
        for step in sources.steps {
            switch step.source {
            case .ownStake:
                let claims = step.serves.map { (key: $0, missing: (missing[$0] ?? .zero) - incoming) }
                if let order = delegate(claims, at: wallet, &set, &pools, &result) { orders.append(order) }
            case .supplier(let supplier): order(step, of: supplier, for: wallet, &set, &buying)
            case .burn, .partnerFallback:
                let isFallback = step.source == .partnerFallback
                let served = set.reserveBurning(
                    step.serves,
                    at: wallet,
                    isFallback: isFallback,
                    terms: terms,
                    purse: &purse
                )
                for key in step.serves where !served.contains(key) {
                    short(key, .noSource, missing: missing[key] ?? .zero, &set)
                }
            }
        }
        for (key, reason) in sources.unserved {
            let energy = (missing[key] ?? .zero) - incoming
            switch reason {
            case .blockLimit: set.handle(.awaitsEnergy, for: key, now: now)
            case .noSource where incoming > .zero: set.handle(.awaitsEnergy, for: key, now: now)
            case .noSource, .paused, .expiringSource: short(key, .noSource, missing: energy, &set)
            case .priceCap: short(key, .priceCap, missing: energy, &set)
            case .maximumCost:
                let limit = set.entries[key].flatMap { terms.costLimit(of: $0.withdrawal, purse) }
                short(key, limit?.reason ?? .maxCost, missing: energy, &set)
            }
        }
        return orders
    }

    private func wants(
        _ blocked: [(claim: Claim, missing: Energy)],
        above incoming: Energy,
        _ purse: Purse,
        _ set: WorkingSet
    ) -> [EnergyWant] {
        let terms = terms
        var before = incoming
        // More than burning for all of it costs nobody is asked: who has that much is not limited by what he has.
        let burning = Sun(
            scaledUp(blocked.last?.missing.rawValue ?? 0, by: prices.energyPrice.rawValue, over: 1) ?? .max
        )
        return blocked.map { entry in
            defer { before = entry.missing }
            let limit = set.entries[entry.claim.key].flatMap { found -> Sun? in
                guard let limit = terms.costLimit(of: found.withdrawal, purse) else { return nil }
                guard limit.reason == .insufficientBalance, limit.base >= burning else { return limit.base }
                return terms.costLimit(of: found.withdrawal, Purse())?.base
            }
            return EnergyWant(
                key: entry.claim.key,
                missing: entry.missing - before,
                urgency: entry.claim.urgency,
                // Margin and fee come on top of what energy costs here.
                maximumCost: limit
            )
        }
    }

    private func ownStake(
        for partner: PartnerID,
        _ pools: [String: PoolPosition],
        _ stakes: [String: Sun]
    ) -> OwnStakeOffer? {
        let available = registry.pools(for: partner).compactMap { pools[$0.id] }
        return OwnStakeOffer(
            pools: available,
            stakes: Dictionary(
                available.map { ($0.id, $0.delegatable + (stakes[$0.id] ?? .zero)) },
                uniquingKeysWith: { first, _ in first }
            ),
            policy: policy.delegation,
            price: ownStake.price,
            bandwidth: .zero
        )
    }

    private func situation(of position: WalletPosition, partner: PartnerID, until end: Timestamp?) -> BuyingSituation {
        BuyingSituation(
            isPaused: registry.partners[partner]?.paused ?? false,
            isActivated: position.activated,
            expiringUntil: end,
            burnPrice: SunPerEnergy(rawValue: prices.energyPrice.rawValue * 1_000_000),
            bandwidthPrice: prices.bandwidthPrice,
            burnable: position.promisedEnergy == .zero ? position.balance : .zero,
            sendWindow: policy.sendWindow,
            grace: policy.sendGrace,
            now: now
        )
    }

    private func sourcePolicy(of partner: PartnerID) -> SourcePolicy { registry.policies[partner] ?? SourcePolicy() }

    private func order(
        _ step: SourceStep,
        of supplier: SupplierID,
        for wallet: TronAddress,
        _ set: inout WorkingSet,
        _ buying: inout Buying
    ) {
        guard let rules = purchaseRules[supplier], let duration = step.duration else {
            for key in step.serves { short(key, .noSource, missing: step.missing, &set) }
            return
        }
        let order = PurchaseOrder(
            acquisition: UUIDv7(at: now),
            number: 1,
            supplier: supplier,
            wallet: wallet,
            energy: step.energy,
            duration: duration,
            quoted: step.cost.energy
        )
        buying.purchases.append(Purchase(order, rules: rules, limits: .house, now: now))
        buying.serves.append(Int32(clamping: step.serves.count))
        buying.view.take(order)
        for key in step.serves { set.handle(.awaitsEnergy, for: key, now: now) }
    }

    /// Stores what is to be bought, before anybody is asked.
    func store(_ buying: Buying, in transaction: PostgresTransaction) async throws -> [any AcquisitionEvent] {
        let orders = buying.purchases.map(\.order)
        try await PurchaseStore.insert(
            orders,
            lives: buying.purchases,
            serves: buying.serves,
            now: now,
            in: transaction
        )
        return orders.map {
            AcquisitionStarted(
                AcquisitionEventBody(
                    acquisitionID: $0.acquisition,
                    wallet: $0.wallet,
                    source: $0.supplier.rawValue,
                    pool: nil,
                    energy: $0.energy,
                    stake: nil,
                    txid: nil
                )
            )
        }
    }
}
