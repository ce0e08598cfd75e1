internal import Models

/// The search behind ``planSources(for:own:suppliers:in:policy:)``.
///
/// Wants keep their order; a plan cuts them into at most four stretches: own stake, one supplier, burn, nothing. The best
/// plan serves the most wants. Among those, by priority: more by own stake, then a burn that is cheaper than any purchase,
/// then the supplier of the lower rank, then the cheaper one; by cost: the cheapest all-in, then the lower rank.
struct SourceChoice {
    let wants: [EnergyWant]
    let own: OwnStakeOffer?
    let suppliers: [SupplierOffer]
    let situation: BuyingSituation
    let policy: SourcePolicy

    /// Energy missing for the first so many wants.
    private let sums: [Energy]
    private let areAnyLimited: Bool

    init(
        wants: [EnergyWant],
        own: OwnStakeOffer?,
        suppliers: [SupplierOffer],
        situation: BuyingSituation,
        policy: SourcePolicy
    ) {
        self.wants = wants
        self.own = own
        self.suppliers = suppliers.sorted { ($0.rank, $0.supplier) < ($1.rank, $1.supplier) }
        self.situation = situation
        self.policy = policy
        sums = wants.reduce(into: [Energy.zero]) { sums, want in
            sums.append((sums.last ?? .zero).adding(want.missing.clamped) ?? Energy(Int64.max))
        }
        areAnyLimited = wants.contains { $0.maximumCost != nil }
    }

    /// Where a plan cuts.
    struct Cut {
        /// How many own stake serves.
        var ownEnd: Int
        /// How many are served when the supplier's stretch ends.
        var boughtEnd: Int
        /// How many are served in all.
        var servedEnd: Int
        var supplier: SupplierOffer?
        var option: PurchaseOption?
        var cost: Sun
    }

    func missing(_ stretch: Range<Int>) -> Energy { sums[stretch.upperBound] - sums[stretch.lowerBound] }

    func best() -> Cut {
        let burnEnds = wants.indices.map { burnEnd(from: $0) } + [wants.count]
        var best = Cut(ownEnd: 0, boughtEnd: 0, servedEnd: burnEnds[0], cost: burnCost(0..<burnEnds[0]) ?? .zero)
        for ownEnd in 0...wants.count {
            guard let ownCost = ownCost(ownEnd) else { break }
            consider(&best, ownEnd, ownEnd, burnEnds, ownCost.allIn, nil, nil)
            guard ownEnd < wants.count else { break }
            let last = min(wants.count, ownEnd + max(policy.blockLimit, 0))
            for end in stride(from: last, to: ownEnd, by: -1) {
                for offer in suppliers {
                    guard case .success(let option) = purchase(of: offer, for: ownEnd..<end) else { continue }
                    guard let cost = ownCost.allIn.adding(option.cost.allIn) else { continue }
                    consider(&best, ownEnd, end, burnEnds, cost, offer, option)
                }
            }
        }
        return best
    }

    private func consider(
        _ best: inout Cut,
        _ ownEnd: Int,
        _ boughtEnd: Int,
        _ burnEnds: [Int],
        _ cost: Sun,
        _ offer: SupplierOffer?,
        _ option: PurchaseOption?
    ) {
        let servedEnd = burnEnds[boughtEnd]
        guard let burn = burnCost(boughtEnd..<servedEnd), let total = cost.adding(burn) else { return }
        let cut = Cut(
            ownEnd: ownEnd,
            boughtEnd: boughtEnd,
            servedEnd: servedEnd,
            supplier: offer,
            option: option,
            cost: total
        )
        if isBetter(cut, best) { best = cut }
    }

    private func isBetter(_ a: Cut, _ b: Cut) -> Bool {
        if a.servedEnd != b.servedEnd { return a.servedEnd > b.servedEnd }
        let (rankA, rankB) = (a.supplier?.rank ?? 0, b.supplier?.rank ?? 0)
        switch policy.order {
        case .priority: return (-a.ownEnd, rankA, a.cost) < (-b.ownEnd, rankB, b.cost)
        case .cheapest: return (a.cost, rankA, -a.ownEnd) < (b.cost, rankB, -b.ownEnd)
        }
    }

