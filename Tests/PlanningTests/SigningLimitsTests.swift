import Models
import Planning
import Testing

struct SigningLimitsTests {
    /// 1,000 energy per TRX.
    private func pool(_ number: Int64, trx: Int64, signable: Int64? = nil) -> PoolPosition {
        PoolPosition(
            id: "pool\(number)",
            address: address(500 + number),
            block: 100,
            delegatable: Sun(trx * 1_000_000),
            signable: signable.map { Sun($0 * 1_000_000) } ?? Sun(Int64.max),
            totalEnergy: 1_000_000,
            totalWeight: 1000
        )
    }

    private let exact = DelegationPolicy(stakeMarginPerMille: 0, lookAheadPerMille: 1000)

    private func blocked(_ missing: [Int64]) -> [(key: WithdrawalKey, missing: Energy)] {
        missing.enumerated().map { (key(Int64($0.offset)), Energy($0.element)) }
    }

    private func decide(
        _ missing: [Int64],
        _ pools: [PoolPosition],
        lately: Int64 = 0,
        policy: DelegationPolicy? = nil
    ) -> (planned: PlannedDelegation?, left: [Shortage]) {
        let policy = policy ?? exact
        let planned = planDelegation(
            for: address(1),
            blocked: blocked(missing),
            lately: Energy(lately),
            pools: pools,
            policy: policy
        )
        return (planned, shortages(of: blocked(missing), beyond: planned, pools: pools, policy: policy))
    }

    // MARK: What is left

    @Test func theTighterOfHourAndDayIsLeft() {
        let limits = SigningLimits(hourly: Sun(100), daily: Sun(300))
        #expect(limits.left(after: SignedStake()) == Sun(100))
        #expect(limits.left(after: SignedStake(lastHour: Sun(40), lastDay: Sun(40))) == Sun(60))
        #expect(limits.left(after: SignedStake(lastHour: Sun(40), lastDay: Sun(290))) == Sun(10))
        #expect(limits.left(after: SignedStake(lastHour: Sun(0), lastDay: Sun(300))) == .zero)
        #expect(limits.left(after: SignedStake(lastHour: Sun(900), lastDay: Sun(900))) == .zero, "a lowered limit")
        #expect(SigningLimits(daily: Sun(5)).left(after: SignedStake(lastHour: Sun(4), lastDay: Sun(4))) == Sun(1))
        let none = SigningLimits()
        #expect(none.isUnlimited && !limits.isUnlimited)
        #expect(none.left(after: SignedStake(lastHour: Sun(Int64.max), lastDay: Sun(Int64.max))) == Sun(Int64.max))
    }

    @Test func aBudgetGivesNoMoreThanItHasAndEachPoolItsOwn() {
        var budget = SigningBudget(
            SigningLimits(hourly: Sun(100)),
            signed: ["a": SignedStake(lastHour: Sun(70), lastDay: Sun(90))]
        )
        func take(_ stake: Int64, _ pool: String) -> Bool { budget.take(Sun(stake), of: pool) }
        #expect(budget.left(of: "a") == Sun(30) && budget.left(of: "b") == Sun(100))
        #expect(!take(31, "a"))
        #expect(budget.left(of: "a") == Sun(30), "a refusal takes nothing")
        #expect(take(30, "a"))
        #expect(!take(1, "a"))
        #expect(take(100, "b"))
        var endless = SigningBudget(SigningLimits())
        let (once, again) = (endless.take(Sun(Int64.max), of: "a"), endless.take(Sun(Int64.max), of: "a"))
        #expect(once && again)
    }

    // MARK: What is planned

    @Test func aPoolAtItsLimitIsPassedOver() throws {
        let (planned, left) = decide([65_000], [pool(1, trx: 1000, signable: 64), pool(2, trx: 1000, signable: 65)])
        #expect(planned?.pool == "pool2")
        #expect(planned?.stake == Sun(65_000_000))
        #expect(left.isEmpty)
    }

    @Test func whatTheLimitForbidsIsShortOfItAndWhatNoPoolHasIsNot() throws {
        // Stake for three, leave for one.
        let (planned, left) = decide([65_000, 130_000, 195_000, 260_000], [pool(1, trx: 195, signable: 100)])
        #expect(planned?.serves == [key(0)])
        #expect(left.map(\.key) == [key(1), key(2), key(3)])
        #expect(left.map(\.reason) == [.signingLimit, .signingLimit, .poolsExhausted])
        #expect(left.map(\.missing) == [130_000, 195_000, 260_000].map { Energy($0) })
    }

    @Test func nothingLeftIsNothingPlanned() {
        let (planned, left) = decide([65_000], [pool(1, trx: 1000, signable: 0)], lately: 1_000_000)
        #expect(planned == nil)
        #expect(left.map(\.reason) == [.signingLimit])
        let (none, poor) = decide([65_000], [pool(1, trx: 64, signable: 0)])
        #expect(none == nil)
        #expect(poor.map(\.reason) == [.poolsExhausted], "the limit is not what is in the way")
    }

