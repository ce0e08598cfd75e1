import Models
import Planning
import Testing

struct ReclaimPlanTests {
    private let rates = PoolPosition(
        id: "a",
        address: address(500),
        block: 100,
        delegatable: .zero,
        totalEnergy: 180_000_000_000,
        totalWeight: 18_000_000_000
    )

    private func plan(
        _ stakes: [(String, Int64)],
        _ position: WalletPosition,
        idle: Duration? = .seconds(60)
    ) -> PlannedReclaim? {
        planReclaim(
            of: stakes.map { StandingDelegation(pool: $0.0, stake: Sun($0.1)) },
            at: position,
            idle: idle,
            hold: .seconds(60),
            rates: rates
        )
    }

    @Test func usageIsTakenAlongProRata() {
        // Half of the free half is promised, so half of the limit may go: (200 - 100)(1 - 100/200) = 50.
        #expect(reclaimableEnergy(limit: Energy(200), used: Energy(100), promised: Energy(50)) == Energy(100))
        #expect(reclaimableEnergy(limit: Energy(200), used: Energy(0), promised: Energy(50)) == Energy(150))
        #expect(reclaimableEnergy(limit: Energy(200), used: Energy(100), promised: Energy(100)) == .zero)
    }

    @Test func withoutPromisesEverythingMayGo() {
        #expect(reclaimableEnergy(limit: Energy(200), used: Energy(200), promised: .zero) == Energy(200))
        #expect(reclaimableEnergy(limit: .zero, used: .zero, promised: .zero) == .zero)
    }

    @Test func nothingMayGoWhenPromisesAreNotEvenKeptNow() {
        #expect(reclaimableEnergy(limit: Energy(100), used: Energy(100), promised: Energy(1)) == .zero)
        #expect(reclaimableEnergy(limit: Energy(100), used: Energy(150), promised: Energy(1)) == .zero)
        #expect(reclaimableEnergy(limit: Energy(100), used: Energy(50), promised: Energy(51)) == .zero)
    }

    @Test func whatStaysCoversThePromisesAndOneMoreWouldNot() async {
        await forEverySeed(2000) { seed, random in
            let limit = random.pick([random.int(1...100), random.int(1...180_000_000_000)])
            let used = random.amount(upTo: limit)
            let promised = random.amount(upTo: max(limit - used, 1))
            let taken = reclaimableEnergy(limit: Energy(limit), used: Energy(used), promised: Energy(promised)).rawValue
            #expect(0 <= taken && taken <= limit, "seed \(seed)")
            // (L - d)(1 - U/L) >= P, multiplied by L to stay exact.
            func covers(_ d: Int64) -> Bool {
                Int128(limit - d) * Int128(limit - used) >= Int128(promised) * Int128(limit)
            }
            if covers(0) {
                #expect(covers(taken), "seed \(seed): L \(limit) U \(used) P \(promised) d \(taken)")
                if taken < limit { #expect(!covers(taken + 1), "seed \(seed): one more could have gone") }
            } else {
                #expect(taken == 0, "seed \(seed)")
            }
        }
    }

    @Test func nothingGoesBeforeItsTime() {
        #expect(plan([("a", 5_000_000)], position(), idle: nil) == nil)
        #expect(plan([("a", 5_000_000)], position(), idle: .seconds(59)) == nil)
        #expect(plan([], position()) == nil)
        #expect(plan([("a", 0)], position()) == nil)
    }

    @Test func theLargestDelegationGoesWholeWhenNothingIsPromised() throws {
        let planned = try #require(plan([("a", 5_000_000), ("b", 9_000_000), ("c", 9_000_000)], position()))
        #expect(planned.pool == "c")
        #expect(planned.wallet == address(1))
        #expect(planned.stake == Sun(9_000_000))
    }

    @Test func whatIsPromisedStays() throws {
        // 10 energy per TRX: 1,000 of 1,500 may go.
        let partly = position(limit: 1500, promised: 500, promisedCount: 1)
        #expect(plan([("a", 150_000_000)], partly)?.stake == Sun(100_000_000))
        #expect(plan([("a", 40_000_000)], partly)?.stake == Sun(40_000_000), "no more than is delegated")
        #expect(plan([("a", 150_000_000)], position(limit: 505, promised: 500, promisedCount: 1)) == nil, "below 1 TRX")
        #expect(plan([("a", 150_000_000)], position(limit: 500, promised: 500, promisedCount: 1)) == nil)
    }

    @Test func whatAnotherReclaimTakesComesOff() {
        let partly = position(limit: 1500, withheld: 600, promised: 500, promisedCount: 1)
        #expect(plan([("a", 150_000_000)], partly)?.stake == Sun(40_000_000))
    }

    @Test func aPlannedReclaimNeverEndangersAPromise() async {
        await forEverySeed { seed, random in
            let limit = random.int(1...10_000_000)
            let used = random.amount(upTo: limit)
            let promised = random.amount(upTo: max(limit - used, 1))
            let withheld = random.chance(50) ? 0 : random.amount(upTo: limit)
            let stakes = (0..<random.int(1...4)).map { ("p\($0)", random.amount(upTo: 1_000_000_000_000)) }
            let at = position(limit: limit, used: used, withheld: withheld, promised: promised)
            guard promised > 0, let planned = plan(stakes, at) else { return }
            #expect(planned.stake >= .trx, "seed \(seed)")
            #expect(stakes.contains { $0.0 == planned.pool && Sun($0.1) >= planned.stake }, "seed \(seed)")
            let left = Int128(limit - withheld) - Int128(rates.energy(of: planned.stake).rawValue)
            #expect(left * Int128(limit - used) >= Int128(promised) * Int128(limit), "seed \(seed)")
        }
    }
}
