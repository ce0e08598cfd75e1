internal import Models
internal import Planning
internal import Storage

/// A batch of `withdrawal.request` as one transaction: duplicates are found, positions locked, and whatever can be promised
/// at once becomes ready.
struct RequestBatch {
    /// An admitted request.
    struct Item: Sendable {
        var request: WithdrawalRequest
        var messageID: String?
        var need: Need?

        var key: WithdrawalKey { WithdrawalKey(partner: request.partnerID, id: request.withdrawalID) }
    }

    var items: [Item]
    var registry: RegistrySnapshot
    var prices: ChainPrices?
    var policy: AllocationPolicy
    var now: Timestamp

    /// What has to be told, and which withdrawals wait for a simulation.
    struct Result: Sendable {
        var notices: [WithdrawalNotice] = []
        var rejected: [WithdrawalRejected] = []
        var unknownNeeds: [WithdrawalKey] = []
        var waiting = false
        /// To be sent last, in the round trip that commits.
        var statements: [SQL] = []
    }

    func run(in transaction: PostgresTransaction) async throws -> Result {
        var result = Result()
        let fresh = try distinct(&result)
        guard !fresh.isEmpty else { return result }
        let wallets = Set(fresh.map(\.item.request.fromAddress)).sorted()
        async let locked = PositionStore.lock(wallets, until: policy.horizon(at: now), in: transaction)
        async let known = WithdrawalStore.known(fresh.map(\.item.key), in: transaction)
        async let waiting = PositionStore.waiting(among: wallets, forMoney: false, in: transaction)
        var set = WorkingSet(entries: [], positions: try await locked)
        let fingerprints = Dictionary(
            try await known.map { ($0.key, $0.fingerprint) },
            uniquingKeysWith: { first, _ in first }
        )
        let queued = Set(try await waiting)

        var particulars: [WithdrawalKey: ChangeStore.Particulars] = [:]
        var byWallet: [TronAddress: [WithdrawalKey]] = [:]
        for (item, fingerprint) in fresh {
            if let stored = fingerprints[item.key] {
                if stored != fingerprint { result.rejected.append(conflict(item)) }
                continue
            }
            insert(item, into: &set)
            particulars[item.key] = .init(
                fingerprint: fingerprint,
                messageID: item.messageID
            )
            if item.need == nil {
                result.unknownNeeds.append(item.key)
            } else {
                byWallet[item.request.fromAddress, default: []].append(item.key)
            }
        }
        let terms = PromiseTerms(
            registry: registry,
            energyFee: prices?.energyPrice ?? .zero,
            bandwidthFee: prices?.bandwidthPrice ?? .zero,
            notAfter: now + policy.sendWindow,
            shortUntil: now + policy.shortageLimit
        )
        try await BatchQuoteStore.hold(for: &set, promising: true, now: now, in: transaction)
        for (wallet, keys) in byWallet {
            promise(keys, at: wallet, queued: queued.contains(wallet), terms, &set, &result)
        }
        try await ChargeStore.book(&set, terms: terms, now: now, in: transaction)
        result.notices = set.changes.notices
        result.statements = ChangeStore.statements(for: set, particulars: particulars, now: now)
        return result
    }

    private func distinct(_ result: inout Result) throws -> [(item: Item, fingerprint: [UInt8])] {
        var seen: [WithdrawalKey: [UInt8]] = [:]
        var fresh: [(item: Item, fingerprint: [UInt8])] = []
        for item in items {
            let fingerprint = item.request.fingerprint
            if let first = seen[item.key] {
                if first != fingerprint { result.rejected.append(conflict(item)) }
            } else {
                seen[item.key] = fingerprint
                fresh.append((item, fingerprint))
            }
        }
        return fresh
    }

    private func insert(_ item: Item, into set: inout WorkingSet) {
        let request = item.request
        let withdrawal = Withdrawal(
            key: item.key,
            from: request.fromAddress,
            to: request.toAddress,
            units: request.amount.units,
            userID: request.userID,
            urgency: request.urgency.rank,
            deadline: request.deadline,
            maxCost: request.maxCost,
            receivedAt: now,
            batchID: request.batchID
        )
        set.insert(
            .init(withdrawal: withdrawal, allocationID: UUIDv7(at: now), hasOpenPromise: false),
            batchSize: request.batchSize
        )
        if let need = item.need { set.handle(.needed(need), for: item.key, now: now) }
    }

    private func promise(
        _ keys: [WithdrawalKey],
        at wallet: TronAddress,
        queued: Bool,
        _ terms: PromiseTerms,
        _ set: inout WorkingSet,
        _ result: inout Result
    ) {
        guard !queued, prices != nil, let position = set.positions[wallet], position.activated else {
            for key in keys { set.handle(.awaitsEnergy, for: key, now: now) }
            result.waiting = true
            return
        }
        // What nobody can pay for is found out by charging it.
        var purse = Purse()
        let plan = set.promise(to: keys, at: wallet, terms: terms, purse: &purse)
        for (claim, obstacle) in plan?.blocked ?? [] {
            switch obstacle {
            case .energy, .burning:
                set.handle(.awaitsEnergy, for: claim.key, now: now)
                result.waiting = true
            case .price(let reason, let cost):
                set.handle(
                    .shortOf(claim.need.energy, reason: reason, until: terms.shortUntil, cost: cost),
                    for: claim.key,
                    now: now
                )
            case .tokens, .bandwidth: result.waiting = true
            }
        }
    }

    private func conflict(_ item: Item) -> WithdrawalRejected {
        WithdrawalRejected(
            partnerID: item.request.partnerID,
            withdrawalID: item.request.withdrawalID.rawValue,
            messageID: item.messageID,
            messageType: WithdrawalRequest.name.wireName,
            reason: .conflictingDuplicate,
            detail: "the id was used before for another request"
        )
    }
}
