internal import Models
internal import Planning

/// Makes a ``QuoteReport`` of what was read. Pure.
struct QuotePricing: Sendable {
    let inquiry: QuoteInquiry
    let facts: QuoteFacts
    let reading: QuoteReading
    let now: Timestamp
    /// How long a transfer may take, and how much longer energy must stay.
    let sendWindow: Duration
    let grace: Duration

    /// - Throws: ``PricingError`` for figures that nothing can be priced by.
    func report() throws(PricingError) -> QuoteReport {
        let need = NeedTable().need(simulated: reading.energy, for: reading.callClass)
        let plan = plan(need)
        var report = try frame(need, plan)
        report.steps = plan.steps.map {
            QuoteReport.Step(source: "\($0.source)", serves: $0.serves.count, energy: $0.energy)
        }
        report.unserved = plan.unserved
        let standing = plan.standing > 0 ? facts.view.standing : nil
        let source = standing?.source ?? plan.source.map { "\($0)" }
        report.source = plan.standing > 0 ? WalletPosition.standing : source
        report.remarks = remarks(plan)
        guard let source else { return report }
        let price =
            standing.map { QuoteReport.Price(source: $0.source, price: $0.price, age: 0, isFresh: true) }
            ?? plan.source.flatMap { self.price(of: $0, plan) }
        guard let price else {
            report.remarks.append("there is no price of energy from \(source): price-feed has not told one")
            return report
        }
        let quote = Quote(
            source: source,
            energyPrice: price.price,
            burnPrice: reading.burnPrice,
            // The partner's wallet burns for its own bytes.
            bandwidthPrice: .zero,
            activationPrice: .zero,
            terms: facts.view.terms,
            at: now
        )
        let sheet = try quote.sheet(energy: need.energy)
        report.price = price
        report.cost = sheet
        report.total = Sun(try checkedTotal(sheet.total))
        report.saving = Self.percent(sheet.baseline - sheet.total, of: sheet.baseline)
        if price.isFresh { report.validUntil = quote.validUntil }
        return report
    }

    private func plan(_ need: Need) -> QuotePlan {
        let price = facts.prices.first { $0.source == EnergyPriceSource.ownStake.description && $0.isFresh }?.price
        return planQuote(
            of: need,
            count: inquiry.count,
            for: inquiry.partner,
            urgency: inquiry.urgency,
            at: reading.position,
            own: OwnStakeOffer(
                pools: reading.pools,
                stakes: reading.stakes,
                policy: DelegationPolicy(),
                price: price ?? SunPerEnergy(rawValue: 0),
                bandwidth: .zero
            ),
            suppliers: offers.map(\.offer),
            in: BuyingSituation(
                burnPrice: reading.burnPrice,
                bandwidthPrice: reading.bandwidthPrice,
                burnable: reading.position.balance,
                sendWindow: sendWindow,
                grace: grace,
                now: now
            ),
            policy: facts.policy
        )
    }

    /// Suppliers that may be asked and whose price is known, at whatever size: what they sell at least is theirs to say.
    private var offers: [(offer: SupplierOffer, price: PriceReport.Energy)] {
        facts.suppliers.compactMap { supplier in
            guard let id = SupplierID(supplier.id), let state = RegisteredSupplier.State(rawValue: supplier.state),
                let price = facts.prices.first(where: {
                    $0.source == EnergyPriceSource.supplier(id).description && $0.isFresh
                })
            else { return nil }
            let registered = RegisteredSupplier(
                id: id,
                kind: supplier.kind,
                rank: supplier.rank,
                state: state,
                maintenanceUntil: supplier.maintenanceUntil
            )
            let offer = SupplierOffer(
                supplier: id,
                rank: supplier.rank,
                minimum: Energy(1),
                maximum: Energy(Int64.max),
                prices: [RentalPrice(duration: sendWindow + grace, price: price.price)],
                isOpen: registered.isActive(at: now)
            )
            return (offer, price)
        }
    }