    @Test func lookingAheadTakesAQuarterOfWhatTheLimitLeaves() {
        let (planned, _) = decide([65_000], [pool(1, trx: 10_000, signable: 105)], lately: 9_000_000)
        #expect(planned?.stake == Sun(75_000_000))
    }

    @Test func plansStayWithinTheLimitsAndReasonsAreTrue() async {
        await forEverySeed { seed, random in
            var missing: [Int64] = []
            for _ in 0..<random.int(1...8) { missing.append((missing.last ?? 0) + random.int(1...130_000)) }
            var pools: [PoolPosition] = []
            for number in 1...random.int(1...4) {
                let signable = random.chance(30) ? nil : random.amount(upTo: 800)
                pools.append(pool(number, trx: random.amount(upTo: 800), signable: signable))
            }
            let policy = DelegationPolicy(
                stakeMarginPerMille: random.pick([0, 8]),
                lookAheadPerMille: random.pick([0, 20_000]),
                maximumStake: random.pick([Sun(100_000_000), Sun(Int64.max)])
            )
            let lately: Int64 = random.pick([0, 10_000_000])
            let (planned, left) = decide(missing, pools, lately: lately, policy: policy)
            let chosen = pools.first { $0.id == planned?.pool }
            #expect((planned?.stake ?? .zero) <= (chosen?.signable ?? .zero), "seed \(seed)")
            #expect((planned?.stake ?? .zero) <= (chosen?.delegatable ?? .zero), "seed \(seed)")

            // Everyone is served, left to the next, or told a reason, in order.
            let all = (planned?.serves ?? []) + (planned?.leaves ?? []) + left.map(\.key)
            #expect(all == blocked(missing).map(\.key), "seed \(seed)")

            // The reasons are what a plan without limits says.
            let free = pools.map { pool in
                var pool = pool
                pool.signable = Sun(Int64.max)
                return pool
            }
            let (unlimited, stillLeft) = decide(missing, free, lately: lately, policy: policy)
            #expect(!stillLeft.contains { $0.reason == .signingLimit }, "seed \(seed)")
            let reach = (unlimited?.serves ?? []) + (unlimited?.leaves ?? [])
            for claim in left {
                #expect((claim.reason == .signingLimit) == reach.contains(claim.key), "seed \(seed): \(claim)")
            }
        }
    }

    // MARK: Over time

    /// Random demand against a model that recounts the whole history: no hour and no day ever holds more than the limit, and
    /// when the window has moved on, as much is left as at first.
    @Test func noSpanEverHoldsMoreThanItsLimit() async {
        await forEverySeed(100) { seed, random in
            let limits = SigningLimits(hourly: Sun(random.int(1...1000)), daily: Sun(random.int(1...5000)))
            var signed: [(at: Int64, stake: Sun)] = []
            var now: Int64 = 0
            func sum(since start: Int64, through end: Int64 = .max) -> Sun {
                signed.filter { $0.at > start && $0.at <= end }.reduce(.zero) { $0 + $1.stake }
            }
            for _ in 0..<120 {
                now += random.pick([0, 1, 600, 3599, 3600, 40_000])
                let counted = SignedStake(lastHour: sum(since: now - 3600), lastDay: sum(since: now - 86_400))
                var budget = SigningBudget(limits, signed: ["a": counted])
                for _ in 0..<random.int(1...3) {
                    let stake = Sun(random.int(1...700))
                    if budget.take(stake, of: "a") { signed.append((now, stake)) }
                }
            }
            for entry in signed {
                #expect(sum(since: entry.at - 3600, through: entry.at) <= limits.hourly ?? .zero, "seed \(seed)")
                #expect(sum(since: entry.at - 86_400, through: entry.at) <= limits.daily ?? .zero, "seed \(seed)")
            }
            let later = SignedStake(lastHour: sum(since: now + 90_000), lastDay: sum(since: now + 90_000))
            #expect(limits.left(after: later) == min(limits.hourly ?? .zero, limits.daily ?? .zero), "seed \(seed)")
        }
    }

    @Test func aLimitThatHoldsIsToldOnceAndItsEndOnce() {
        var watch = SigningLimitWatch()
        func note(held: Bool, at second: Int64) -> SigningLimitWatch.Change? {
            watch.note(held: held, now: moment(second))
        }
        #expect(note(held: false, at: 0) == nil)
        #expect(note(held: true, at: 1) == .began)
        #expect(note(held: true, at: 2) == nil)
        #expect(note(held: false, at: 3) == nil, "its wallet's delegation is under way")
        #expect(note(held: true, at: 50) == nil)
        #expect(note(held: false, at: 109) == nil)
        #expect(note(held: false, at: 110) == .ended)
        #expect(note(held: false, at: 500) == nil)
        #expect(note(held: true, at: 501) == .began)
    }
}
