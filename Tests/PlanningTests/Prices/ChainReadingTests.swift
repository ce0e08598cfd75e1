import Models
import Testing

@testable import Planning

/// What readings of the chain do to what is known: old ones nothing, and silence is not taken for the present.
@Suite struct ChainReadingTests {
    private let start = Timestamp(milliseconds: 1_795_000_000_000)
    private let policy = FeedPolicy(
        price: PricePolicy(),
        energyFreshFor: .seconds(600),
        yield: StakeYield(basisPoints: 400, turnover: 100),
        announceFrom: 10,
        announceEvery: .seconds(60),
        drift: 100
    )

    private func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    private func conditions(
        _ block: Int64,
        fee: Int64 = 210,
        time: Timestamp? = nil,
        proposals: [Int64: ChainConditions.Proposal]? = [:]
    ) throws -> ChainConditions {
        try ChainConditions(
            block: block,
            blockTime: time ?? at(3 * (block - 1000)),
            parameters: ["getEnergyFee": fee, "getTransactionFee": 1000, "getDynamicEnergyMaxFactor": 34_000],
            totalEnergy: 180_000_000_000,
            totalWeight: 18_961_880_220,
            tokenFactor: 17_000,
            proposals: proposals
        )
    }

    @discardableResult
    private func take(_ chain: ChainConditions, _ book: inout PriceBook, at now: Timestamp) throws -> [ParameterChange]
    {
        let use = BlockUse(number: chain.block, time: chain.blockTime, energy: Energy(3_125_000))
        return try book.take(chain, use: use, policy: policy, now: now)
    }

    private func fault(_ chain: ChainConditions, _ book: inout PriceBook, at now: Timestamp) -> PriceFault? {
        do {
            try take(chain, &book, at: now)
            return nil
        } catch {
            return error as? PriceFault
        }
    }

    @Test func aReadingOfAnOlderBlockChangesNothing() throws {
        var book = PriceBook(enabled: [])
        try take(conditions(1000), &book, at: at(0))
        let fell = try take(conditions(1100, fee: 100), &book, at: at(300))
        #expect(fell.map(\.parameter) == ["getEnergyFee"])
        let known = book
        // A node that lags, or what an old leader read before: by a few blocks it is only left out.
        let late = try take(conditions(1080), &book, at: at(301))
        #expect(late == [] && book == known)
        let behind = fault(try conditions(1079), &book, at: at(302))
        #expect(behind?.code == .behind && behind?.detail == "block 1079 is 21 below the newest one known")
        #expect(book == known)
        // The same block again, and the next, count.
        let same = try take(conditions(1100, fee: 100), &book, at: at(303))
        let next = try take(conditions(1101, fee: 90), &book, at: at(304))
        #expect(same == [] && next.map(\.old) == ["100"])
    }

    /// A devnet that has begun anew counts from nothing, at a later time: that is no node that lags.
    @Test func anotherChainIsFollowed() throws {
        var book = PriceBook(enabled: [])
        try take(conditions(1000), &book, at: at(0))
        let changes = try take(conditions(1, fee: 100, time: at(30)), &book, at: at(30))
        #expect(changes.count == 1)
        #expect(book.chain?.block == 1 && book.samples.map(\.number) == [1])
        // Nor does a time far ahead of ours, once taken, keep out what comes after.
        try take(conditions(2000, time: at(1_000_000)), &book, at: at(60))
        #expect(book.energy[.burn]?.at == at(60))
        try take(conditions(12, time: at(90)), &book, at: at(90))
        #expect(book.chain?.block == 12)
    }

    @Test func whatANodeSaysIsAsOldAsItsNewestBlock() throws {
        var book = PriceBook(enabled: [])
        try take(conditions(1000), &book, at: at(0))
        for second in [100, 400, 600] as [Int64] { try take(conditions(1000), &book, at: at(second)) }
        #expect(book.energy[.burn]?.at == at(0) && book.energy[.ownStake]?.at == at(0))
        #expect(book.decide(policy, now: at(600))?.energyPrices.map(\.freshUntil) == [at(600), at(600)])
        // It stands still.
        let fault = fault(try conditions(1000), &book, at: at(601))
        #expect(fault?.code == .behind && fault?.detail == "its newest block, 1000, is 601 s old")
        #expect(book.energy[.burn]?.at == at(0))
    }

