internal import Ledger
internal import Logging
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Suppliers

/// What happened to purchases, as one transaction: their lives go on, and what follows is stored, booked and told before
/// anything else is done.
struct PurchaseTransaction {
    let news: [PurchaseNews]
    /// Whose TRX pay on chain.
    let purchasingWallet: TronAddress?
    let work: UnitOfWork
    let logger: Logger

    /// What has to be done once it is committed.
    struct Result: Sendable {
        var actions: [PurchaseAction] = []
        /// Whether the withdrawals that wait have something to hope for, or nothing any more.
        var changesSupply = false
    }

    private var now: Timestamp { work.now }

    func run() async throws -> Result {
        var result = Result()
        let ids = Array(Set(news.map(\.acquisition)))
        let (locked, unreadable) = try await PurchaseStore.lock(ids, in: work.database)
        if !unreadable.isEmpty {
            // Of another version, or by another hand: the others go on.
            logger.error(
                "purchases cannot be read, and are left alone for a while",
                metadata: ["purchases": "\(unreadable.map(\.description).sorted().joined(separator: ","))"]
            )
            try await PurchaseStore.postpone(unreadable, until: now + .seconds(300), in: work.database)
        }
        var rows = Dictionary(uniqueKeysWithValues: locked.map { ($0.acquisition, $0) })
        let names = Set(locked.map(\.life.order.supplier)).sorted()
        var suppliers = try await SupplierStore.lock(names, now: now, in: work.database)
        let before = suppliers
        var fold = Fold()
        for item in news {
            guard var row = rows[item.acquisition] else { continue }
            let supplier = row.life.order.supplier
            learn(item.conduct, of: supplier, &suppliers)
            for effect in row.take(item, now: now) { handle(effect, of: &row, &fold, &suppliers) }
            if let fee = item.networkFee, fee > .zero, let payment = row.prepared?.payment {
                fold.entries.append(.network(payment.transaction, burnt: fee, by: purchasingWallet))
            }
            if let back = item.returning {
                row.returning = back
                fold.actions.append(.sendReturn(back, item.acquisition))
            }
            rows[item.acquisition] = row
        }
        try await PurchaseStore.update(Array(rows.values), now: now, in: work.database)
        try await SupplierStore.update(Array(suppliers.values), now: now, in: work.database)
        for (id, row) in suppliers { try announce(row, before: before[id]) }
        result.changesSupply = try await store(fold)
        result.actions = fold.actions
        return result
    }

    /// Everything that one transaction stores besides the purchases themselves.
    private struct Fold {
        var actions: [PurchaseAction] = []
        var proven: [UUIDv7] = []
        var unproven: [UUIDv7] = []
        var failed: [AcquisitionStore.Failure] = []
        var ended: [UUIDv7] = []
        var entries: [LedgerEntry] = []
        var settled: [SupplierOrderSettled] = []
    }

    private func handle(
        _ effect: PurchaseEffect,
        of row: inout PurchaseStore.Row,
        _ fold: inout Fold,
        _ suppliers: inout [SupplierID: SupplierStore.Row]
    ) {
        let (id, life) = (row.acquisition, row.life)
        let place = life.rules.absence == .oncePaymentIsDead ? purchasingWallet?.base58 : nil
        switch effect {
        case .prepare(let call): fold.actions.append(.prepare(life, call: call))
        case .place(let call):
            if let prepared = row.prepared { fold.actions.append(.place(prepared, id, call: call)) }
        case .find(let call):
            if let prepared = row.prepared { fold.actions.append(.find(prepared, id, call: call)) }
        case .readChain: fold.actions.append(.readChain(life.order.wallet))
        case .giveBack:
            if let back = row.returning, let payment = back.payment, payment.expiration > now {
                fold.actions.append(.sendReturn(back, id))
            } else if let prepared = row.prepared {
                fold.actions.append(.giveBack(prepared, id))
            }
        case .proven: fold.proven.append(id)
        case .unproven: if life.state == .ended { fold.ended.append(id) } else { fold.unproven.append(id) }
        case .missing(let energy):
            logger.warning(
                "a supplier delivered less than was ordered",
                metadata: ["order": "\(life.order.key)", "supplier": "\(life.order.supplier)", "missing": "\(energy)"]
            )
        case .failOver(let reason): fold.failed.append(.init(acquisition: id, reason: reason))
        case .charged(let difference, let number):
            fold.entries.append(
                .purchase(
                    life.order.key,
                    from: life.order.supplier,
                    number: number,
                    charged: difference,
                    paidFrom: place
                )
            )
        case .refunded(let amount, let number):
            fold.entries.append(
                .purchaseRefund(life.order.key, from: life.order.supplier, number: number, returned: amount, to: place)
            )
        case .claimRefund(let amount): alarm("a supplier owes \(amount) sun for \(life.order.key)", life)
        case .learn(let sample): suppliers[life.order.supplier]?.health.learn(sample)
        case .settled(let state):
            if let event = SupplierOrderSettled(life, state) { fold.settled.append(event) }
        case .lateDelivery(let energy):
            alarm("\(life.order.key) was given up, and brought \(energy) energy after all", life)
        case .alarm(let text): alarm(text, life)
        }
    }

