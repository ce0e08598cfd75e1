public import Models

extension WorkingSet {
    /// Reserves promises that are kept by burning TRX of the hot wallet: where that is cheaper than any purchase, or where no
    /// source is left and the partner has agreed.
    ///
    /// A transfer uses what energy its wallet has before it burns, so that none is promised to others meanwhile
    /// (``WalletPosition/isBurning``), and nobody burns at a wallet that has promised any. What may be burnt for all of them has
    /// to be there in TRX; what the house charges is margin and fee alone.
    /// - Parameters:
    ///   - keys: in the order they go; those that cannot be served so are left as they are.
    ///   - isFallback: whether it is for want of any other source.
    /// - Returns: those it is reserved for.
    public mutating func reserveBurning(
        _ keys: [WithdrawalKey],
        at wallet: TronAddress,
        isFallback: Bool,
        terms: PromiseTerms,
        purse: inout Purse
    ) -> [WithdrawalKey] {
        var served: [WithdrawalKey] = []
        guard var position = positions[wallet], position.promisedEnergy == .zero, position.activated,
            position.promisedCount == 0 || position.isBurning
        else { return [] }
        var burning = Sun.zero
        for entry in entries.values where entry.withdrawal.from == wallet && entry.hasOpenPromise {
            burning = burning + burn(of: entry.withdrawal, terms)
        }
        for key in keys {
            guard let entry = entries[key], let claim = entry.withdrawal.claim, entry.withdrawal.from == wallet,
                position.tokenUnits - position.promisedUnits >= claim.units
            else { continue }
            let all = burning + burn(of: entry.withdrawal, terms)
            let bytes = Sun(claim.need.bandwidth.rawValue * terms.bandwidthFee.rawValue * (position.promisedCount + 1))
            let offer = EnergyOffer(source: isFallback ? "partner_fallback" : "burn", price: SunPerEnergy(rawValue: 0))
            let payer = terms.payer(of: entry.withdrawal)
            guard let needed = all.adding(bytes), needed <= position.balance,
                let sheet = terms.sheet(for: entry.withdrawal, of: offer), purse.covers(sheet.total, of: payer),
                entry.withdrawal.maxCost.map({ sheet.total <= $0 }) ?? true
            else { continue }
            burning = all
            purse.take(sheet.total, of: payer)
            reserved.append(
                ReservedPromise(
                    wallet: wallet,
                    promise: PlannedPromise(
                        key: key,
                        need: Need(energy: .zero, bandwidth: claim.need.bandwidth),
                        units: claim.units,
                        block: position.block,
                        capacity: position.capacity,
                        promisedBefore: .zero
                    ),
                    terms: ReadyTerms(
                        allocationID: entry.allocationID,
                        bandwidthAvailable: position.bandwidthAvailable,
                        energyPrice: terms.energyFee,
                        notAfter: terms.notAfter,
                        cost: sheet,
                        method: .burn,
                        isFallback: isFallback
                    )
                )
            )
            position.promisedUnits += claim.units
            position.promisedCount += 1
            served.append(key)
        }
        if !served.isEmpty { set(position) }
        return served
    }

    private func burn(of withdrawal: Withdrawal, _ terms: PromiseTerms) -> Sun {
        guard let energy = withdrawal.need?.energy else { return .zero }
        return Sun(scaledUp(energy.rawValue, by: terms.energyFee.rawValue, over: 1) ?? Int64.max / 4)
    }
}
