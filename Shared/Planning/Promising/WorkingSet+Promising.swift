public import Models

/// A promise that its payer has not been charged for.
public struct ReservedPromise: Sendable, Equatable {
    /// Whose energy it is.
    public var wallet: TronAddress
    /// What is to be promised.
    public var promise: PlannedPromise
    /// What it will tell, its price included.
    public var terms: ReadyTerms
}

extension WorkingSet {
    /// Plans promises of what is free at a wallet to those of its withdrawals that wait for it, and reserves it for them. They
    /// are made once they are paid for: ``take(_:for:terms:now:)``.
    /// - Parameters:
    ///   - keys: which of them; those without a claim, of another wallet, reserved for already or named twice are passed over.
    ///   - terms: of all promises of the transaction.
    ///   - purse: what the payers have left; what is reserved for is taken from it.
    /// - Returns: what became of the claims; blocked ones are left as they are.
    public mutating func promise(
        to keys: some Sequence<WithdrawalKey>,
        at wallet: TronAddress,
        terms: PromiseTerms,
        purse: inout Purse
    ) -> PromisePlan? {
        guard let position = positions[wallet] else { return nil }
        var asked = Set(reserved.filter { $0.wallet == wallet }.map(\.promise.key))
        let claims = keys.compactMap { key -> Claim? in
            guard let withdrawal = entries[key]?.withdrawal, withdrawal.from == wallet, asked.insert(key).inserted
            else { return nil }
            return withdrawal.claim
        }
        var till = Till(terms: terms, position: position, purse: purse, quotes: quotes, pricedAt: pricedAt)
        let plan = planPromises(claims, at: position, bandwidthPrice: terms.bandwidthFee) { claim, origin in
            entries[claim.key].flatMap { till.pay(for: $0.withdrawal, origin) }
        }
        for promise in plan.promises {
            guard let entry = entries[promise.key], let cost = till.sheets[promise.key] else { continue }
            reserved.append(
                ReservedPromise(
                    wallet: wallet,
                    promise: promise,
                    terms: ReadyTerms(
                        allocationID: entry.allocationID,
                        bandwidthAvailable: position.bandwidthAvailable,
                        energyPrice: terms.energyFee,
                        notAfter: terms.notAfter,
                        cost: cost
                    )
                )
            )
        }
        purse = till.purse
        fix(till.fixed)
        if !plan.promises.isEmpty { set(plan.position) }
        return plan
    }

    /// Makes the promises that are paid for. What was reserved for the others is free again, and they are short.
    mutating func make(_ paid: [WithdrawalKey: CostSheet], terms: PromiseTerms, now: Timestamp) {
        let reservations = reserved
        reserved = []
        for item in reservations {
            guard var position = positions[item.wallet] else { continue }
            position.promisedEnergy = position.promisedEnergy - item.promise.need.energy
            position.promisedUnits -= item.promise.units
            position.promisedCount -= 1
            set(position)
        }
        for item in reservations {
            var (promise, ready) = (item.promise, item.terms)
            guard let cost = paid[promise.key] else {
                let shortage = Withdrawal.Event.shortOf(
                    promise.need.energy,
                    reason: .insufficientBalance,
                    until: terms.shortUntil,
                    cost: ready.cost
                )
                handle(shortage, for: promise.key, now: now)
                continue
            }
            guard var position = positions[item.wallet], var entry = entries[promise.key] else { continue }
            // Those before it that are dropped now leave more room, never less.
            promise.promisedBefore = position.promisedEnergy
            ready.cost = cost
            position.promisedEnergy = position.promisedEnergy + promise.need.energy
            position.promisedUnits += promise.units
            position.promisedCount += 1
            set(position)
            entry.hasOpenPromise = true
            entries[promise.key] = entry
            changes.opened.append((entry.allocationID, item.wallet, promise, ready.notAfter))
            handle(.promised(ready), for: promise.key, now: now)
        }
    }

    /// Prices the claims of one wallet and looks whether they can be paid.
    private struct Till {
        let terms: PromiseTerms
        let position: WalletPosition
        var purse: Purse
        /// Of batches.
        let quotes: [BatchKey: Quote]
        let pricedAt: Timestamp?
        /// Of batches whose first member is priced here.
        var fixed: [BatchKey: Quote] = [:]
        /// Of those that energy stands ready for.
        var sheets: [WithdrawalKey: CostSheet] = [:]
        /// What those will cost that energy has to be brought for. Nothing is taken for them yet, so that they keep nobody
        /// else from what stands at another wallet.
        var expected: [PayerAccount: Sun] = [:]

        mutating func pay(for withdrawal: Withdrawal, _ origin: EnergyOrigin) -> Obstacle? {
            let standing = EnergyOffer(source: position.energySource, price: position.energyPrice)
            let offer = origin == .standing ? standing : terms.bringing
            guard let offer else { return nil }
            let quote = withdrawal.batch.flatMap { quotes[$0] ?? fixed[$0] }
            guard let sheet = terms.sheet(for: withdrawal, of: offer, quote: quote) else {
                return .price(.insufficientBalance, nil)
            }
            if let limit = withdrawal.maxCost, sheet.total > limit { return .price(.maxCost, sheet) }
            let payer = terms.payer(of: withdrawal)
            guard purse.covers(sheet.total, of: payer, besides: expected[payer] ?? .zero) else {
                return .price(.insufficientBalance, sheet)
            }
            switch origin {
            case .standing:
                purse.take(sheet.total, of: payer)
                sheets[withdrawal.key] = sheet
                // What we did not bring costs nothing, and is no price for what we bring.
                if quote == nil, let batch = withdrawal.batch, let pricedAt, offer.source != WalletPosition.standing {
                    fixed[batch] = terms.quote(for: batch.partner, of: offer, at: pricedAt)
                }
            case .brought: expected[payer] = (expected[payer] ?? .zero).adding(sheet.total) ?? Sun(Int64.max)
            }
            return nil
        }
    }
}