    private func alarm(_ text: String, _ life: Purchase) {
        logger.error(
            "a purchase needs somebody's attention",
            metadata: ["supplier": "\(life.order.supplier)", "order": "\(life.order.key)", "what": "\(text)"]
        )
    }

    private func learn(
        _ conduct: PurchaseNews.Conduct?,
        of supplier: SupplierID,
        _ suppliers: inout [SupplierID: SupplierStore.Row]
    ) {
        switch conduct {
        case nil: break
        case .answered: suppliers[supplier]?.breaker.succeeded()
        case .failed(let fault):
            var random = SystemRandomNumberGenerator()
            suppliers[supplier]?.breaker.failed(fault, now: now, using: &random)
            suppliers[supplier]?.fault = "\(fault)"
        }
    }

    private func announce(_ row: SupplierStore.Row, before: SupplierStore.Row?) throws {
        guard let event = SupplierStatusChanged(row, before: before, now: now) else { return }
        try work.publish(event)
    }

    private func store(_ fold: Fold) async throws -> Bool {
        let transaction = work.database
        for body in try await AcquisitionStore.mark(fold.proven, .proven, now: now, in: transaction) {
            try work.publish(AcquisitionProven(body))
        }
        try await AcquisitionStore.reopen(fold.unproven, in: transaction)
        for body in try await AcquisitionStore.fail(fold.failed, now: now, in: transaction) {
            try work.publish(AcquisitionFailed(body))
        }
        for body in try await AcquisitionStore.mark(fold.ended, .reclaimed, now: now, in: transaction) {
            try work.publish(AcquisitionReclaimed(body))
        }
        for event in fold.settled { try work.publish(event) }
        _ = try await Books(in: transaction).post(fold.entries, at: now)
        return !fold.proven.isEmpty || !fold.failed.isEmpty || !fold.ended.isEmpty
    }
}

extension LedgerEntry {
    /// What the chain burnt for a payment's bytes.
    fileprivate static func network(_ txid: TransactionID, burnt: Sun, by wallet: TronAddress?) -> LedgerEntry {
        LedgerEntry(
            key: "payment_fee:\(txid.hex)",
            kind: .purchase,
            postings: [
                Posting(.cost("bandwidth"), .zero - burnt), Posting(.funds(wallet?.base58 ?? "chain"), burnt),
            ]
        )
    }
}

extension SupplierOrderSettled {
    /// `nil` for a state that settles nothing.
    fileprivate init?(_ life: Purchase, _ state: PurchaseState) {
        guard let outcome = Outcome(rawValue: state.rawValue) else { return nil }
        let time = life.provenAt.map { $0 - (life.placedAt ?? life.createdAt) }
        self.init(
            supplier: life.order.supplier,
            orderKey: life.order.key,
            acquisitionID: life.order.acquisition,
            wallet: life.order.wallet,
            outcome: outcome,
            ordered: life.order.energy,
            delivered: life.energy,
            quoted: life.order.quoted,
            charged: life.charged,
            refunded: life.refunded,
            timeToChain: time.map { Int64($0 / .milliseconds(1)) },
            reason: life.reason
        )
    }
}

extension SupplierStatusChanged {
    /// `nil` unless the breaker has opened or closed.
    init?(_ row: SupplierStore.Row, before: SupplierStore.Row?, now: Timestamp) {
        let (was, isNow) = (before?.breaker.state ?? .closed, row.breaker.state)
        guard (was == .closed) != (isNow == .closed) else { return nil }
        var until: Timestamp?
        if case .open(let end) = isNow { until = end }
        self.init(
            supplier: row.id,
            isAvailable: isNow == .closed,
            reason: isNow == .closed ? nil : row.fault,
            until: until,
            at: now
        )
    }
}
