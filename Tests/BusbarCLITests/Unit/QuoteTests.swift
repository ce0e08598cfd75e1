import ArgumentParser
import Models
import Planning
import Testing

@testable import BusbarCLI

/// What a withdrawal would cost, from what was read.
struct QuoteTests {
    private static let now = Timestamp(milliseconds: 1_795_000_000_000)
    private let partner = PartnerID("p42")
    private let wallet = try? TronAddress(hex: "41" + String(repeating: "11", count: 20))
    private let other = try? TronAddress(hex: "41" + String(repeating: "22", count: 20))
    private let third = try? TronAddress(hex: "41" + String(repeating: "33", count: 20))

    private func inquiry(
        _ call: QuoteInquiry.Call = .transfer,
        amount: QuoteInquiry.Amount? = nil,
        count: Int = 1,
        holder: TronAddress? = nil
    ) throws -> QuoteInquiry {
        QuoteInquiry(
            partner: try #require(partner),
            from: try #require(wallet),
            to: try #require(other),
            holder: holder,
            amount: try amount ?? .tokens(TokenAmount(parsing: "25.5")),
            call: call,
            count: count,
            urgency: .normal
        )
    }

    private func price(_ source: String, _ text: String, isFresh: Bool = true) throws -> PriceReport.Energy {
        PriceReport.Energy(
            source: source,
            price: try #require(SunPerEnergy(text)),
            age: isFresh ? 5 : 7200,
            isFresh: isFresh
        )
    }

    private func report(
        _ inquiry: QuoteInquiry,
        prices: [PriceReport.Energy],
        suppliers: [RegistryView.Supplier] = [],
        free: Int64 = 0,
        standing: EnergyOffer = .standing,
        pool: Int64 = 10_000_000,
        policy: SourcePolicy = SourcePolicy()
    ) throws -> QuoteReport {
        let wallet = try #require(wallet)
        let view = QuoteView(
            isPaused: false,
            wallet: (partner: "p42", disabled: false),
            terms: PricingTerms(marginPermille: 50, fee: Sun(200_000)),
            pools: [],
            promised: .zero,
            withheld: .zero,
            standing: standing
        )
        let callClass: CallClass =
            switch inquiry.call {
            case .transfer: .transfer(.holder)
            case .approve: .approve(.first)
            case .transferFrom: .transferFrom(.holder, .unlimited)
            }
        let reading = QuoteReading(
            callClass: callClass,
            energy: Energy(64_285),
            penalty: Energy(49_675),
            position: WalletPosition(
                wallet: wallet,
                block: 1,
                activated: true,
                energyLimit: Energy(free),
                energyUsed: .zero,
                bandwidthAvailable: Bandwidth(600),
                balance: Sun(1_000_000_000),
                tokenUnits: 1_000_000_000
            ),
            // One energy for a TRX of stake.
            pools: [
                PoolPosition(
                    id: "house-1",
                    address: wallet,
                    block: 1,
                    delegatable: Sun(pool * 1_000_000),
                    totalEnergy: 1000,
                    totalWeight: 1000
                )
            ],
            stakes: [:],
            burnPrice: try #require(SunPerEnergy("100")),
            bandwidthPrice: Sun(1000)
        )
        return try QuotePricing(
            inquiry: inquiry,
            facts: QuoteFacts(view: view, policy: policy, suppliers: suppliers, prices: prices),
            reading: reading,
            now: Self.now,
            sendWindow: .seconds(300),
            grace: .seconds(60)
        ).report()
    }

    private func supplier(_ id: String, rank: Int32, state: String = "active") -> RegistryView.Supplier {
        RegistryView.Supplier(id: id, kind: id, rank: rank, state: state, maintenanceUntil: nil, settings: [:])
    }

    @Test func ownStakeIsPricedByItsOpportunityCostWithMarginAndFee() throws {
        let report = try report(try inquiry(), prices: [try price("own_stake", "10")])
        #expect(report.source == "own_stake")
        #expect(report.need.energy == Energy(64_928))
        #expect(report.missing == Energy(64_928))
        let cost = try #require(report.cost)
        #expect(cost.energyCost == Sun(649_280))
        #expect(cost.margin == Sun(32_464))
        #expect(cost.total == Sun(649_280 + 32_464 + 200_000))
        #expect(cost.baseline == Sun(6_492_800))
        #expect(report.saving == "86.4")
        #expect(report.validUntil == Self.now + .seconds(600))
        #expect(report.wallet.bandwidthBurn == .zero)
    }

