internal import Models
internal import Planning
internal import ServiceKit
internal import Storage

/// One cycle of the replica that follows the chain, as one transaction: what the blocks show is booked, positions are
/// renewed, what broke is revoked, what came free is promised, and what is missing is signed and stored.
struct CycleTransaction {
    let view: ChainView
    let registry: RegistrySnapshot
    let prices: ChainPrices
    /// What energy of our own stake costs us now.
    let ownStake: EnergyOffer
    let policy: AllocationPolicy
    /// Energy asked of each wallet lately, for delegations to look ahead.
    let lately: [TronAddress: Energy]
    /// The contract's factor, where needs by another one may be stored.
    var newFactor: Int64?
    /// Energy's fee, where promises may be open whose fee limits were made by another one.
    var newEnergyFee: Sun?
    /// What is known of suppliers without asking them; empty where nothing is bought.
    let purchaseRules: [SupplierID: PurchaseRules]
    let now: Timestamp
    let sign: @Sendable (DelegationOrder) throws -> SignedOrder

    /// What has to be done once it is committed.
    struct Result: Sendable {
        var notices: [WithdrawalNotice] = []
        var rejected: [WithdrawalRejected] = []
        var acquisitions: [any AcquisitionEvent] = []
        var signed = 0
        /// Withdrawals that still wait for energy.
        var waiting = 0
        /// Those among them for whom pools have the stake, but not the leave to sign it.
        var held = 0
        /// Needs that were known by another factor of the contract.
        var renewedNeeds = 0
        /// Promises that were revoked because energy's fee has outgrown their fee limits.
        var outgrownLimits = 0
        /// Promises used after they were revoked whose payers have nothing left.
        var uncharged = 0
        /// Whether suppliers are to be asked, or have delivered.
        var buys = false
    }

    /// What holds for the promises of this cycle.
    var terms: PromiseTerms {
        PromiseTerms(
            registry: registry,
            energyFee: prices.energyPrice,
            bandwidthFee: prices.bandwidthPrice,
            notAfter: now + policy.sendWindow,
            shortUntil: now + policy.shortageLimit,
            bringing: ownStake
        )
    }

    func run(in transaction: PostgresTransaction) async throws -> Result {
        var result = Result()
        let cursor = try await BlockStore.lockCursor(in: transaction)
        if let base = view.base, let cursor, !view.blocks.isEmpty, base > cursor {
            throw CycleFault.overtaken(cursor: cursor, base: base)
        }
        var lost: [WithdrawalKey] = []
        var attempts = try await AcquisitionStore.open(in: transaction)
        var changedAttempts: [AcquisitionStore.OpenAttempt] = []
        if let cursor, let base = view.base, base < cursor {
            lost = try await BlockStore.rollBack(to: base, in: transaction)
            for index in attempts.indices where (attempts[index].attempt.block ?? 0) > base {
                _ = attempts[index].attempt.handle(.lost)
                changedAttempts.append(attempts[index])
            }
        }
        try await BlockStore.append(view.blocks, in: transaction)
        result.buys = try await ForeignDelegationStore.insert(foreignDelegations, in: transaction)
        try await DelegationStore.store(view.pools, now: now, in: transaction)
        try await DelegationStore.store(view.delegations, block: view.head, now: now, in: transaction)

        let landed = land(&attempts, &changedAttempts)
        var set = try await lockWorkingSet(lost: lost, in: transaction)
        let reclaiming = Set(attempts.filter { $0.isReclaim && $0.attempt.state == .live }.map(\.wallet))
        for reading in view.wallets { set.observe(reading, keepWithheld: reclaiming.contains(reading.wallet)) }
        for key in lost { set.handle(.transferLost, for: key, now: now) }
        try await book(in: &set, transaction)
        for reading in view.wallets where view.isExact || !lost.isEmpty {
            set.revokeExcess(at: reading.wallet, reason: lost.isEmpty ? .energyLost : .reorganised, now: now)
        }
        if let newFactor { result.renewedNeeds = set.renewNeeds(factor: newFactor, now: now) }
        if let newEnergyFee {
            result.outgrownLimits = set.revokeOutgrownLimits(energyFee: newEnergyFee, now: now)
        }

        try await AcquisitionStore.update(changedAttempts, now: now, in: transaction)
        result.acquisitions += try await settleAcquisitions(landed, &set, in: transaction)
        let underWay = try await AcquisitionStore.underWay(in: transaction)
        let budget = try await signingBudget(for: set, in: transaction)
        var pools = try await DelegationStore.pools(in: transaction)
        for id in pools.keys { pools[id]?.signable = budget.left(of: id) }
        var buying = Buying()
        var orders = try await promise(&set, underWay: underWay, pools: &pools, &buying, &result, transaction)
        orders += try await reclaim(&set, reclaiming: reclaiming, pools: pools, transaction)

        result.acquisitions += try await store(buying, in: transaction)
        if !buying.purchases.isEmpty { result.buys = true }
        let signed = try sign(orders, within: budget)
        if !signed.isEmpty { CrashPoint.hit(.sign) }
        try await AcquisitionStore.insert(
            signed.map(\.attempt),
            energyPrice: ownStake.price,
            now: now,
            in: transaction
        )
        result.acquisitions += signed.compactMap(\.started).map { AcquisitionStarted($0) }
        result.signed = signed.count
        // Last of all locks are those of balances.
        try await ChargeStore.book(&set, terms: terms, now: now, in: transaction)
        result.uncharged = set.changes.uncharged.count
        result.notices = set.changes.notices
        try await transaction.pipeline(ChangeStore.statements(for: set, now: now))
        return result
    }