    @Test func aSilentChainSaysNothingOfCongestionAndDemand() throws {
        var book = PriceBook(enabled: [])
        try take(conditions(1000), &book, at: at(0))
        let rent = EnergyPrice(source: .justLendRent, price: try #require(SunPerEnergy("44.8")), at: at(0))
        book.take([rent])
        _ = book.decide(policy, now: at(600))
        #expect(book.congestion?.level == 50 && book.demand == .low)
        // A rent that is fresh is not compared with a burn that is not.
        book.take([EnergyPrice(source: rent.source, price: rent.price, at: at(600))])
        let event = book.decide(policy, now: at(601))
        #expect(book.congestion == nil && book.demand == nil)
        #expect(event?.congestion == nil && event?.marketDemand == nil)
    }

    @Test(arguments: [Int64.min, -1, 253_402_300_800_000, Int64.max])
    func aTimeThatCannotBeIsRefusedWhenItIsRead(milliseconds: Int64) throws {
        let time = Timestamp(milliseconds: milliseconds)
        #expect(throws: PriceFault.self) { try conditions(1000, time: time) }
        // In a proposal it makes the list unread, and what was known of it stays.
        let known = ChainConditions.Proposal(parameters: [11: 100], created: start, expires: at(9), state: .pending)
        var book = PriceBook(enabled: [])
        try take(conditions(1000, proposals: [105: known]), &book, at: at(0))
        for wrong in [
            ChainConditions.Proposal(parameters: [11: 100], created: time, expires: at(9), state: .pending),
            ChainConditions.Proposal(parameters: [11: 100], created: start, expires: time, state: .pending),
        ] {
            let changes = try take(conditions(1001, proposals: [105: wrong]), &book, at: at(3))
            #expect(changes == [])
            #expect(book.chain?.proposals == [105: known])
        }
        #expect(throws: PriceFault.self) { try conditions(-1) }
    }

    @Test func aListOfProposalsThatWasNotReadLeavesThoseKnown() throws {
        let known = ChainConditions.Proposal(parameters: [11: 100], created: start, expires: at(9), state: .pending)
        var book = PriceBook(enabled: [])
        try take(conditions(1000, proposals: nil), &book, at: at(0))
        let opened = try take(conditions(1001, proposals: [105: known]), &book, at: at(3))
        let unread = try take(conditions(1002, proposals: nil), &book, at: at(6))
        #expect(opened.map(\.parameter) == ["proposal.105"] && unread == [])
        #expect(book.chain?.proposals == [105: known])
    }

    @Test func whatCannotBeStoredIsNoNameOfAParameter() throws {
        let chain = try ChainConditions(
            block: 1,
            blockTime: start,
            parameters: ["getEnergyFee": 210, "getTransactionFee": 1000, "a\0b": 1, "": 2, "a b": 3],
            totalEnergy: 1,
            totalWeight: 1,
            tokenFactor: 0,
            proposals: [:]
        )
        #expect(chain.parameters.keys.sorted() == ["getEnergyFee", "getTransactionFee"])
    }

    /// Whatever a node says: nothing traps, and what is kept can be stored.
    @Test(arguments: [1 as UInt64, 2, 3])
    func anyReadingLeavesWhatCanBeStored(seed: UInt64) async throws {
        var generator = Generator(seed: seed)
        var (levels, faults) = (0, 0)
        for round in 0..<3000 {
            // Tests that wait for a server have their turn meanwhile.
            if round % 100 == 0 { await Task.yield() }
            var book = PriceBook(enabled: [])
            for step in 1...generator.int(1...6) {
                let now = at(3 * step)
                do {
                    let chain = try anyConditions(&generator, near: now)
                    let time = generator.chance(80) ? chain.blockTime.milliseconds : generator.int(.min ... .max)
                    let use = BlockUse(
                        number: generator.chance(80) ? chain.block : generator.int(.min ... .max),
                        time: Timestamp(milliseconds: time),
                        energy: Energy(any(&generator, or: 0...10_000_000))
                    )
                    _ = try book.take(chain, use: use, policy: policy, now: now)
                } catch {
                    faults += 1
                }
                _ = book.decide(policy, now: now)
                if let level = book.congestion?.level {
                    levels += 1
                    #expect((0...100).contains(level), "seed \(seed)")
                }
                let times = book.energy.values.map(\.at) + book.samples.map(\.time)
                #expect(times.allSatisfy { (0..<253_402_300_800_000).contains($0.milliseconds) }, "seed \(seed)")
                #expect(book.energy.values.allSatisfy { $0.at <= now && $0.price.rawValue > 0 }, "seed \(seed)")
            }
        }
        // Neither is everything refused, nor everything believed.
        #expect(levels > 100 && faults > 100, "seed \(seed): \(levels) levels, \(faults) faults")
    }

    private func anyConditions(_ generator: inout Generator, near now: Timestamp) throws -> ChainConditions {
        let proposal = ChainConditions.Proposal(
            parameters: [any(&generator, or: 0...80): any(&generator, or: 0...1000)],
            created: Timestamp(milliseconds: any(&generator, or: 0...now.milliseconds)),
            expires: Timestamp(milliseconds: any(&generator, or: 0...now.milliseconds)),
            state: generator.pick(ChainConditions.Proposal.State.allCases)
        )
        return try ChainConditions(
            block: any(&generator, or: 1000...1100),
            blockTime: Timestamp(milliseconds: any(&generator, or: now.milliseconds - 9000...now.milliseconds)),
            parameters: [
                "getEnergyFee": any(&generator, or: 1...1000), "getTransactionFee": any(&generator, or: 0...1000),
                "getDynamicEnergyMaxFactor": any(&generator, or: 0...34_000),
            ],
            totalEnergy: any(&generator, or: 1...180_000_000_000),
            totalWeight: any(&generator, or: 1...19_000_000_000),
            tokenFactor: any(&generator, or: 0...34_000),
            proposals: generator.chance(50) ? [any(&generator, or: 0...200): proposal] : nil
        )
    }

    /// Mostly a usual number; else any there is.
    private func any(_ generator: inout Generator, or usual: ClosedRange<Int64>) -> Int64 {
        generator.chance(90) ? generator.int(usual) : generator.chance(20) ? .max : generator.int(.min ... .max)
    }
}