    // MARK: Own stake

    /// `nil` when own stake cannot serve so many.
    func ownCost(_ count: Int) -> SourceCost? {
        guard count > 0 else { return SourceCost() }
        guard let own, situation.isActivated else { return nil }
        let isUrgent = wants[..<count].allSatisfy { $0.urgency >= Urgency.urgent.rank }
        let reserve = scaledUp(own.total.rawValue, by: min(max(policy.reservePerMille, 0), 1000), over: 1000) ?? 0
        let usable = isUrgent ? own.usable : (own.usable - Energy(max(reserve, 0))).clamped
        guard sums[count] <= usable, let energy = own.price.cost(of: sums[count]),
            let bytes = bytesCost(own.bandwidth, situation), energy.adding(bytes) != nil
        else { return nil }
        return SourceCost(energy: energy, bandwidth: bytes)
    }

    // MARK: Suppliers

    /// A purchase that may be made, or why none.
    func purchase(of offer: SupplierOffer, for stretch: Range<Int>) -> Result<PurchaseOption, Refusal> {
        let missing = missing(stretch)
        guard let option = offer.option(for: missing, in: situation), option.taken <= offer.balance ?? option.taken
        else {
            return .failure(.init(reason: .noSource))
        }
        if let until = situation.expiringUntil, until > situation.now, !policy.mayOverlap {
            return .failure(.init(reason: .expiringSource))
        }
        let unit = SunPerEnergy(paying: option.taken - option.cost.activation, for: option.pack)
        if let cap = policy.maximumPrice, unit.map({ $0 > cap }) ?? true { return .failure(.init(reason: .priceCap)) }
        if !policy.mayExceedBurning {
            guard let burn = situation.burnPrice.cost(of: missing), option.cost.energy + option.cost.bandwidth <= burn
            else { return .failure(.init(reason: .priceCap)) }
        }
        guard isWithinLimits(option.cost.paid, stretch) else { return .failure(.init(reason: .maximumCost)) }
        return .success(option)
    }

    struct Refusal: Error {
        var reason: UnservedReason
    }

    /// Whether each want's share, by its energy, is within what its request allows.
    private func isWithinLimits(_ paid: Sun, _ stretch: Range<Int>) -> Bool {
        guard areAnyLimited else { return true }
        let all = max(missing(stretch).rawValue, 1)
        return wants[stretch].allSatisfy { want in
            guard let limit = want.maximumCost else { return true }
            return scaledUp(paid.rawValue, by: want.missing.rawValue, over: all).map { Sun($0) <= limit } ?? false
        }
    }

    // MARK: Burning

    func burnCost(_ stretch: Range<Int>) -> Sun? { situation.burnPrice.cost(of: missing(stretch)) }

    /// The last of the stretch from a want on that may be burnt for; the want itself when nothing may.
    private func burnEnd(from start: Int) -> Int {
        guard policy.burnsRemainder, situation.isActivated else { return start }
        for end in stride(from: wants.count, to: start, by: -1) where mayBurn(start..<end) { return end }
        return start
    }

    /// Burning is a remedy for what is too small to be bought: only where suppliers sell it, and every one of them is dearer.
    private func mayBurn(_ stretch: Range<Int>) -> Bool {
        guard let burn = burnCost(stretch), burn <= situation.burnable, isWithinLimits(burn, stretch) else {
            return false
        }
        let purchases = suppliers.compactMap { $0.option(for: missing(stretch), in: situation)?.cost.allIn }
        guard let cheapest = purchases.min() else { return false }
        return burn < cheapest
    }

    // MARK: Reasons

    /// Why a want that the best plan leaves out is left out.
    func reason(for index: Int) -> UnservedReason {
        let reasons = suppliers.map { offer -> UnservedReason in
            switch purchase(of: offer, for: index..<(index + 1)) {
            case .success: .blockLimit
            case .failure(let refusal): refusal.reason
            }
        }
        let nearest: [UnservedReason] = [.blockLimit, .maximumCost, .priceCap, .expiringSource]
        return nearest.first { reasons.contains($0) } ?? .noSource
    }
}
