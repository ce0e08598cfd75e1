import ChainModel
import Models
import Testing

/// Formulas against worked numbers of the network.
@Suite struct ResourceFormulaTests {
    /// 2026-07-15: 1053.43779 TRX staked per 10,000 energy.
    let mainnet = ResourceTotals(limit: 180_000_000_000, weight: 18_961_880_220)

    @Test func oneTRXYieldsAboutNineAndAHalfEnergy() throws {
        let perTRX = Double(mainnet.limit(forStake: Sun(1_000_000_000_000))) / 1_000_000
        #expect(abs(perTRX - 9.4927) < 0.0001)
        let stake = try #require(mainnet.stake(forLimit: 10_000))
        #expect(abs(Double(stake.rawValue) / 1_000_000 - 1053.43779) < 0.0001)
        #expect(mainnet.limit(forStake: stake) >= 10_000)
        #expect(mainnet.limit(forStake: stake - Sun(10)) < 10_000)
    }

    @Test func nothingIsYieldedWhileNobodyStakes() {
        let empty = ResourceTotals(limit: 180_000_000_000, weight: 0)
        #expect(empty.limit(forStake: .trx) == 0)
        #expect(empty.stake(forLimit: 1) == nil)
    }

    @Test func oneUseDecaysLinearlyOverADay() {
        var usage = ResourceUsage()
        usage.use(64_285, at: 1000)
        #expect((64_285...64_286).contains(usage.used))
        #expect(abs(usage.recovered(at: 1000 + 14_400).used - 32_142) <= 2)
        #expect(abs(usage.recovered(at: 1000 + 7200).used - 48_214) <= 2)
        #expect(usage.recovered(at: 1000 + 28_800).used == 0)
    }

    @Test func recoveringInStepsEqualsRecoveringAtOnce() {
        var usage = ResourceUsage()
        usage.use(1_000_000, at: 0)
        for slot in stride(from: Int64(100), through: 14_400, by: 100) { usage.use(0, at: slot) }
        #expect(abs(usage.used - 500_000) < 200)
        #expect(abs(usage.window - 14_400) <= 1)
    }

    /// A pool of limit L sustains 30 transfers a day = 1.93 L when they are spread evenly (1.99 L for ten times the pool).
    @Test(arguments: [(Int64(1_000_000), 30, 1.93), (10_000_000, 310, 1.99)])
    func sustainedCapacityIsAboutTwiceTheLimit(limit: Int64, uses: Int, factor: Double) {
        #expect(abs(Double(Int64(uses) * 64_285) / Double(limit) - factor) < 0.01)
        #expect(settledPeak(usesPerDay: uses) <= limit)
        #expect(settledPeak(usesPerDay: uses + uses / 15) > limit)
    }

    /// The highest usage after four days of even use, when the averages have settled.
    private func settledPeak(usesPerDay: Int) -> Int64 {
        var usage = ResourceUsage()
        var peak: Int64 = 0
        for index in 0..<(usesPerDay * 8) {
            usage.use(64_285, at: Int64(index) * 28_800 / Int64(usesPerDay) + 1)
            if index >= usesPerDay * 4 { peak = max(peak, usage.used) }
        }
        return peak
    }

    /// Two delegations of 65,000 on one wallet, the first used, the first reclaimed a minute later: 32,880 left of the
    /// second.
    @Test func reclaimingTakesUsageProRata() throws {
        let stake = try #require(mainnet.stake(forLimit: 65_000))
        var usage = ResourceUsage()
        usage.use(64_285, at: 1000)
        let usable = Delegation.usable(
            afterReclaiming: stake,
            receiverUsage: usage.recovered(at: 1020).used,
            receiverStake: stake + stake,
            totals: mainnet
        )
        #expect(usable == 32_880)
    }

    @Test func usageOfTheOwnerTiesUpItsStake() throws {
        let staked = Sun(100_000 * 1_000_000)
        #expect(Delegation.maximum(staked: staked, usage: 0, acquired: .zero, totals: mainnet) == staked)
        let tied = staked - Delegation.maximum(staked: staked, usage: 10_000, acquired: .zero, totals: mainnet)
        #expect(abs(tied.rawValue - 1_053_437_790) < 1000)
        #expect(Delegation.maximum(staked: staked, usage: 10_000, acquired: tied, totals: mainnet) == staked)
        #expect(Delegation.maximum(staked: .trx, usage: 10_000, acquired: .zero, totals: mainnet) == .zero)
    }

    @Test func windowsMergeByWeightWhenUsageReturns() {
        var owner = ResourceUsage()
        var receiver = ResourceUsage()
        receiver.use(60_000, at: 100)
        receiver = receiver.recovered(at: 100 + 14_400)
        owner.takeOver(15_000, from: receiver, at: 100 + 14_400)
        #expect(owner.used == 15_000)
        #expect(abs(owner.window - 14_400) <= 1)
        owner.use(15_000, at: 100 + 14_400)
        #expect(abs(owner.window - 21_600) <= 1)
    }

    @Test func bandwidthIsPaidByOneSource() {
        func charge(_ staked: Int64, _ free: Int64, _ balance: Int64) -> BandwidthCharge {
            .of(bytes: 345, stakedLeft: staked, freeLeft: free, balance: Sun(balance), pricePerByte: 1000)
        }
        #expect(charge(345, 600, 0) == .staked(345))
        #expect(charge(344, 345, 0) == .free(345))
        #expect(charge(344, 344, 345_000) == .burnt(Sun(345_000)))
        #expect(charge(344, 344, 344_999) == .unaffordable(Sun(345_000)))
    }

    @Test func feeLimitCapsStakedEnergyToo() {
        func limit(fee: Int64) -> Int64 {
            EnergyBudget.limit(stakedLeft: 200_000, balance: .zero, callValue: .zero, feeLimit: Sun(fee), price: 100)
        }
        #expect(limit(fee: 10_000_000) == 100_000)
        #expect(limit(fee: 13_028_500) == 130_285)
        #expect(limit(fee: 100_000_000) == 200_000)
        #expect(EnergyBudget.feeLimit(covering: 130_285, price: 100) == Sun(13_028_500))
    }

    @Test func theDynamicFactorRisesByAFifthAndFallsByATwentieth() {
        let model = DynamicEnergy(threshold: 5_000_000_000, increase: 2000, maximum: 34_000)
        #expect(model.factor(after: 0, baseEnergyUsed: 5_000_000_001) == 2000)
        #expect(model.factor(after: 2000, baseEnergyUsed: 6_000_000_000) == 4400)
        #expect(model.factor(after: 33_000, baseEnergyUsed: 6_000_000_000) == 34_000)
        #expect(model.factor(after: 34_000, baseEnergyUsed: 5_000_000_000) == 31_800)
        #expect(model.factor(after: 100, baseEnergyUsed: 0) == 0)
    }
}
