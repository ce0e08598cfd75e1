import Models
import Planning
import Testing

struct DelegationPlanTests {
    /// About 9.4 energy per TRX.
    private func pool(
        _ number: Int64,
        delegatable: Int64,
        total: Int64 = 180_000_000_000,
        weight: Int64 = 19_100_000_000
    )
        -> PoolPosition
    {
        PoolPosition(
            id: "pool\(number)",
            address: address(500 + number),
            block: 100,
            delegatable: Sun(delegatable),
            totalEnergy: total,
            totalWeight: weight
        )
    }

    private let exact = DelegationPolicy(stakeMarginPerMille: 0, lookAheadPerMille: 1000, minimumStake: .trx)

    private func plan(
        _ missing: [Int64],
        _ pools: [PoolPosition],
        lately: Int64 = 0,
        policy: DelegationPolicy = DelegationPolicy()
    ) -> PlannedDelegation? {
        planDelegation(
            for: address(1),
            blocked: missing.enumerated().map { (key(Int64($0.offset)), Energy($0.element)) },
            lately: Energy(lately),
            pools: pools,
            policy: policy
        )
    }

    @Test func theFirstPoolThatCanCarryEverythingDoes() throws {
        let pools = [
            pool(1, delegatable: 8_000_000_000), pool(2, delegatable: 80_000_000_000),
            pool(3, delegatable: 90_000_000_000),
        ]
        let planned = try #require(plan([65_000, 130_000], pools))
        #expect(planned.pool == "pool2")
        #expect(planned.poolAddress == address(502))
        #expect(planned.wallet == address(1))
        #expect(planned.serves == [key(0), key(1)])
    }

    @Test func whenNoPoolCanCarryAllThenTheOneThatCarriesMost() throws {
        let pools = [
            pool(1, delegatable: 7_500_000_000), pool(2, delegatable: 15_000_000_000),
            pool(3, delegatable: 15_000_000_000),
        ]
        let planned = try #require(plan([65_000, 130_000, 195_000], pools, lately: 1_000_000))
        #expect(planned.pool == "pool2")
        #expect(planned.serves == [key(0), key(1)])
        #expect(planned.stake <= Sun(15_000_000_000))
    }

    @Test func nothingIsPlannedWhenNotEvenTheFirstCanBeCarried() {
        #expect(plan([65_000], [pool(1, delegatable: 1_000_000_000)]) == nil)
        #expect(plan([65_000], []) == nil)
        #expect(plan([], [pool(1, delegatable: 1_000_000_000)]) == nil)
        #expect(plan([65_000], [pool(1, delegatable: 1_000_000_000_000, weight: 0)]) == nil)
    }

    @Test func aDelegationIsNeverBelowTheLeastTheChainTakes() throws {
        let planned = try #require(plan([1], [pool(1, delegatable: 2_000_000)]))
        #expect(planned.stake == .trx)
        #expect(plan([1], [pool(1, delegatable: 999_999)]) == nil)
    }

