import ChainModel
import Models
import Testing

/// The rental market, against figures worked out by hand from JustLend DAO's formulas.
@Suite struct RentalTests {
    private let stake: Int64 = 7_000_000_000

    /// Accounts: 0 pays, 1 receives, 2 has USDT to spend energy on.
    private func world() throws -> World {
        var world = try World.withMarket()
        try world.fund(0, trx: 10_000)
        try world.fund(1, trx: 1_000, usdt: 1_000)
        try world.fund(2, trx: 10, usdt: 1)
        return world
    }

    @Test func rentingDelegatesFromThePoolAndHoldsThePrepayment() throws {
        var world = try world()
        let value = try world.prepay(stake: stake, seconds: 3600)
        let before = world.account(0).balance
        let receipt = try world.run(world.rent(0, for: 1, stake: stake, paying: value))
        #expect(receipt.result == .success)
        #expect(receipt.energyTotal == 8429)
        #expect(world.account(0).balance == before - Sun(value) - receipt.fee)
        #expect(world.chain.head.delegation(from: World.market, to: world.accounts[1])?.unlocked.energy == Sun(stake))
        #expect(world.available(1) == 66_445)
        #expect(world.rental(0, 1)?.deposit == Sun(value))
        #expect(try world.read(.totalDelegatedOfType, Word(1)) == [stake])
        #expect(try world.read(.totalFrozenOfType, Word(1)) == [1_000_000_000_000])
        #expect(try world.read(.maxRentableOfType, Word(1)) == [1_000_000_000_000 - stake])
        let log = try #require(receipt.logs.first)
        #expect(log.topics == [EventLog.rentTopic, Word(world.accounts[0]), Word(world.accounts[1])])
        #expect(log.data == [stake, 1, value, stake].flatMap { Word(UInt64($0)).bytes })
        #expect(world.chain.head.violations().isEmpty)
    }

    /// At 0.7 % of the pool rented the rate is 4.4e9 + 0.007 · 5.26e9 = 4,436,820,000.
    @Test func thePrepaymentIsTheFormula() throws {
        let world = try world()
        #expect(try world.read(.rentalRate, Word(UInt64(stake)), Word(1)) == [4_436_820_000])
        #expect(try world.read(.stableRate, Word(1)) == [4_400_000_000])
        // 7e9 · 4.43682e9 · 90,000 / 1e18 = 2,795,196.6, and 20 TRX.
        #expect(try world.prepay(stake: stake, seconds: 3600) == 22_795_197)
        #expect(RentalTerms().prepay(for: Sun(stake), rate: 4_436_820_000, seconds: 3600) == Sun(22_795_197))
        // Beyond 250,000 TRX of stake the fee is 0.008 % of it.
        #expect(RentalTerms().fee(for: Sun(500_000_000_000)) == Sun(40_000_000))
        #expect(RentalTerms().problem == nil)
    }

    @Test func unusedRentAndTheWholeDepositComeBack() throws {
        var world = try world()
        let value = try world.prepay(stake: stake, seconds: 86_400)
        try world.run(world.rent(0, for: 1, stake: stake, paying: value))
        world.produce(after: .seconds(1797))
        let before = world.account(0).balance
        let receipt = try world.run(world.giveBack(0, from: 1, stake: stake))
        #expect(receipt.result == .success)
        // 1,800 seconds at 4,436,820,000: 55,903.9 sun. The return runs at the time of the block before it.
        let rent: Int64 = 55_904
        #expect(world.account(0).balance == before + Sun(value - rent) - receipt.fee)
        #expect(receipt.output == Word(UInt64(value - rent)).bytes)
        #expect(world.rentals.income == Sun(rent))
        #expect(world.rental(0, 1) == nil)
        #expect(world.available(1) == 0)
        #expect(world.rentals.rented == .zero)
        #expect(world.chain.head.violations().isEmpty)
    }

    @Test func usedEnergyCostsThreeQuartersOfADay() throws {
        var world = try world()
        let value = try world.prepay(stake: stake, seconds: 86_400)
        try world.run(world.rent(0, for: 1, stake: stake, paying: value))
        try world.run(world.tokenTransfer(1, 2, 1_000_000))
        let receipt = try world.run(world.giveBack(0, from: 1, stake: stake))
        let words = try #require(receipt.logs.first).data
        let usage = try #require(Word(bytes: words[64..<96]).int64)
        // 64,285 of 66,445 used; a day's rent is 2,683,388 sun, three quarters of it 2,012,541.
        #expect((1_946_000...1_947_100).contains(usage), "\(usage)")
        #expect(world.rentals.income.rawValue >= usage)
        // The usage came back to the pool with the stake.
        #expect(world.chain.head.account(World.market)?.usage.energy.used ?? 0 > 64_000)
        #expect(world.chain.head.violations().isEmpty)
    }

