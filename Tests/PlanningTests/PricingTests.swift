internal import Models
internal import Planning
internal import Testing

@Suite struct PricingTests {
    private static let prices = SunPerEnergy(rawValue: 37_700_000)
    private static let burning = SunPerEnergy(rawValue: 100_000_000)

    @Test func anAllocationCostsBaseMarginAndFee() throws {
        let sheet = try priceAllocation(
            BaseCost(
                source: "tronzap",
                energy: Energy(64_285),
                energyPrice: Self.prices,
                bandwidth: Sun(345_000),
                activation: Sun(1_100_000),
                burnPrice: Self.burning
            ),
            PricingTerms(marginPermille: 50, fee: Sun(200_000))
        )
        // 64,285 x 37.7 = 2,423,544.5; with the rest 3,868,544.5, and 5 % on it 4,061,971.725: rounded up there, once.
        #expect(sheet.energyCost == Sun(2_423_545))
        #expect(sheet.margin == Sun(193_427))
        #expect(sheet.total == Sun(4_061_972 + 200_000))
        #expect(sheet.baseline == Sun(6_428_500))
        #expect(sheet.source == "tronzap" && sheet.energyPrice == Self.prices)
    }

    @Test func figuresThatCannotBeAreErrorsAndNeverTraps() {
        func price(_ change: (inout BaseCost, inout PricingTerms) -> Void) throws(PricingError) -> CostSheet {
            var base = BaseCost(source: "x", energy: Energy(1), energyPrice: Self.prices, burnPrice: Self.burning)
            var terms = PricingTerms(marginPermille: 0, fee: .zero)
            change(&base, &terms)
            return try priceAllocation(base, terms)
        }
        for limit in [Int64.max, .min, 1 << 53, -1] {
            let large = limit > 0
            let error = { (item: String) in large ? PricingError.tooLarge(item) : .negative(item) }
            #expect(throws: error("energy")) { try price { base, _ in base.energy = Energy(limit) } }
            #expect(throws: error("the fee")) { try price { _, terms in terms.fee = Sun(limit) } }
            #expect(throws: error("the cost of bandwidth")) { try price { base, _ in base.bandwidth = Sun(limit) } }
            #expect(throws: error("the cost of activation")) { try price { base, _ in base.activation = Sun(limit) } }
            #expect(throws: error("the price of energy")) {
                try price { base, _ in base.energyPrice = SunPerEnergy(rawValue: limit) }
            }
        }
        let most: Int64 = (1 << 53) - 1
        #expect(throws: PricingError.tooLarge("the cost of energy")) {
            try price { base, _ in (base.energy, base.energyPrice) = (Energy(most), SunPerEnergy(rawValue: most)) }
        }
        #expect(throws: PricingError.tooLarge("the total")) {
            try price { base, terms in (base.bandwidth, terms.fee) = (Sun(most), Sun(most)) }
        }
        #expect(throws: PricingError.tooLarge("the margin")) {
            try price { base, terms in (base.bandwidth, terms.marginPermille) = (Sun(most), 1001) }
        }
        for permille: Int32 in [-1, 10_001, .max] {
            #expect(throws: PricingError.marginOutOfRange(permille)) {
                try price { _, terms in terms.marginPermille = permille }
            }
        }
    }

    @Test func itemsSumToTheTotalAndMoreNeverCostsLess() async throws {
        try await forEverySeed { seed, random in
            func some(_ limit: Int64) -> Int64 { random.amount(upTo: limit) }
            let base = BaseCost(
                source: "x",
                energy: Energy(some(5_000_000)),
                energyPrice: SunPerEnergy(rawValue: some(500_000_000)),
                bandwidth: Sun(some(1_000_000)),
                activation: Sun(some(2_000_000)),
                burnPrice: SunPerEnergy(rawValue: some(500_000_000))
            )
            let terms = PricingTerms(marginPermille: Int32(some(10_000)), fee: Sun(some(5_000_000)))
            let sheet = try priceAllocation(base, terms)
            let sum = sheet.energyCost + sheet.bandwidthCost + sheet.activationCost + sheet.margin + sheet.fee
            #expect(sheet.total == sum, "seed \(seed)")
            // The total is rounded up, by less than a sun in all; so is the cost of energy.
            let exact = Int128(base.energy.rawValue) * Int128(base.energyPrice.rawValue)
            let over = Int128(sheet.energyCost.rawValue) * 1_000_000 - exact
            #expect((0..<1_000_000).contains(over), "seed \(seed)")
            let whole = Int128((base.bandwidth + base.activation).rawValue) * 1_000_000
            let price = (exact + whole) * Int128(1000 + terms.marginPermille)
            let excess = Int128((sheet.total - sheet.fee).rawValue) * 1_000_000_000 - price
            #expect((0..<1_000_000_000).contains(excess), "seed \(seed)")
            #expect(sheet.margin >= .zero, "seed \(seed)")

            var (more, dearer) = (base, terms)
            switch random.int(0...5) {
            case 0: more.energy = more.energy + Energy(1)
            case 1: more.energyPrice.rawValue += 1
            case 2: more.bandwidth = more.bandwidth + Sun(1)
            case 3: more.activation = more.activation + Sun(1)
            case 4: dearer.marginPermille = min(10_000, dearer.marginPermille + 1)
            default: dearer.fee = dearer.fee + Sun(1)
            }
            #expect(try priceAllocation(more, dearer).total >= sheet.total, "seed \(seed)")
        }
    }

    @Test func aQuoteHoldsTenMinutes() throws {
        let now = Timestamp(milliseconds: 1_795_253_400_000)
        let quote = Quote(
            source: "own_stake",
            energyPrice: Self.prices,
            burnPrice: Self.burning,
            bandwidthPrice: Sun(1000),
            activationPrice: Sun(1_100_000),
            terms: PricingTerms(marginPermille: 10, fee: Sun(7)),
            at: now
        )
        #expect(quote.isValid(at: now) && quote.isValid(at: now + .seconds(600)))
        #expect(!quote.isValid(at: now + .milliseconds(600_001)) && !quote.isValid(at: now - .milliseconds(1)))
        let sheet = try quote.sheet(energy: Energy(10), burntBandwidth: Bandwidth(345), activates: true)
        #expect(sheet.bandwidthCost == Sun(345_000) && sheet.activationCost == Sun(1_100_000))
        #expect(try quote.sheet(energy: Energy(10)).total == Sun(377 + 4 + 7))
        #expect(throws: PricingError.negative("bandwidth")) {
            try quote.sheet(energy: Energy(1), burntBandwidth: Bandwidth(-1))
        }
        #expect(throws: PricingError.tooLarge("the cost of bandwidth")) {
            try quote.sheet(energy: Energy(1), burntBandwidth: Bandwidth(Int64.max))
        }
    }

    @Test func aUserPaysOnlyWhereThePartnerSaysSoAndTheRequestNamesOne() {
        #expect(Payer.user.user(of: "alice") == "alice")
        #expect(Payer.user.user(of: nil) == nil)
        #expect(Payer.partner.user(of: "alice") == nil)
    }
}