    /// Notes which attempts the new blocks have.
    private func land(
        _ attempts: inout [AcquisitionStore.OpenAttempt],
        _ changed: inout [AcquisitionStore.OpenAttempt]
    ) -> [AcquisitionStore.OpenAttempt] {
        var landed: [AcquisitionStore.OpenAttempt] = []
        for block in view.blocks {
            for index in attempts.indices {
                guard let succeeded = block.outcomes[attempts[index].attempt.txid] else { continue }
                _ = attempts[index].attempt.handle(.seen(block: block.number, succeeded: succeeded))
                landed.append(attempts[index])
                changed.removeAll { $0.id == attempts[index].id }
                changed.append(attempts[index])
            }
        }
        return landed
    }

    private func lockWorkingSet(
        lost: [WithdrawalKey],
        in transaction: PostgresTransaction
    ) async throws -> WorkingSet {
        try await PositionStore.ensure(view.wallets, now: now, in: transaction)
        let hotWallets = Array(registry.hotWallets.keys)
        var wallets = Set(view.wallets.map(\.wallet))
        wallets.formUnion(try await PositionStore.waiting(among: hotWallets, forMoney: true, in: transaction))
        wallets.formUnion(try await WithdrawalStore.wallets(of: lost, in: transaction))
        var outdated: [TronAddress] = []
        if let newFactor { outdated += try await NeedStore.walletsOutdated(by: newFactor, in: transaction) }
        if let newEnergyFee { outdated += try await NeedStore.walletsOutgrown(by: newEnergyFee, in: transaction) }
        outdated.removeAll { registry.hotWallets[$0] == nil }
        wallets.formUnion(outdated)
        let positions = try await PositionStore.lock(
            wallets.sorted(),
            until: policy.horizon(at: now),
            in: transaction
        )
        let observed = view.wallets.map(\.wallet) + outdated
        var set = WorkingSet(
            entries: try await WithdrawalStore.lockWaiting(
                at: positions.map(\.wallet),
                limit: 2000,
                in: transaction
            ),
            positions: positions
        )
        if !observed.isEmpty {
            set.load(entries: try await WithdrawalStore.lockReady(at: observed, in: transaction))
        }
        set.load(entries: try await WithdrawalStore.lock(lost, in: transaction))
        return set
    }

    /// Matches the blocks' transfers out of hot wallets to the withdrawals that were told to send.
    private func book(in set: inout WorkingSet, _ transaction: PostgresTransaction) async throws {
        let transfers = view.blocks.flatMap(\.transfers).filter { registry.hotWallets[$0.wallet] != nil }
        guard !transfers.isEmpty else { return }
        let expected = set.entries.values.filter { $0.withdrawal.mayHaveBeenSent && $0.withdrawal.transfer == nil }
            .map { entry in
                ExpectedTransfer(
                    key: entry.withdrawal.key,
                    wallet: entry.withdrawal.from,
                    recipient: entry.withdrawal.to,
                    units: entry.withdrawal.units,
                    reported: entry.withdrawal.reported,
                    order: entry.withdrawal.notAfter ?? entry.withdrawal.receivedAt
                )
            }
        let matches = matchTransfers(transfers, to: expected)
        for transfer in transfers {
            guard let key = matches[transfer.txid] else { continue }
            set.handle(.transferSeen(transfer.txid, block: transfer.block), for: key, now: now)
        }
        try await BlockStore.insert(transfers, matches: matches, now: now, in: transaction)
    }

    /// Marks acquisitions whose attempts landed as proven or failed, and those of which nothing is left as reclaimed.
    private func settleAcquisitions(
        _ landed: [AcquisitionStore.OpenAttempt],
        _ set: inout WorkingSet,
        in transaction: PostgresTransaction
    ) async throws -> [any AcquisitionEvent] {
        let bringing = landed.filter { $0.acquisition != nil }
        let shown = Dictionary(
            view.delegations.map { (Pair(pool: $0.pool, wallet: $0.wallet), $0.stake) },
            uniquingKeysWith: { $1 }
        )
        let proven = bringing.filter {
            $0.attempt.state == .included && (shown[Pair(pool: $0.pool, wallet: $0.wallet)] ?? .zero) >= $0.stake
        }
        var events: [any AcquisitionEvent] = []
        let brought = try await AcquisitionStore.mark(
            proven.compactMap(\.acquisition),
            .proven,
            now: now,
            in: transaction
        )
        events += brought.map { AcquisitionProven($0) }
        var changed = brought.map(\.wallet)
        let empty = view.delegations.filter { $0.stake == .zero }.map { (pool: $0.pool, wallet: $0.wallet) }
        if !empty.isEmpty {
            let gone = try await AcquisitionStore.standing(at: empty, in: transaction)
            let reclaimed = try await AcquisitionStore.mark(gone, .reclaimed, now: now, in: transaction)
            events += reclaimed.map { AcquisitionReclaimed($0) }
            changed += reclaimed.map(\.wallet)
        }
        if !registry.suppliers.isEmpty { changed += view.wallets.map(\.wallet) }
        let offers = try await AcquisitionStore.newestEnergy(
            at: changed,
            delivered: foreignDelegations.map(\.wallet),
            in: transaction
        )
        for wallet in changed { set.setEnergy(offers[wallet] ?? .standing, at: wallet) }
        return events
    }

    private struct Pair: Hashable {
        var pool: String
        var wallet: TronAddress
    }
}

/// Why a cycle was given up.
enum CycleFault: Error {
    /// Another replica has processed blocks meanwhile.
    case overtaken(cursor: Int64, base: Int64)
    /// None of the kept blocks is in the chain any more: this is another chain, or one that lost its irreversible blocks.
    case chainReplaced(oldest: Int64, head: Int64)
    /// More was about to be signed than the limits leave to the pool. Planning keeps within them: this is a fault of ours.
    case overSigningLimit(pool: String, stake: Sun)
}