    @Test func aRentalThatHasRunDownIsLiquidated() throws {
        var world = try world()
        let value = try world.prepay(stake: stake, seconds: 3600)
        try world.run(world.rent(0, for: 1, stake: stake, paying: value))
        world.produce(after: .seconds(3500))
        #expect(world.rental(0, 1) != nil)
        let before = world.account(0).balance
        world.produce(after: .seconds(300))
        #expect(world.rental(0, 1) == nil)
        #expect(world.available(1) == 0)
        #expect(world.chain.head.account(World.liquidator)?.balance == Sun(20_000_000))
        // The day's rent that was kept for recovery comes back, the fee does not.
        let back = (world.account(0).balance - before).rawValue
        #expect((2_600_000...2_700_000).contains(back), "\(back)")
        #expect(world.chain.head.violations().isEmpty)
    }

    @Test func whatNoDepositCoversIsBadDebt() throws {
        var world = try world()
        try world.run(world.rent(0, for: 1, stake: stake, paying: try world.prepay(stake: stake, seconds: 60)))
        world.produce(after: .seconds(30 * 86_400))
        #expect(world.rental(0, 1) == nil)
        #expect(world.rentals.badDebt > .zero)
        #expect(world.chain.head.violations().isEmpty)
    }

    @Test func aRentalCanBeExtendedAndEnlarged() throws {
        var world = try world()
        try world.run(world.rent(0, for: 1, stake: stake, paying: try world.prepay(stake: stake, seconds: 3600)))
        try world.run(world.rent(0, for: 1, stake: 0, paying: 5_000_000))
        let more = try world.prepay(stake: 3_000_000_000, seconds: 3600)
        let receipt = try world.run(world.rent(0, for: 1, stake: 3_000_000_000, paying: more))
        #expect(receipt.result == .success)
        #expect(world.rental(0, 1)?.stake == Sun(10_000_000_000))
        let partial = try world.run(world.giveBack(0, from: 1, stake: 3_000_000_000))
        #expect(partial.output == Word.zero.bytes)
        #expect(world.rental(0, 1)?.stake == Sun(stake))
        #expect(world.chain.head.violations().isEmpty)
    }

    /// Somebody rents most of the pool in the same block, and the rate doubles: the deposit no longer keeps the rest.
    @Test func whatTheDepositCannotKeepComesBackWhole() throws {
        var world = try world()
        try world.fund(3, trx: 10_000)
        try world.run(world.rent(0, for: 1, stake: stake, paying: try world.prepay(stake: stake, seconds: 60)))
        let dear = try world.prepay(stake: 900_000_000_000, seconds: 3600)
        try world.submit(world.rent(3, for: 2, stake: 900_000_000_000, paying: dear))
        let receipt = try world.run(world.giveBack(0, from: 1, stake: 1_000_000_000))
        #expect(receipt.result == .success)
        #expect(world.rental(0, 1) == nil)
        #expect(world.rentals.rented == Sun(900_000_000_000))
        #expect(receipt.output != Word.zero.bytes, "the rest of the deposit is paid out")
        #expect(world.chain.head.violations().isEmpty)
    }

    @Test func theReceiverMayGiveBackAndTheRenterIsPaid() throws {
        var world = try world()
        let value = try world.prepay(stake: stake, seconds: 3600)
        try world.run(world.rent(0, for: 1, stake: stake, paying: value))
        let before = world.account(0).balance
        let words = [Word(world.accounts[0]), Word(UInt64(stake)), Word(1)]
        let call = world.market(world.accounts[1], .returnResourceByReceiver, words)
        let receipt = try world.run(.triggerSmartContract(call))
        #expect(receipt.result == .success)
        #expect(world.account(0).balance > before)
        #expect(world.rental(0, 1) == nil)
    }