@Suite struct ChargeConclusionTests {
    private static let sheet = CostSheet(
        source: "tronzap",
        energy: Energy(65_000),
        energyPrice: SunPerEnergy(rawValue: 10_000_000),
        energyCost: Sun(650_000),
        bandwidthCost: Sun(50_000),
        activationCost: Sun(300_000),
        margin: Sun(100_001),
        fee: Sun(7),
        total: Sun(1_100_008),
        baseline: Sun(6_500_000)
    )

    private func kept(
        _ end: ChargedEnd,
        _ fate: EnergyFate,
        _ rule: ChargeRule,
        activated: Bool = false
    ) throws -> Int64 {
        let conclusion = try concludeCharge(Self.sheet, end: end, energy: fate, activated: activated, rule: rule)
        switch conclusion {
        case .complete: return Self.sheet.total.rawValue
        case .refund(let back, let kept):
            #expect(back + kept == Self.sheet.total)
            return kept.rawValue
        }
    }

    @Test func whatWasUsedIsPaidFor() throws {
        for rule in ChargeRule.allCases {
            for end in [ChargedEnd.settled, .transferFailed] {
                #expect(
                    try concludeCharge(Self.sheet, end: end, energy: .used, activated: true, rule: rule) == .complete
                )
            }
            for end in [ChargedEnd.cancelled, .expired, .broken] {
                for fate in EnergyFate.allCases { #expect(try kept(end, fate, rule) == 0) }
            }
        }
    }

