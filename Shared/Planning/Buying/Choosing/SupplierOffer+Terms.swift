internal import Models

/// A purchase as it would be made of one supplier.
struct PurchaseOption: Sendable, Equatable {
    var pack: Energy
    var duration: Duration
    var cost: SourceCost
    /// What the supplier itself takes of our balance.
    var taken: Sun
}

extension SupplierOffer {
    /// The cheapest purchase that brings so much and outlives the promises made of it; whether it may be made is not asked.
    func option(for missing: Energy, in situation: BuyingSituation) -> PurchaseOption? {
        guard isOpen, let pack = pack(for: missing), let risk = risk(of: missing, situation) else { return nil }
        var activation = Sun.zero
        if !situation.isActivated {
            guard let fee = self.activation else { return nil }
            activation = fee
        }
        let lifetime = situation.sendWindow + situation.grace
        var best: PurchaseOption?
        for price in prices where price.duration >= lifetime {
            guard let energy = price.price.cost(of: pack)?.adding(price.fee),
                let calls = situation.burnPrice.cost(of: ownEnergy), let all = energy.adding(calls),
                let bytes = bytesCost(bandwidth, situation), let taken = energy.adding(activation),
                all.adding(bytes)?.adding(activation)?.adding(risk) != nil
            else { continue }
            let cost = SourceCost(energy: all, bandwidth: bytes, activation: activation, risk: risk)
            let option = PurchaseOption(pack: pack, duration: price.duration, cost: cost, taken: taken)
            // Of equally dear ones the longer, which leaves more time.
            if best.map({
                (option.cost.allIn, -option.duration.wholeMilliseconds) < (
                    $0.cost.allIn, -$0.duration.wholeMilliseconds
                )
            }) ?? true {
                best = option
            }
        }
        return best
    }

    /// A failed purchase ends in burning, or costs as much: the chance times the burn.
    private func risk(of missing: Energy, _ situation: BuyingSituation) -> Sun? {
        guard let burn = situation.burnPrice.cost(of: missing) else { return nil }
        return scaledUp(burn.rawValue, by: min(max(failurePerMille, 0), 1000), over: 1000).map { Sun($0) }
    }
}

/// What so many bytes cost when they are burnt for.
func bytesCost(_ bandwidth: Bandwidth, _ situation: BuyingSituation) -> Sun? {
    scaledUp(bandwidth.rawValue, by: situation.bandwidthPrice.rawValue, over: 1).map { Sun($0) }
}
