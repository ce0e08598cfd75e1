import ChainModel
import Models
import Testing

@Suite struct TokenTransferTests {
    @Test func aNewHolderTakes130285AndAHolder64285() throws {
        var world = World()
        try world.fund(0, trx: 1000, usdt: 100)
        let first = try world.run(world.tokenTransfer(0, 1, 5_000_000))
        #expect(first.energyTotal == 130_285)
        #expect(first.energyFee == Sun(13_028_500))
        #expect(first.netUsage == 345)
        #expect(first.energyPenalty == 130_285 - 29_650)
        let second = try world.run(world.tokenTransfer(0, 1, 5_000_000))
        #expect(second.energyTotal == 64_285)
        #expect(second.energyPenalty == 64_285 - 14_650)
        #expect(second.netFee == Sun(345_000), "the free 600 bytes cover one transfer, the second burns all")
        #expect(second.logs.count == 1)
        #expect(
            second.logs.first?.topics == [EventLog.transferTopic, Word(world.accounts[0]), Word(world.accounts[1])]
        )
        #expect(world.chain.head.token.balance(of: world.accounts[1]) == 10_000_000)
    }

    @Test func theFactorMovesTheCost() throws {
        var world = World()
        try world.fund(0, trx: 1000, usdt: 100)
        try world.chain.setEnergyFactor(0, followsUse: false)
        #expect(try world.run(world.tokenTransfer(0, 1, 1)).energyTotal == 29_650)
        #expect(try world.run(world.tokenTransfer(0, 1, 1)).energyTotal == 14_650)
    }

    @Test func stakedEnergyPaysFirstAndTheRestIsBurnt() throws {
        var world = World()
        try world.fund(0, trx: 100, usdt: 100)
        try world.fund(1, usdt: 1)
        try world.stake(0, trx: 1000)
        let before = world.available(0)
        #expect((9490...9494).contains(before))
        let receipt = try world.run(world.tokenTransfer(0, 1, 1))
        #expect(receipt.energyUsage == before)
        #expect(receipt.energyFee == Sun((64_285 - before) * 100))
        #expect(world.available(0) <= 2)
    }

    @Test func aFeeLimitBelowTheNeedFailsEvenWithStake() throws {
        var world = World()
        try world.fund(0, trx: 100, usdt: 100)
        try world.stake(0, trx: 20_000)
        let receipt = try world.run(world.tokenTransfer(0, 1, 1), feeLimit: 10_000_000)
        #expect(receipt.result == .outOfEnergy)
        #expect(receipt.failed)
        #expect(receipt.energyTotal == 100_000)
        #expect(receipt.energyUsage == 100_000)
        #expect(receipt.energyFee == .zero)
        #expect(receipt.logs.isEmpty)
        #expect(world.chain.head.token.balance(of: world.accounts[1]) == 0)
    }

    @Test func withoutTRXAllEnergyIsSpentForNothing() throws {
        var world = World()
        try world.fund(0, trx: 0, usdt: 100)
        try world.stake(0, trx: 5000)
        let had = world.available(0)
        let receipt = try world.run(world.tokenTransfer(0, 1, 1))
        #expect(receipt.result == .outOfEnergy)
        #expect(receipt.energyUsage == had)
        #expect(world.available(0) <= 4)
    }

    @Test func anOverdraftRevertsAndTakesOnlyWhatRan() throws {
        var world = World()
        try world.fund(0, trx: 100, usdt: 1)
        let receipt = try world.run(world.tokenTransfer(0, 1, 2_000_000))
        #expect(receipt.result == .revert)
        #expect(receipt.message == "REVERT opcode executed")
        #expect((1000..<30_000).contains(receipt.energyTotal))
        #expect(world.chain.head.token.balance(of: world.accounts[0]) == 1_000_000)
    }

    @Test func simulationAgreesWithExecution() throws {
        var world = World()
        try world.fund(0, trx: 1000, usdt: 100)
        guard case .triggerSmartContract(let call) = world.tokenTransfer(0, 1, 5) else { return }
        let simulated = try world.chain.head.simulate(call)
        #expect(try world.run(.triggerSmartContract(call)).energyTotal == simulated.energy)
        #expect(try world.chain.head.simulate(call).energy == 64_285)
    }

    @Test func allowancesAreSpentAndUnlimitedOnesAreNot() throws {
        var world = World()
        for index in 0..<2 { try world.fund(index, trx: 1000, usdt: 10) }
        func call(_ from: Int, _ function: TokenContract.Function, _ words: [Word]) -> Contract {
            .triggerSmartContract(
                TriggerSmartContract(
                    owner: world.accounts[from],
                    contractAddress: world.token,
                    data: function.selector + words.flatMap(\.bytes)
                )
            )
        }
        let (owner, spender) = (Word(world.accounts[0]), Word(world.accounts[1]))
        #expect(try world.run(call(0, .approve, [spender, Word(5)])).result == .success)
        #expect(try world.run(call(0, .approve, [spender, Word(6)])).result == .revert)
        #expect(try world.run(call(1, .transferFrom, [owner, spender, Word(6)])).result == .revert)
        #expect(try world.run(call(1, .transferFrom, [owner, spender, Word(5)])).result == .success)
        let token = { world.chain.head.token }
        #expect(token().allowance(owner: world.accounts[0], spender: world.accounts[1]) == .zero)
        _ = try world.run(call(0, .approve, [spender, .maximum]))
        _ = try world.run(call(1, .transferFrom, [owner, spender, Word(1)]))
        #expect(token().allowance(owner: world.accounts[0], spender: world.accounts[1]) == .maximum)
    }

    /// Whether the recipient holds some and whether the allowance has a limit decide; a first approval takes a slot.
    @Test func theClassOfACallDecidesItsEnergy() throws {
        var world = World()
        for index in 0..<2 { try world.fund(index, trx: 10_000, usdt: 100) }
        func energy(_ from: Int, _ function: TokenContract.Function, _ words: [Word]) throws -> Int64 {
            let call = TriggerSmartContract(
                owner: world.accounts[from],
                contractAddress: world.token,
                data: function.selector + words.flatMap(\.bytes)
            )
            let receipt = try world.run(.triggerSmartContract(call))
            #expect(receipt.result == .success)
            return receipt.energyTotal
        }
        let (owner, spender) = (Word(world.accounts[0]), Word(world.accounts[1]))
        let (fresh, another) = (Word(world.accounts[3]), Word(world.accounts[4]))
        let first = try energy(0, .approve, [spender, Word(5)])
        let limited = try energy(1, .transferFrom, [owner, spender, Word(1)])
        let limitedNew = try energy(1, .transferFrom, [owner, fresh, Word(1)])
        let change = try energy(0, .approve, [spender, .zero])
        _ = try energy(0, .approve, [spender, .maximum])
        let unlimited = try energy(1, .transferFrom, [owner, spender, Word(1)])
        let unlimitedNew = try energy(1, .transferFrom, [owner, another, Word(1)])
        // A slot that is written anew, at factor 3.4.
        #expect(first - change == 66_000)
        #expect(limitedNew - limited == 66_000)
        #expect(unlimitedNew - unlimited == 66_000)
        #expect(limited - unlimited > 20_000, "an allowance without limit is not written")
        #expect(unlimited > 64_285)
    }

    @Test func wordsSubtractOverTheirWholeWidth() throws {
        let big = Word(bytes: [1] + [UInt8](repeating: 0, count: 31))
        let less = try #require(big.subtracting(Word(1)))
        #expect(less.bytes == [0] + [UInt8](repeating: 255, count: 31))
        #expect(Word(1).subtracting(big) == nil)
        #expect(big.int64 == nil)
        #expect(Word(7).int64 == 7)
    }

    /// Two rentals of 65,000, the first used and reclaimed: what remains of the second is 32,857 and what recovers.
    @Test func overlappingRentalsLoseEnergyOnReclaim() throws {
        var world = World()
        for index in 0..<3 { try world.fund(index, trx: 1000, usdt: 10) }
        try world.stake(1, trx: 10_000)
        try world.stake(2, trx: 10_000)
        let stake = try #require(world.chain.head.totals(.energy).stake(forLimit: 65_000)).rawValue
        _ = try world.run(world.delegate(1, 0, sun: stake))
        _ = try world.run(world.delegate(2, 0, sun: stake))
        #expect((129_999...130_001).contains(world.available(0)))
        _ = try world.run(world.tokenTransfer(0, 2, 1))
        world.produce(18)
        _ = try world.run(world.reclaim(1, 0, sun: stake))
        #expect((32_870...32_890).contains(world.available(0)), "\(world.available(0)) usable")
        let used = world.account(1).usage.energy.recovered(at: world.chain.head.slot).used
        #expect((32_110...32_130).contains(used), "the owner took \(used) over")
        #expect(world.chain.head.violations().isEmpty)
    }
}
