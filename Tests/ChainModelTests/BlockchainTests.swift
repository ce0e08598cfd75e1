import ChainModel
import Models
import Testing

@Suite struct BlockchainTests {
    private func code(_ body: () throws -> Void) -> Rejection.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? Rejection)?.code
        }
    }

    @Test func aBlockIsSolidWhenNineteenConfirmIt() throws {
        var world = World()
        world.produce(18)
        #expect(world.chain.head.number == 18)
        #expect(world.chain.solidNumber == 0)
        world.produce()
        #expect(world.chain.solidNumber == 1)
        #expect(world.chain.solid.number == 1)
        #expect(world.chain.solidBlock.number == 1)
        #expect(world.chain.state(blocksBack: 3).number == 16)
    }

    @Test func reorganisingRestoresTheStateBefore() throws {
        var world = World()
        try world.fund(0, trx: 100)
        try world.fund(1, trx: 1)
        world.produce()
        let parent = world.chain.headBlock
        let id = try world.submit(world.transfer(0, 1, trx: 5))
        world.produce()
        let lost = world.chain.headBlock
        world.produce(2)
        #expect(world.account(1).balance == Sun(6_000_000))
        #expect(world.chain.reorganize(depth: 3, keepingTransactions: false) == 3)
        #expect(world.chain.headBlock == parent)
        #expect(world.chain.entry(id) == nil)
        #expect(world.chain.pendingCount == 0)
        #expect(world.account(1).balance == Sun(1_000_000))
        world.produce()
        #expect(world.chain.headBlock.id != lost.id, "a fork's blocks have ids of their own")
        #expect(world.chain.headBlock.number == lost.number)
        #expect(world.chain.head.violations().isEmpty)
    }

    @Test func aReorganisationCanPutTransactionsBack() throws {
        var world = World()
        try world.fund(0, trx: 100)
        try world.fund(1, trx: 1)
        let first = try world.submit(world.transfer(0, 1, trx: 5))
        let second = try world.submit(world.transfer(0, 1, trx: 7))
        world.produce(3)
        world.chain.reorganize(depth: 3, keepingTransactions: true)
        #expect(world.chain.pendingIDs == [first, second])
        world.produce()
        #expect(world.chain.headBlock.transactions == [first, second])
        #expect(world.account(1).balance == Sun(13_000_000))
    }

    @Test func theSolidPartIsNeverLost() {
        var world = World()
        world.produce(40)
        let solid = world.chain.solidBlock
        #expect(world.chain.reorganize(depth: 100, keepingTransactions: false) == 18)
        #expect(world.chain.headBlock == solid)
    }

    @Test func fundsSurviveAReorganisation() throws {
        var world = World()
        world.produce(5)
        try world.fund(0, trx: 5)
        world.chain.reorganize(depth: 3, keepingTransactions: false)
        #expect(world.account(0).balance == Sun(5_000_000))
        #expect(world.chain.solid.account(world.accounts[0])?.balance == Sun(5_000_000))
    }

    @Test func aTransactionIsTakenOnce() throws {
        var world = World()
        try world.fund(0, trx: 100)
        try world.fund(1, trx: 1)
        let transaction = world.transaction(world.transfer(0, 1, trx: 1))
        try world.chain.submit(transaction, nextBlock: world.now)
        #expect(code { try world.chain.submit(transaction, nextBlock: world.now) } == .duplicate)
        world.produce()
        #expect(code { try world.chain.submit(transaction, nextBlock: world.now) } == .duplicate)
    }

    @Test func theReferenceMustBeOnThisChain() throws {
        var world = World()
        try world.fund(0, trx: 100)
        try world.fund(1, trx: 1)
        world.produce(3)
        var transaction = world.transaction(world.transfer(0, 1, trx: 1))
        transaction.body.referenceBlock = ReferenceBlock(world.chain.headBlock.id)
        world.chain.reorganize(depth: 1, keepingTransactions: false)
        world.produce()
        #expect(code { try world.chain.submit(transaction, nextBlock: world.now) } == .tapos)
        transaction.body.referenceBlock.numberBits = 999
        #expect(code { try world.chain.submit(transaction, nextBlock: world.now) } == .tapos)
    }

    @Test func expirationIsNeitherPastNorFar() throws {
        var world = World()
        try world.fund(0, trx: 100)
        try world.fund(1, trx: 1)
        let past = world.transaction(world.transfer(0, 1, trx: 1), expires: .zero)
        #expect(code { try world.chain.submit(past, nextBlock: world.now) } == .expiration)
        let far = world.transaction(world.transfer(0, 1, trx: 1), expires: .seconds(86_401))
        #expect(code { try world.chain.submit(far, nextBlock: world.now) } == .expiration)
        let day = world.transaction(world.transfer(0, 1, trx: 1), expires: .seconds(86_400))
        #expect(code { try world.chain.submit(day, nextBlock: world.now) } == nil)
    }

    @Test func whatExpiresWhileWaitingNeverLands() throws {
        var world = World()
        try world.fund(0, trx: 100)
        try world.fund(1, trx: 1)
        let transaction = world.transaction(world.transfer(0, 1, trx: 1), expires: .seconds(10))
        try world.chain.submit(transaction, nextBlock: world.now)
        world.produce(after: .seconds(11))
        #expect(world.chain.headBlock.transactions.isEmpty)
        #expect(world.chain.pendingCount == 0)
        #expect(world.chain.entry(transaction.id) == nil)
    }

    @Test func thePoolIsBounded() throws {
        var limits = Blockchain.Limits()
        limits.pending = 5
        var world = World(limits: limits)
        try world.fund(0, trx: 100)
        try world.fund(1, trx: 1)
        for _ in 0..<5 { try world.submit(world.transfer(0, 1, trx: 1)) }
        let sixth = world.transaction(world.transfer(0, 1, trx: 1))
        #expect(code { try world.chain.submit(sixth, nextBlock: world.now) } == .serverBusy)
        world.produce()
        #expect(code { try world.chain.submit(sixth, nextBlock: world.now) } == nil)
    }

    @Test func aFullBlockLeavesTheRestWaiting() throws {
        var limits = Blockchain.Limits()
        limits.blockBytes = 500
        var world = World(limits: limits)
        try world.fund(0, trx: 100)
        try world.fund(1, trx: 1)
        for _ in 0..<3 { try world.submit(world.transfer(0, 1, trx: 1)) }
        world.produce()
        #expect(world.chain.headBlock.transactions.count == 2)
        world.produce()
        #expect(world.chain.headBlock.transactions.count == 1)
        #expect(world.account(1).balance == Sun(4_000_000))
    }

    @Test func waitingTransactionsCountForTheNext() throws {
        var world = World()
        try world.fund(0, trx: 10)
        try world.fund(1, trx: 1)
        try world.submit(world.transfer(0, 1, trx: 6))
        let second = world.transaction(world.transfer(0, 1, trx: 6))
        #expect(code { try world.chain.submit(second, nextBlock: world.now) } == .contractValidation)
    }

    @Test func aHugeTransactionIsTooBig() throws {
        var world = World()
        try world.fund(0, trx: 1000)
        let transaction = world.transaction(world.transfer(0, 1, trx: 1), size: 512_000)
        #expect(code { try world.chain.submit(transaction, nextBlock: world.now) } == .tooBig)
    }

    @Test func bandwidthIsAllOrNothing() throws {
        var world = World()
        try world.fund(0, trx: 10)
        try world.fund(1, trx: 1)
        #expect(try world.run(world.transfer(0, 1, trx: 1)).netUsage == 267)
        #expect(try world.run(world.transfer(0, 1, trx: 1)).netUsage == 267)
        let third = try world.run(world.transfer(0, 1, trx: 1))
        #expect(third.netFee == Sun(267_000), "66 free bytes do not help")
        try world.stake(0, .bandwidth, trx: 1000)
        #expect(try world.run(world.transfer(0, 1, trx: 1)).netUsage == 267)
        #expect(world.account(0).usage.bandwidth.used == 267)
        _ = try world.run(world.transfer(1, 0, trx: 2))
        _ = try world.run(world.transfer(1, 0, trx: 1))
        let broke = world.transaction(
            .transfer(Transfer(owner: world.accounts[1], recipient: world.accounts[0], amount: Sun(1))),
            size: 2000
        )
        world.produce()
        let balance = world.account(1).balance
        try world.chain.submit(
            world.transaction(
                .transfer(
                    Transfer(
                        owner: world.accounts[1],
                        recipient: world.accounts[0],
                        amount: balance - Sun(267_000)
                    )
                )
            ),
            nextBlock: world.now
        )
        #expect(code { try world.chain.submit(broke, nextBlock: world.now) } == .bandwidth)
    }

    @Test func creatingAnAccountCostsATenthMoreThanOneTRX() throws {
        var world = World()
        try world.fund(0, trx: 10)
        let receipt = try world.run(world.transfer(0, 1, trx: 2))
        #expect(receipt.fee == Sun(1_100_000))
        #expect(receipt.netFee == Sun(100_000))
        #expect(world.account(0).balance == Sun(6_900_000))
        try world.stake(0, .bandwidth, trx: 1000)
        #expect(try world.run(world.transfer(0, 2, trx: 2)).fee == Sun(1_000_000))
    }

    @Test func governanceChangesPricesAtMaintenance() throws {
        var world = World()
        try world.chain.propose([11: 210], expires: world.now + .seconds(3600))
        #expect(world.chain.head.parameters.energyFee == 100)
        world.produce(after: .seconds(7 * 3600))
        #expect(world.chain.head.parameters.energyFee == 210)
        #expect(world.chain.head.energyPrices.map(\.price) == [100, 210])
        #expect(world.chain.head.proposals.first?.state == .approved)
    }

    @Test func theFactorFollowsUseWhenItMay() throws {
        var world = World()
        try world.chain.setEnergyFactor(34_000, followsUse: true)
        world.produce(after: .seconds(6 * 3600))
        #expect(world.chain.head.token.energyFactor == 31_800)
        try world.chain.setEnergyFactor(34_000, followsUse: false)
        world.produce(after: .seconds(6 * 3600))
        #expect(world.chain.head.token.energyFactor == 34_000)
    }
}
