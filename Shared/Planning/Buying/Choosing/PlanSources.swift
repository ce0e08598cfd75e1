internal import Models

/// Chooses sources of energy for the withdrawals of one wallet that energy is missing for.
///
/// By policy `priority`, own stake serves as many as it can, then the supplier of the lowest rank that can serve the most of
/// the others, in one block; by `cheapest`, whatever costs least all-in: energy as the supplier's pack, fees, bandwidth,
/// activation, and the chance of failure times the burn. Serving more withdrawals always comes first. Never chosen is a
/// rental that ends before the promises made of it, one above the caps, and a second one beside a rental that stands. What
/// is missing is burnt for only where that is cheaper than any purchase of it. The partner's own burning comes last, for
/// those that no source can or may serve.
///
/// After a failed purchase, call it again with that supplier's ``SupplierOffer/isOpen`` false.
/// - Parameters:
///   - wants: urgent first, then the longest waiting; nothing is served before what stands before it, except that a want
///     which its own `maximumCost` rules out is passed over.
///   - own: of the pools that may serve the partner; `nil`: there is none.
///   - suppliers: in any order.
/// - Returns: at most one step of each kind of source, and everybody else with a reason.
public func planSources(
    for wants: [EnergyWant],
    own: OwnStakeOffer?,
    suppliers: [SupplierOffer],
    in situation: BuyingSituation,
    policy: SourcePolicy
) -> SourcePlan {
    guard !situation.isPaused else { return SourcePlan(unserved: wants.map { ($0.key, .paused) }) }
    // Keeps the search short; who comes later is served by the next plan.
    let searched = max(100, policy.blockLimit)
    var considered = Array(wants.prefix(searched))
    var passedOver: [(key: WithdrawalKey, reason: UnservedReason)] = []
    func choice(_ wants: [EnergyWant]) -> SourceChoice {
        SourceChoice(wants: wants, own: own, suppliers: suppliers, situation: situation, policy: policy)
    }
    var chosen = choice(considered)
    var cut = chosen.best()
    // A request that allows too little does not hold up those behind it.
    for _ in 0..<8 {
        guard let index = considered.indices.first(where: { $0 >= cut.servedEnd && considered[$0].maximumCost != nil })
        else { break }
        var others = considered
        others.remove(at: index)
        let without = choice(others)
        let better = without.best()
        guard better.servedEnd > cut.servedEnd else { break }
        passedOver.append((considered[index].key, .maximumCost))
        (considered, chosen, cut) = (others, without, better)
    }
    var plan = SourcePlan(steps: steps(cut, of: chosen))
    var fallback: [EnergyWant] = []
    for index in cut.servedEnd..<considered.count {
        let reason = chosen.reason(for: index)
        if policy.partnerFallback, situation.isActivated, reason == .noSource || reason == .priceCap {
            fallback.append(considered[index])
        } else {
            plan.unserved.append((considered[index].key, reason))
        }
    }
    if let step = fallbackStep(fallback, situation) { plan.steps.append(step) }
    plan.unserved += passedOver + wants.dropFirst(searched).map { ($0.key, .blockLimit) }
    return plan
}

private func steps(_ cut: SourceChoice.Cut, of choice: SourceChoice) -> [SourceStep] {
    var steps: [SourceStep] = []
    func add(_ source: EnergySource, _ stretch: Range<Int>, _ cost: SourceCost, _ option: PurchaseOption? = nil) {
        guard !stretch.isEmpty else { return }
        let missing = choice.missing(stretch)
        steps.append(
            SourceStep(
                source: source,
                serves: choice.wants[stretch].map(\.key),
                missing: missing,
                energy: option?.pack ?? missing,
                duration: option?.duration,
                cost: cost
            )
        )
    }
    add(.ownStake, 0..<cut.ownEnd, choice.ownCost(cut.ownEnd) ?? SourceCost())
    if let supplier = cut.supplier, let option = cut.option {
        add(.supplier(supplier.supplier), cut.ownEnd..<cut.boughtEnd, option.cost, option)
    }
    add(
        .burn,
        cut.boughtEnd..<cut.servedEnd,
        SourceCost(energy: choice.burnCost(cut.boughtEnd..<cut.servedEnd) ?? .zero)
    )
    return steps
}

private func fallbackStep(_ wants: [EnergyWant], _ situation: BuyingSituation) -> SourceStep? {
    guard !wants.isEmpty else { return nil }
    let missing = wants.reduce(Energy.zero) { $0.adding($1.missing) ?? Energy(Int64.max) }
    return SourceStep(
        source: .partnerFallback,
        serves: wants.map(\.key),
        missing: missing,
        energy: missing,
        duration: nil,
        cost: SourceCost(energy: situation.burnPrice.cost(of: missing) ?? Sun(Int64.max))
    )
}
