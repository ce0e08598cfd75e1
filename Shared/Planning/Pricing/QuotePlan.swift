public import Models

/// Where the energy of some like withdrawals of one wallet would come from now.
public struct QuotePlan: Sendable, Equatable {
    /// How many of them the wallet's own free energy carries.
    public var standing: Int
    /// What is missing for the others, in all.
    public var missing: Energy
    /// What would be done about it.
    public var steps: [SourceStep]
    /// How many nothing would be done for.
    public var unserved: Int
    /// Why, of the first of them.
    public var reason: UnservedReason?

    /// The source whose price counts for all that energy is brought for, because one price is fixed by the first that is
    /// priced; `nil`: energy is brought for none.
    public var source: EnergySource? { steps.first?.source }

    /// What one energy costs by the step that counts; `nil` for own stake, which has a price of its own.
    public var purchasePrice: SunPerEnergy? {
        guard let step = steps.first, step.source != .ownStake else { return nil }
        return SunPerEnergy(paying: step.cost.energy, for: step.missing)
    }
}

/// Plans sources for `count` withdrawals that need the same, as an allocation would now.
/// - Parameters:
///   - need: of one of them.
///   - position: the wallet, with what is promised of it.
///   - own: of the pools that may serve the partner.
///   - suppliers: whose prices are known.
public func planQuote(
    of need: Need,
    count: Int,
    for partner: PartnerID,
    urgency: Urgency,
    at position: WalletPosition,
    own: OwnStakeOffer?,
    suppliers: [SupplierOffer],
    in situation: BuyingSituation,
    policy: SourcePolicy
) -> QuotePlan {
    var free = position.free
    var standing = 0
    var wants: [EnergyWant] = []
    for number in 0..<max(count, 0) {
        guard let id = WithdrawalID("quote-\(number + 1)") else { continue }
        let missing = (need.energy - free).clamped
        free = (free - need.energy).clamped
        if missing == .zero {
            standing += 1
        } else {
            wants.append(
                EnergyWant(key: WithdrawalKey(partner: partner, id: id), missing: missing, urgency: urgency.rank)
            )
        }
    }
    let plan = planSources(for: wants, own: own, suppliers: suppliers, in: situation, policy: policy)
    return QuotePlan(
        standing: standing,
        missing: wants.reduce(.zero) { $0 + $1.missing },
        steps: plan.steps,
        unserved: plan.unserved.count,
        reason: plan.unserved.first?.reason
    )
}
