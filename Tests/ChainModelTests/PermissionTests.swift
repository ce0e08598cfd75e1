import ChainModel
import Models
import Testing

@Suite struct PermissionTests {
    private func reason(_ world: inout World, _ transaction: ChainTransaction) -> String? {
        do {
            try world.chain.submit(transaction, nextBlock: world.now)
            return nil
        } catch {
            return error.code == .signature ? error.reason : "\(error)"
        }
    }

    @Test func operationMasksAreThoseOfTheNetwork() {
        let delegating = Permission.operations(allowing: ContractType.delegating)
        #expect(delegating.hex == "0000000000000006" + String(repeating: "0", count: 48))
        let staking = Permission.operations(allowing: ContractType.staking.union(ContractType.delegating))
        #expect(staking.hex == "102000000000c00f" + String(repeating: "0", count: 48))
    }

    @Test func anActivePermissionDoesOnlyWhatItMay() throws {
        var world = World()
        try world.fund(0, trx: 100)
        try world.fund(1, trx: 1)
        try world.stake(0, trx: 100)
        let (signer, stranger) = (world.accounts[5], world.accounts[6])
        let active = Permission(
            kind: .active,
            id: 2,
            name: "allocator",
            threshold: 1,
            operations: Permission.operations(allowing: ContractType.delegating),
            keys: [.init(address: signer, weight: 1)]
        )
        try world.chain.setPermissions(of: world.accounts[0], owner: nil, actives: [active])
        let delegation = world.delegate(0, 1, sun: 5_000_000)
        #expect(reason(&world, world.transaction(delegation, signers: [signer], permission: 2)) == nil)
        #expect(
            reason(&world, world.transaction(delegation, signers: [stranger], permission: 2))?
                .hasSuffix("but it is not contained of permission.") == true
        )
        #expect(
            reason(&world, world.transaction(world.transfer(0, 1, trx: 1), signers: [signer], permission: 2))
                == "Permission denied"
        )
        #expect(
            reason(&world, world.transaction(delegation, signers: [signer], permission: 3)) == "permission isn't exit"
        )
        #expect(reason(&world, world.transaction(delegation, signers: [], permission: 2)) == "miss sig or contract")
        #expect(reason(&world, world.transaction(delegation, signers: [world.accounts[0]])) == nil)
    }

    @Test func weightsMustReachTheThreshold() throws {
        var world = World()
        try world.fund(0, trx: 200)
        try world.fund(1, trx: 1)
        let keys = world.accounts[4...6].map { Permission.Key(address: $0, weight: 1) }
        let update = AccountPermissionUpdate(
            owner: world.accounts[0],
            ownerPermission: Permission(kind: .owner, id: 0, name: "owner", threshold: 2, keys: keys),
            activePermissions: [.active(of: world.accounts[0])]
        )
        let receipt = try world.run(.accountPermissionUpdate(update))
        #expect(receipt.fee == Sun(100_000_000))
        let contract = world.transfer(0, 1, trx: 1)
        let (a, b) = (world.accounts[4], world.accounts[5])
        #expect(reason(&world, world.transaction(contract, signers: [a])) == "sig error")
        #expect(reason(&world, world.transaction(contract, signers: [a, a])) == "\(a) has signed twice!")
        let both = world.transaction(contract, signers: [a, b])
        #expect(reason(&world, both) == nil)
        world.produce()
        #expect(world.chain.entry(both.id)?.receipt.fee.rawValue ?? 0 >= 1_000_000)
    }

    @Test func memosCostOneTRX() throws {
        var world = World()
        try world.fund(0, trx: 10)
        try world.fund(1, trx: 1)
        let transaction = world.transaction(world.transfer(0, 1, trx: 1), memo: Array("hello".utf8))
        try world.chain.submit(transaction, nextBlock: world.now)
        world.produce()
        #expect(world.chain.entry(transaction.id)?.receipt.fee == Sun(1_000_000))
    }
}
