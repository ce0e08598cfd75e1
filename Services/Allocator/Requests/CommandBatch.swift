internal import Models
internal import Planning
internal import Storage

/// What the upstream says about withdrawals that are there: a batch of `withdrawal.settle` or `withdrawal.cancel` as one
/// transaction.
struct CommandBatch {
    /// One admitted command.
    struct Item: Sendable {
        enum Command: Sendable {
            case sent(TransactionID)
            case givenUp
            case cancel

            /// Whether what was charged may have to be given back in part.
            var mayEndCharge: Bool {
                switch self {
                case .sent: false
                case .givenUp, .cancel: true
                }
            }
        }

        var key: WithdrawalKey
        var command: Command
        var messageID: String?
        var messageType: String
    }

    var items: [Item]
    var registry: RegistrySnapshot
    var prices: ChainPrices?
    var now: Timestamp

    /// What has to be told, and the statements to be sent in the round trip that commits.
    struct Result: Sendable {
        var notices: [WithdrawalNotice] = []
        var rejected: [WithdrawalRejected] = []
        var statements: [SQL] = []
    }

    func run(in transaction: PostgresTransaction) async throws -> Result {
        var result = Result()
        let keys = Set(items.map(\.key)).sorted()
        let reported = items.compactMap { item -> TransactionID? in
            if case .sent(let txid) = item.command { txid } else { nil }
        }
        // Positions are locked before withdrawals, everywhere, so that no two transactions wait for each other.
        let wallets = try await WithdrawalStore.wallets(of: keys, in: transaction)
        let positions = try await PositionStore.lock(wallets.sorted(), in: transaction)
        let seen = reported.isEmpty ? [] : try await SettlementStore.seen(reported, in: transaction)
        let others = seen.compactMap(\.matched)
        var set = WorkingSet(
            entries: try await WithdrawalStore.lock(
                Set(keys + others).sorted(),
                costs: items.contains { $0.command.mayEndCharge },
                in: transaction
            ),
            positions: positions
        )
        var transfers = Dictionary(seen.map { ($0.transfer.txid, $0) }, uniquingKeysWith: { first, _ in first })
        var assigned: [TransactionID: WithdrawalKey?] = [:]
        for item in items {
            guard set.entries[item.key] != nil else {
                result.rejected.append(
                    answer(item, .unknownWithdrawal, "no withdrawal \(item.key.id) of partner \(item.key.partner)")
                )
                continue
            }
            let refused = set.changes.refusals.count
            switch item.command {
            case .givenUp: set.handle(.givenUp, for: item.key, now: now)
            case .cancel: set.handle(.cancelled, for: item.key, now: now)
            case .sent(let txid):
                set.handle(.reported(txid), for: item.key, now: now)
                if set.changes.refusals.count == refused {
                    take(txid, for: item.key, &set, &transfers, &assigned)
                }
            }
            result.rejected += set.changes.refusals.dropFirst(refused).map { answer(item, $0.reason, $0.detail) }
        }
        // Nothing is promised here: charges end, or are made again for transfers that came after all.
        let terms = PromiseTerms(
            registry: registry,
            energyFee: prices?.energyPrice ?? .zero,
            bandwidthFee: prices?.bandwidthPrice ?? .zero,
            notAfter: now,
            shortUntil: now
        )
        try await ChargeStore.book(&set, terms: terms, now: now, in: transaction)
        result.notices = set.changes.notices
        result.statements = ChangeStore.statements(for: set, now: now)
        if !assigned.isEmpty { result.statements.append(SettlementStore.assigning(assigned)) }
        return result
    }

    /// The reported transfer was seen already: it is this withdrawal's, whatever arrival order had made of it. The one it
    /// was taken for gets the transfer this one had, if any.
    private func take(
        _ txid: TransactionID,
        for key: WithdrawalKey,
        _ set: inout WorkingSet,
        _ transfers: inout [TransactionID: SettlementStore.Seen],
        _ assigned: inout [TransactionID: WithdrawalKey?]
    ) {
        guard var seen = transfers[txid], let withdrawal = set.entries[key]?.withdrawal, seen.matched != key,
            seen.transfer.wallet == withdrawal.from, seen.transfer.recipient == withdrawal.to,
            seen.transfer.units == withdrawal.units
        else { return }
        let previous = withdrawal.transfer.flatMap { id in withdrawal.transferBlock.map { (id, $0) } }
        if let other = seen.matched {
            guard let rival = set.entries[other]?.withdrawal, rival.state == .ready, rival.reported != txid else {
                return
            }
            set.handle(.transferLost, for: other, now: now)
            if let previous { set.handle(.transferSeen(previous.0, block: previous.1), for: other, now: now) }
        }
        if let previous {
            set.handle(.transferLost, for: key, now: now)
            assigned[previous.0] = .some(seen.matched)
        }
        set.handle(.transferSeen(txid, block: seen.transfer.block), for: key, now: now)
        assigned[txid] = .some(key)
        seen.matched = key
        transfers[txid] = seen
    }

    private func answer(_ item: Item, _ reason: RejectionReason, _ detail: String) -> WithdrawalRejected {
        WithdrawalRejected(
            partnerID: item.key.partner,
            withdrawalID: item.key.id.rawValue,
            messageID: item.messageID,
            messageType: item.messageType,
            reason: reason,
            detail: detail
        )
    }
}