    private func price(of source: EnergySource, _ plan: QuotePlan) -> QuoteReport.Price? {
        switch source {
        case .ownStake:
            return facts.prices.first { $0.source == EnergyPriceSource.ownStake.description }.map {
                .init(source: $0.source, price: $0.price, age: $0.age, isFresh: $0.isFresh)
            }
        case .supplier(let id):
            guard let price = plan.purchasePrice, let offer = offers.first(where: { $0.offer.supplier == id }) else {
                return nil
            }
            return .init(source: offer.price.source, price: price, age: offer.price.age, isFresh: true)
        case .burn, .partnerFallback:
            // Read from the chain a moment ago.
            return .init(source: EnergyPriceSource.burn.description, price: reading.burnPrice, age: 0, isFresh: true)
        }
    }

    private func remarks(_ plan: QuotePlan) -> [String] {
        var remarks: [String] = []
        for supplier in facts.suppliers where supplier.state == "active" {
            let name = SupplierID(supplier.id).map { EnergyPriceSource.supplier($0).description } ?? supplier.id
            switch facts.prices.first(where: { $0.source == name }) {
            case nil: remarks.append("no price of supplier \(supplier.id) is known: it is left out")
            case let price? where !price.isFresh:
                remarks.append("the price of supplier \(supplier.id) is \(price.age) s old: it is left out")
            default: break
            }
        }
        if plan.standing > 0, facts.view.standing == .standing {
            remarks.append("energy that we did not bring to the wallet costs nothing; what is brought for others does")
        }
        if plan.unserved > 0, let reason = plan.reason {
            remarks.append("\(plan.unserved) of \(inquiry.count) would wait for energy: \(reason.rawValue)")
        }
        if inquiry.call != .transfer {
            remarks.append("withdrawal.request asks for transfers alone: nothing brings energy for this call by itself")
        }
        return remarks
    }

    /// The report without source and price.
    private func frame(_ need: Need, _ plan: QuotePlan) throws(PricingError) -> QuoteReport {
        guard let baseline = reading.burnPrice.cost(of: need.energy) else { throw .tooLarge("the cost of burning") }
        let position = reading.position
        let covered = min(Int64(inquiry.count), position.bandwidthAvailable.rawValue / need.bandwidth.rawValue)
        let burnt = scaledUp(
            need.bandwidth.rawValue,
            by: reading.bandwidthPrice.rawValue * (Int64(inquiry.count) - covered),
            over: 1
        )
        guard let burnt else { throw .tooLarge("the cost of bandwidth") }
        var report = QuoteReport(
            at: now,
            validUntil: nil,
            partner: inquiry.partner,
            from: inquiry.from,
            to: inquiry.to,
            holder: inquiry.holder,
            amount: inquiry.amountText,
            call: inquiry.call,
            count: inquiry.count,
            urgency: inquiry.urgency,
            need: .init(
                simulatedEnergy: reading.energy,
                penalty: reading.penalty,
                energy: need.energy,
                bandwidth: need.bandwidth
            ),
            wallet: .init(
                energyLimit: position.energyLimit,
                energyUsed: position.energyUsed,
                promisedEnergy: position.promisedEnergy + position.withheld,
                freeEnergy: position.free,
                bandwidth: position.bandwidthAvailable,
                balance: position.balance,
                carries: plan.standing,
                bandwidthBurn: Sun(burnt)
            ),
            missing: plan.missing,
            source: nil,
            steps: [],
            unserved: 0,
            baseline: baseline,
            remarks: []
        )
        switch reading.callClass {
        case .transfer(let recipient): report.need.recipient = recipient
        case .approve(let approval): report.need.approval = approval
        case .transferFrom(let recipient, let allowance):
            report.need.recipient = recipient
            report.need.allowance = allowance
        }
        return report
    }

    private func checkedTotal(_ each: Sun) throws(PricingError) -> Int64 {
        guard let total = scaledUp(each.rawValue, by: Int64(inquiry.count), over: 1), total < 1 << 53 else {
            throw .tooLarge("the total of all")
        }
        return total
    }

    /// One place, towards zero.
    static func percent(_ part: Sun, of whole: Sun) -> String? {
        guard whole > .zero else { return nil }
        let tenths = Int64(Int128(part.rawValue) * 1000 / Int128(whole.rawValue))
        return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
    }
}

extension QuoteInquiry {
    /// As it was typed.
    var amountText: String {
        switch amount {
        case .tokens(let tokens): "\(tokens)"
        case .unlimited: "unlimited"
        }
    }
}