    @Test func whatStandsAtTheWalletCarriesTheFirstAndAllOfABatchHaveOnePrice() throws {
        let report = try report(
            try inquiry(count: 3),
            prices: [try price("own_stake", "10")],
            free: 100_000,
            standing: EnergyOffer(source: "own_stake", price: try #require(SunPerEnergy("8")))
        )
        #expect(report.price?.price == SunPerEnergy("8"))
        #expect(report.source == "standing")
        #expect(report.wallet.carries == 1)
        #expect(report.missing == Energy(3 * 64_928 - 100_000))
        #expect(report.steps.map(\.serves) == [2])
        #expect(report.total == report.cost.map { Sun(3 * $0.total.rawValue) })
        // 600 bytes carry one of them.
        #expect(report.wallet.bandwidthBurn == Sun(2 * 345_000))
    }

    @Test func energyThatWeDidNotBringCostsTheFeeAlone() throws {
        let report = try report(try inquiry(), prices: [], free: 100_000)
        #expect(report.source == "standing")
        #expect(report.cost?.total == Sun(200_000))
        #expect(report.remarks.contains { $0.contains("did not bring") })
    }

    @Test func aStalePriceMakesAnEstimateAndAMissingOneNothing() throws {
        let stale = try report(try inquiry(), prices: [try price("own_stake", "10", isFresh: false)])
        #expect(stale.cost != nil)
        #expect(stale.validUntil == nil)
        #expect(stale.price?.age == 7200)
        let missing = try report(try inquiry(), prices: [try price("burn", "100")])
        #expect(missing.cost == nil)
        #expect(missing.validUntil == nil)
        #expect(missing.source == "own_stake")
        #expect(missing.baseline == Sun(6_492_800))
        #expect(missing.remarks.contains { $0.contains("no price") })
        let console = Console()
        #expect(QuoteText(report: stale).lines(for: console).contains { $0.contains("estimate") })
        #expect(QuoteText(report: missing).lines(for: console).contains { $0.contains("no quote") })
    }

    @Test func aSupplierServesWhatThePoolsCannotIfItsPriceIsFresh() throws {
        let prices = [
            try price("own_stake", "10"), try price("supplier:tronzap", "40"),
            try price("supplier:tronnrg", "20", isFresh: false), try price("supplier:catfee", "20"),
        ]
        let suppliers = [
            supplier("tronnrg", rank: 1), supplier("catfee", rank: 2, state: "disabled"), supplier("tronzap", rank: 3),
        ]
        let report = try report(try inquiry(), prices: prices, suppliers: suppliers, pool: 1000)
        #expect(report.source == "tronzap")
        #expect(report.price?.price == SunPerEnergy("40"))
        #expect(report.remarks.contains { $0.contains("tronnrg is 7200 s old") })
        let none = try self.report(try inquiry(), prices: prices, pool: 1000)
        #expect(none.source == nil && none.cost == nil && none.unserved == 1)
    }

    @Test func otherCallsHaveTheirOwnBandwidthAndClasses() throws {
        let prices = [try price("own_stake", "10")]
        let approve = try report(try inquiry(.approve, amount: .unlimited), prices: prices)
        #expect(approve.amount == "unlimited")
        #expect(approve.need.approval == .first)
        let taken = try report(try inquiry(.transferFrom, holder: third), prices: prices)
        #expect(taken.need.bandwidth == Bandwidth(378))
        #expect(taken.need.recipient == .holder && taken.need.allowance == .unlimited)
        #expect(taken.remarks.contains { $0.contains("transfers alone") })
    }

    @Test func whatNoCallCanBeIsRefused() throws {
        let third = try #require(third)
        try inquiry().validate()
        try inquiry(.transferFrom, holder: third).validate()
        try inquiry(.approve, amount: .unlimited).validate()
        var own = try inquiry()
        own.to = own.from
        for wrong in [
            try inquiry(.transferFrom), try inquiry(.transferFrom, holder: wallet),
            try inquiry(.transferFrom, holder: other), try inquiry(holder: third), try inquiry(amount: .unlimited),
            try inquiry(count: 0), try inquiry(count: 101), own,
        ] {
            #expect(throws: ValidationError.self) { try wrong.validate() }
        }
    }

    @Test(arguments: [(864, 1000, "86.4"), (-5, 1000, "-0.5"), (0, 10, "0.0"), (999_999, 1_000_000, "99.9")])
    func percentHasOnePlace(_ part: Int64, _ whole: Int64, _ text: String) {
        #expect(QuotePricing.percent(Sun(part), of: Sun(whole)) == text)
        #expect(QuotePricing.percent(Sun(part), of: .zero) == nil)
    }
}