    @Test func theExpectedIsAddedFromAQuarterOfWhatIsLeftAndNoMoreThanTheLookAhead() throws {
        let base = try #require(plan([65_000], [pool(1, delegatable: 100_000_000_000)], policy: exact)).stake
        let rich = try #require(
            plan([65_000], [pool(1, delegatable: 1_000_000_000_000)], lately: 9_000_000, policy: exact)
        )
        #expect(rich.stake == base + base, "at most as much again")
        let tight = Sun(base.rawValue + 4000)
        let poor = try #require(
            plan([65_000], [pool(1, delegatable: tight.rawValue)], lately: 9_000_000, policy: exact)
        )
        #expect(poor.stake == base + Sun(1000))
        let little = try #require(
            plan([65_000], [pool(1, delegatable: 1_000_000_000_000)], lately: 65_100, policy: exact)
        )
        #expect(little.stake == base + (try #require(pool(1, delegatable: 0).stake(for: Energy(100)))))
    }

    @Test func aLoneRequestIsNotCountedTwice() throws {
        let rich = [pool(1, delegatable: 1_000_000_000_000)]
        let alone = try #require(plan([65_000], rich, policy: exact))
        #expect(plan([65_000], rich, lately: 65_000, policy: exact) == alone)
    }

    @Test func absurdTotalsOfANodeAreNoStake() {
        let absurd = pool(1, delegatable: .max, total: 1, weight: .max)
        #expect(absurd.stake(for: Energy(Int64.max)) == nil)
        #expect(absurd.stake(for: Energy(2)) == nil)
        #expect(pool(1, delegatable: 0, total: 0).stake(for: Energy(1)) == nil)
        #expect(pool(1, delegatable: 0).stake(for: Energy(-1)) == nil)
        #expect(pool(1, delegatable: 0, weight: 0).energy(of: .trx) == .zero)
    }

    @Test func stakeBringsAtLeastTheEnergyAskedAndNoSunLessWould() async throws {
        try await forEverySeed { seed, random in
            let rates = pool(
                1,
                delegatable: 0,
                total: random.int(1...300_000_000_000),
                weight: random.int(1...300_000_000_000)
            )
            let energy = Energy(random.amount(upTo: 50_000_000))
            let stake = try #require(rates.stake(for: energy), "seed \(seed)")
            #expect(brings(stake, rates) >= Int128(energy.rawValue), "seed \(seed)")
            #expect(rates.energy(of: stake) >= energy, "seed \(seed)")
            if stake > .zero { #expect(brings(stake - Sun(1), rates) < Int128(energy.rawValue), "seed \(seed)") }
        }
    }

    @Test func aPlanServesAPrefixWithEnoughStakeWithinWhatThePoolHas() async {
        await forEverySeed { seed, random in
            var missing: [Int64] = []
            for _ in 0..<random.int(1...8) { missing.append((missing.last ?? 0) + random.int(1...130_000)) }
            var pools: [PoolPosition] = []
            for number in 1...random.int(1...5) {
                pools.append(pool(number, delegatable: random.amount(upTo: 80_000_000_000)))
            }
            let policy = DelegationPolicy(
                stakeMarginPerMille: random.pick([0, 8, 100]),
                lookAheadPerMille: random.pick([0, 500, 1000])
            )
            let served = pools.map { carries($0, missing, policy) }
            let most = served.max() ?? 0
            let lately: Int64 = random.pick([0, 1000, 10_000_000])
            guard let planned = plan(missing, pools, lately: lately, policy: policy) else {
                #expect(most == 0, "seed \(seed): a pool could have carried \(most)")
                return
            }
            #expect(planned.serves == (0..<most).map { key(Int64($0)) }, "seed \(seed)")
            #expect(
                planned.pool == served.firstIndex(of: most).map { pools[$0].id },
                "seed \(seed): not the first in order"
            )
            guard let chosen = pools.first(where: { $0.id == planned.pool }), most > 0 else { return }
            #expect(planned.stake <= chosen.delegatable, "seed \(seed)")
            #expect(planned.stake >= policy.minimumStake, "seed \(seed)")
            #expect(brings(planned.stake, chosen) >= Int128(missing[most - 1]), "seed \(seed)")
            #expect(planned.energy == chosen.energy(of: planned.stake), "seed \(seed)")
        }
    }

    /// How many claims, in order, a pool can carry.
    private func carries(_ pool: PoolPosition, _ missing: [Int64], _ policy: DelegationPolicy) -> Int {
        missing.prefix {
            guard let stake = pool.stake(for: Energy($0)),
                let padded = scaledUp(stake.rawValue, by: 1000 + policy.stakeMarginPerMille, over: 1000)
            else { return false }
            return max(Sun(padded), policy.minimumStake) <= pool.delegatable
        }.count
    }

    /// Independent of the code under test: what the chain's formula gives, rounded down.
    private func brings(_ stake: Sun, _ pool: PoolPosition) -> Int128 {
        Int128(stake.rawValue) * Int128(pool.totalEnergy) / (Int128(pool.totalWeight) * 1_000_000)
    }
}