    @Test func whatTheMarketRefusesRevertsAndPaysNothing() throws {
        var world = try world()
        let value = try world.prepay(stake: stake, seconds: 3600)
        let nobody = World.address(77)
        let refused: [(String, Contract)] = [
            ("too little paid", world.rent(0, for: 1, stake: stake, paying: 20_000_000)),
            ("less than a TRX", world.rent(0, for: 1, stake: 999_999, paying: value)),
            ("more than the pool", world.rent(0, for: 1, stake: 1_000_000_000_001, paying: 9_000_000_000)),
            ("neither stake nor payment", world.rent(0, for: 1, stake: 0, paying: 0)),
            ("extending nothing", world.rent(0, for: 1, stake: 0, paying: value)),
            ("giving back nothing", world.giveBack(0, from: 1, stake: stake)),
            (
                "receiver not activated",
                .triggerSmartContract(
                    world.market(
                        world.accounts[0],
                        .rentResource,
                        [Word(nobody), Word(UInt64(stake)), Word(1)],
                        value: Sun(value)
                    )
                )
            ),
            (
                "bandwidth",
                .triggerSmartContract(
                    world.market(
                        world.accounts[0],
                        .rentResource,
                        [Word(world.accounts[1]), Word(UInt64(stake)), Word(0)],
                        value: Sun(value)
                    )
                )
            ),
            (
                "to a contract",
                .triggerSmartContract(
                    world.market(
                        world.accounts[0],
                        .rentResource,
                        [Word(world.token), Word(UInt64(stake)), Word(1)],
                        value: Sun(value)
                    )
                )
            ),
            (
                "a read that is paid",
                .triggerSmartContract(world.market(world.accounts[0], .minFee, [], value: Sun(1)))
            ),
        ]
        for (what, contract) in refused {
            let before = world.account(0).balance
            let receipt = try world.run(contract)
            #expect(receipt.result == .revert, "\(what)")
            #expect(world.account(0).balance == before - receipt.fee, "\(what)")
        }
        #expect(world.rentals.rented == .zero)
        #expect(world.chain.head.violations().isEmpty)
    }

    @Test func aPausedMarketRentsNothingOutButTakesBack() throws {
        var world = try world()
        let value = try world.prepay(stake: stake, seconds: 3600)
        try world.run(world.rent(0, for: 1, stake: stake, paying: value))
        var terms = world.rentals.terms
        terms.isPaused = true
        try world.chain.setRentalTerms(terms)
        #expect(try world.read(.rentPaused, Word(1)) == [1])
        #expect(try world.read(.maxRentableOfType, Word(1)) == [0])
        #expect(try world.run(world.rent(0, for: 1, stake: stake, paying: value)).result == .revert)
        #expect(try world.run(world.giveBack(0, from: 1, stake: stake)).result == .success)
    }

    @Test func tooLowAFeeLimitLosesTheFeeAndNothingElse() throws {
        var world = try world()
        let value = try world.prepay(stake: stake, seconds: 3600)
        let before = world.account(0).balance
        let receipt = try world.run(world.rent(0, for: 1, stake: stake, paying: value), feeLimit: 500_000)
        #expect(receipt.result == .outOfEnergy)
        #expect(receipt.energyTotal == 5000)
        #expect(world.account(0).balance == before - receipt.fee)
        #expect(world.rental(0, 1) == nil)
    }

    @Test func aReorganisationForgetsARental() throws {
        var world = try world()
        let value = try world.prepay(stake: stake, seconds: 3600)
        try world.run(world.rent(0, for: 1, stake: stake, paying: value))
        let after = world.account(0).balance
        world.chain.reorganize(depth: 1, keepingTransactions: true)
        #expect(world.rental(0, 1) == nil)
        #expect(world.available(1) == 0)
        #expect(world.chain.head.violations().isEmpty)
        world.produce()
        #expect(world.rental(0, 1)?.stake == Sun(stake))
        #expect(world.account(0).balance == after)
        #expect(world.chain.head.violations().isEmpty)
    }

    @Test func theStableRateFollowsTheRentalRateInSixHours() throws {
        var world = try world()
        let value = try world.prepay(stake: 900_000_000_000, seconds: 86_400)
        try world.run(world.rent(0, for: 1, stake: 900_000_000_000, paying: value))
        let rate = try world.read(.rentalRate, Word(0), Word(1))[0]
        #expect(rate == 4_400_000_000 + 5_260_000_000 * 9 / 10)
        let start = try world.read(.stableRate, Word(1))[0]
        world.produce(after: .seconds(10_800))
        let half = try world.read(.stableRate, Word(1))[0]
        #expect(abs(half - (start + rate) / 2) < 5_000_000, "\(start) \(half) \(rate)")
        world.produce(after: .seconds(21_600))
        #expect(try world.read(.stableRate, Word(1))[0] == rate)
    }
}
