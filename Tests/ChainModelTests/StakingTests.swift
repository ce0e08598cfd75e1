import ChainModel
import Models
import Testing

@Suite struct StakingTests {
    private func rejection(_ world: inout World, _ contract: Contract) -> String? {
        do {
            _ = try world.submit(contract)
            return nil
        } catch {
            return (error as? Rejection)?.reason
        }
    }

    @Test func unstakingTakesFourteenDays() throws {
        var world = World()
        try world.fund(0, trx: 1000)
        let owner = world.accounts[0]
        _ = try world.run(.freezeBalanceV2(FreezeBalanceV2(owner: owner, amount: Sun(500_000_000), resource: .energy)))
        #expect(world.chain.head.ownWeight.energy == 500)
        _ = try world.run(
            .unfreezeBalanceV2(UnfreezeBalanceV2(owner: owner, amount: Sun(200_000_000), resource: .energy))
        )
        #expect(world.chain.head.ownWeight.energy == 300)
        #expect(
            rejection(&world, .withdrawExpireUnfreeze(WithdrawExpireUnfreeze(owner: owner)))
                == "no unFreeze balance to withdraw "
        )
        world.produce(after: .seconds(14 * 86_400))
        let receipt = try world.run(.withdrawExpireUnfreeze(WithdrawExpireUnfreeze(owner: owner)))
        #expect(receipt.withdrawnExpired == Sun(200_000_000))
        #expect(world.account(0).balance == Sun(700_000_000))
        #expect(world.chain.head.violations().isEmpty)
    }

    @Test func onlyThirtyTwoWithdrawalsMayBeOnTheirWay() throws {
        var world = World()
        try world.fund(0, trx: 1000)
        try world.stake(0, trx: 100)
        let unfreeze = Contract.unfreezeBalanceV2(
            UnfreezeBalanceV2(owner: world.accounts[0], amount: .trx, resource: .energy)
        )
        for _ in 0..<32 { try world.run(unfreeze) }
        #expect(rejection(&world, unfreeze) == "Invalid unfreeze operation, unfreezing times is over limit")
        let cancel = try world.run(.cancelAllUnfreezeV2(CancelAllUnfreezeV2(owner: world.accounts[0])))
        #expect(cancel.cancelledUnfreezing.energy == Sun(32_000_000))
        #expect(world.account(0).staked.energy == Sun(100_000_000))
        #expect(rejection(&world, unfreeze) == nil)
    }

    @Test func usageTiesUpWhatMayBeDelegated() throws {
        var world = World()
        try world.fund(0, trx: 100, usdt: 10)
        try world.fund(1, trx: 1, usdt: 1)
        try world.stake(0, trx: 10_000)
        #expect(world.chain.head.delegatableMaximum(of: world.account(0), .energy) == Sun(10_000_000_000))
        _ = try world.run(world.tokenTransfer(0, 1, 1))
        let maximum = world.chain.head.delegatableMaximum(of: world.account(0), .energy)
        #expect(abs(maximum.rawValue - (10_000_000_000 - 6_772_027_000)) < 2_000_000)
        #expect(
            rejection(&world, world.delegate(0, 1, sun: maximum.rawValue + 1_000_000))
                == "delegateBalance must be less than or equal to available FreezeEnergyV2 balance"
        )
        #expect(rejection(&world, world.delegate(0, 1, sun: maximum.rawValue - 1_000_000)) == nil)
    }

    @Test func delegationsHaveRules() throws {
        var world = World()
        try world.fund(0, trx: 100)
        try world.fund(1, trx: 1)
        try world.stake(0, trx: 1000)
        #expect(
            rejection(&world, world.delegate(0, 1, sun: 999_999))
                == "delegateBalance must be greater than or equal to 1 TRX"
        )
        #expect(
            rejection(&world, world.delegate(0, 0, sun: 1_000_000))
                == "receiverAddress must not be the same as ownerAddress"
        )
        #expect(
            rejection(&world, world.delegate(0, 5, sun: 1_000_000))
                == "Account[\(world.accounts[5].hex)] does not exist"
        )
        let toContract = DelegateResource(
            owner: world.accounts[0],
            receiver: world.token,
            resource: .energy,
            stake: .trx
        )
        #expect(
            rejection(&world, .delegateResource(toContract)) == "Do not allow delegate resources to contract addresses"
        )
        #expect(rejection(&world, world.reclaim(0, 1, sun: 1)) == "delegated Resource does not exist")
        _ = try world.run(world.delegate(0, 1, sun: 5_000_000))
        #expect(
            rejection(&world, world.reclaim(0, 1, sun: 5_000_001))
                == "insufficient delegateFrozenBalance(Energy), request=5000001, unlock_balance=5000000"
        )
        _ = try world.run(world.reclaim(0, 1, sun: 2_000_001))
        #expect(world.account(1).acquired.energy == Sun(2_999_999))
        _ = try world.run(world.reclaim(0, 1, sun: 2_999_999))
        #expect(world.chain.head.delegation(from: world.accounts[0], to: world.accounts[1]) == nil)
        #expect(world.chain.head.receivers(of: world.accounts[0]).isEmpty)
        #expect(world.chain.head.delegators(to: world.accounts[1]).isEmpty)
    }

    @Test func aLockedDelegationComesFreeWithItsTime() throws {
        var world = World()
        try world.fund(0, trx: 100)
        try world.fund(1, trx: 1)
        try world.stake(0, trx: 1000)
        _ = try world.run(world.delegate(0, 1, sun: 10_000_000, lock: true, period: 200))
        _ = try world.run(world.delegate(0, 1, sun: 3_000_000))
        let record = try #require(world.chain.head.delegation(from: world.accounts[0], to: world.accounts[1]))
        #expect(record.locked.energy == Sun(10_000_000))
        #expect(record.unlocked.energy == Sun(3_000_000))
        #expect(rejection(&world, world.reclaim(0, 1, sun: 3_000_001))?.hasSuffix("unlock_balance=3000000") == true)
        let shorter = rejection(&world, world.delegate(0, 1, sun: 1_000_000, lock: true, period: 100))
        #expect(shorter?.hasPrefix("The lock period for ENERGY this time cannot be less than") == true)
        let tooLong = rejection(&world, world.delegate(0, 1, sun: 1_000_000, lock: true, period: 864_001))
        #expect(tooLong?.hasSuffix("cannot exceed 864000!") == true)
        _ = try world.run(world.delegate(0, 1, sun: 1_000_000, lock: true, period: 400))
        world.produce(after: .seconds(700))
        #expect(rejection(&world, world.reclaim(0, 1, sun: 3_000_001)) != nil, "the whole lock was extended")
        world.produce(after: .seconds(600))
        _ = try world.run(world.reclaim(0, 1, sun: 14_000_000))
        #expect(world.account(0).delegated.energy == .zero)
        #expect(world.chain.head.violations().isEmpty)
    }

    @Test func votesEarnAndShrinkWithStake() throws {
        var world = World()
        try world.fund(0, trx: 100)
        try world.stake(0, trx: 1000)
        let owner = world.accounts[0]
        let witness = try #require(world.chain.head.witnesses.first)
        _ = try world.run(.voteWitness(VoteWitness(owner: owner, votes: [.init(witness: witness, count: 1000)])))
        let tooMany = VoteWitness(owner: owner, votes: [.init(witness: witness, count: 1001)])
        #expect(rejection(&world, .voteWitness(tooMany))?.hasPrefix("The total number of votes") == true)
        #expect(
            rejection(&world, .withdrawBalance(WithdrawBalance(owner: owner)))
                == "witnessAccount does not have any reward"
        )
        world.produce(after: .seconds(365 * 86_400))
        let earned = world.account(0).allowance
        #expect((39_900_000...40_100_000).contains(earned.rawValue), "4 % of 1000 TRX in a year, got \(earned)")
        _ = try world.run(.withdrawBalance(WithdrawBalance(owner: owner)))
        world.produce(after: .seconds(7 * 3600))
        #expect(
            rejection(&world, .withdrawBalance(WithdrawBalance(owner: owner)))?.hasSuffix("less than 24 hours") == true
        )
        _ = try world.run(
            .unfreezeBalanceV2(UnfreezeBalanceV2(owner: owner, amount: Sun(400_000_000), resource: .energy))
        )
        #expect(world.account(0).votes.first?.count == 600)
        #expect(world.chain.head.violations().isEmpty)
    }
}
