import Models
import Testing

@testable import Planning

/// What the chain charges: told when it changes, and turned into prices.
@Suite struct ChainConditionsTests {
    private let now = Timestamp(milliseconds: 1_795_000_000_000)
    private let yield = StakeYield(basisPoints: 400, turnover: 100)

    private func conditions(
        _ more: [String: Int64] = [:],
        weight: Int64 = 18_961_880_220,
        factor: Int64 = 17_000,
        proposals: [Int64: ChainConditions.Proposal] = [:]
    ) throws -> ChainConditions {
        let usual =
            ["getEnergyFee": 210, "getTransactionFee": 1000, "getDynamicEnergyMaxFactor": 34_000] as [String: Int64]
        return try ChainConditions(
            block: 100,
            blockTime: now,
            parameters: usual.merging(more) { $1 },
            totalEnergy: 180_000_000_000,
            totalWeight: weight,
            tokenFactor: factor,
            proposals: proposals
        )
    }

    private func proposal(_ state: ChainConditions.Proposal.State) -> ChainConditions.Proposal {
        .init(parameters: [11: 100], created: now, expires: now + .seconds(259_200), state: state)
    }

    @Test func everythingThatChangesIsTold() throws {
        var told = ToldConditions(try conditions())
        #expect(told.update(to: try conditions(), drift: 100) == [])
        let changes = told.update(
            to: try conditions(["getEnergyFee": 100, "getFreeNetLimit": 600], factor: 34_000),
            drift: 100
        )
        #expect(
            changes == [
                ParameterChange(parameter: "getEnergyFee", old: "210", new: "100"),
                ParameterChange(parameter: "getFreeNetLimit", old: nil, new: "600"),
                ParameterChange(parameter: "usdt_energy_factor", old: "17000", new: "34000"),
            ]
        )
        #expect(
            told.update(to: try conditions(["getEnergyFee": 100, "getFreeNetLimit": 600], factor: 34_000), drift: 1)
                == []
        )
    }

    @Test func aDriftIsToldWhenItHasAddedUp() throws {
        var told = ToldConditions(try conditions())
        var heard: [ParameterChange] = []
        for step in 1...30 {
            // A tenth of a percent each.
            heard += told.update(to: try conditions(weight: 18_961_880_220 + 18_961_880 * Int64(step)), drift: 100)
        }
        #expect(heard.map(\.parameter) == ["energy_per_trx", "energy_per_trx"])
        #expect(heard.first?.old == "9.492729")
    }

    @Test func aProposalIsToldWhenItOpensAndWhatBecameOfIt() throws {
        var told = ToldConditions(try conditions())
        let opened = told.update(to: try conditions(proposals: [104: proposal(.pending)]), drift: 100)
        #expect(opened == [ParameterChange(parameter: "proposal.104", old: nil, new: "11=100")])
        let ended = told.update(to: try conditions(proposals: [104: proposal(.approved)]), drift: 100)
        #expect(ended == [ParameterChange(parameter: "proposal.104", old: "11=100", new: "approved")])
        #expect(told.update(to: try conditions(), drift: 100) == [])
    }

    @Test func nodesThatDoNotTellPricesAreNotBelieved() {
        #expect(throws: PriceFault.self) { try conditions(["getEnergyFee": 0]) }
        #expect(throws: PriceFault.self) { try conditions(weight: 0) }
        #expect(throws: PriceFault.self) { try conditions(factor: -1) }
    }

    @Test func burningAndOwnStakeHaveTheirPrices() throws {
        let prices = energyPrices(of: try conditions(), yield: yield, at: now)
        let bySource = Dictionary(uniqueKeysWithValues: prices.map { ($0.source, $0.price) })
        #expect(bySource[.burn] == SunPerEnergy("210"))
        // 105,343.779 sun of stake * 4 % a year / 365 days.
        #expect(bySource[.ownStake] == SunPerEnergy("11.544524"))
        let twice = energyPrices(of: try conditions(), yield: StakeYield(basisPoints: 400, turnover: 200), at: now)
        #expect(twice.first { $0.source == .ownStake }?.price == SunPerEnergy("5.772262"))
    }

    @Test func congestionIsMadeOfFactorAndUse() throws {
        let capacity: Int64 = 6_250_000  // of three seconds
        func samples(_ share: Int64, _ count: Int64) -> [BlockUse] {
            (0..<count).map {
                BlockUse(number: 90 + $0, time: now + .seconds(3 * $0), energy: Energy(capacity * share / 100))
            }
        }
        let half = try #require(Congestion(of: try conditions(), samples: samples(80, 5)))
        #expect(half.factorShare == 50 && half.blockUse == 80 && half.level == 68)
        let one = try #require(Congestion(of: try conditions(factor: 0), samples: samples(0, 1)))
        #expect(one.level == 0)
        let full = try #require(Congestion(of: try conditions(factor: 90_000), samples: samples(500, 3)))
        #expect(full.level == 100)
        #expect(Congestion(of: try conditions(), samples: []) == nil)
    }

    /// Of samples as no chain has them: from the whole of 64 bits.
    @Test(arguments: [1 as UInt64, 2, 3])
    func congestionStaysBetweenZeroAndAHundred(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        var levels = 0
        for _ in 0..<1000 {
            let chain = try conditions(
                ["getDynamicEnergyMaxFactor": generator.int(.min ... .max)],
                factor: generator.int(0...1_000_000_000_000)
            )
            let samples = (0..<generator.int(1...40)).map { _ in
                BlockUse(
                    number: generator.int(.min ... .max),
                    time: Timestamp(milliseconds: generator.int(.min ... .max)),
                    energy: Energy(generator.int(.min ... .max))
                )
            }
            guard let level = Congestion(of: chain, samples: samples)?.level else { continue }
            levels += 1
            #expect((0...100).contains(level), "seed \(seed)")
        }
        #expect(levels > 100, "seed \(seed): \(levels) levels")
    }

    @Test func demandFollowsTheCheapestRent() {
        let burn = SunPerEnergy("100")
        func demand(_ rents: String..., congestion: Int? = nil) -> MarketDemand? {
            marketDemand(rents: rents.compactMap { SunPerEnergy($0) }, burn: burn, congestion: congestion)
        }
        #expect(demand("30", "90") == .low)
        #expect(demand("44.8", congestion: 99) == .medium)
        #expect(demand("70") == .high)
        #expect(demand(congestion: 80) == .high)
        #expect(demand() == nil)
    }
}