    @Test func energyNotSentIsChargedOnlyIfItCouldNotBeReused() throws {
        for end in [ChargedEnd.notSent, .givenUp] {
            #expect(try kept(end, .reused, .ifNotReused) == 0)
            // 650,000 and 65 % of the margin, rounded up.
            #expect(try kept(end, .wasted, .ifNotReused) == 650_000 + 65_001)
            // An activation cannot be undone.
            #expect(try kept(end, .reused, .ifNotReused, activated: true) == 300_000 + 30_001)
            #expect(try kept(end, .wasted, .ifNotReused, activated: true) == 950_000 + 95_001)
            #expect(try kept(end, .reused, .always) == 650_000 + 65_001 + 7)
            #expect(try kept(end, .wasted, .never, activated: true) == 0)
        }
    }

    @Test func aLateTransferPaysForWhatItCost() throws {
        #expect(try kept(.settledLate, .used, .ifNotReused) == 1_100_008)
        #expect(try kept(.settledLate, .reused, .ifNotReused) == 50_000 + 5001 + 7)
        #expect(try kept(.settledLate, .reused, .always) == 1_100_008)
        #expect(try kept(.settledLate, .used, .never) == 0)
    }

    @Test func neverMoreIsKeptThanWasCharged() async throws {
        try await forEverySeed { seed, random in
            let sheet = try priceAllocation(
                BaseCost(
                    source: "x",
                    energy: Energy(random.amount(upTo: 1_000_000)),
                    energyPrice: SunPerEnergy(rawValue: random.amount(upTo: 300_000_000)),
                    bandwidth: Sun(random.amount(upTo: 400_000)),
                    activation: Sun(random.amount(upTo: 1_100_000)),
                    burnPrice: .init(rawValue: 0)
                ),
                PricingTerms(
                    marginPermille: Int32(random.amount(upTo: 10_000)),
                    fee: Sun(random.amount(upTo: 1_000_000))
                )
            )
            for end in ChargedEnd.allCases {
                for fate in EnergyFate.allCases {
                    let kept = try [ChargeRule.never, .ifNotReused, .always].map { rule in
                        switch try concludeCharge(sheet, end: end, energy: fate, activated: true, rule: rule) {
                        case .complete: return sheet.total
                        case .refund(let back, let kept):
                            #expect(back >= .zero && kept >= .zero && back + kept == sheet.total, "seed \(seed)")
                            return kept
                        }
                    }
                    // A milder rule never keeps more.
                    #expect(kept == kept.sorted(), "seed \(seed): \(end) \(fate)")
                }
            }
        }
    }

    @Test func aSheetThatNoPricingMakesIsRefused() {
        var sheet = Self.sheet
        sheet.margin = Sun(-1)
        #expect(throws: PricingError.negative("an item of the sheet")) {
            try concludeCharge(sheet, end: .notSent, energy: .wasted, activated: false, rule: .ifNotReused)
        }
        sheet.margin = Sun(Int64.max)
        #expect(throws: PricingError.tooLarge("an item of the sheet")) {
            try concludeCharge(sheet, end: .notSent, energy: .wasted, activated: false, rule: .ifNotReused)
        }
    }
}
