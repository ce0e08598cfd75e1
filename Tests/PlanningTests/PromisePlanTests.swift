import Models
import Planning
import Testing

struct PromisePlanTests {
    @Test func freeEnergyGoesToTheUrgentThenToTheLongestWaiting() {
        let claims = [
            claim(1, energy: 10, urgency: 0, at: 1), claim(2, energy: 10, urgency: 2, at: 9),
            claim(3, energy: 10, urgency: 0, at: 0), claim(4, energy: 10, urgency: 1, at: 5),
        ]
        let plan = planPromises(claims, at: position(limit: 30), bandwidthPrice: Sun(1000))
        #expect(plan.promises.map(\.key) == [key(2), key(4), key(3)])
        #expect(plan.promises.map(\.promisedBefore) == [Energy(0), Energy(10), Energy(20)])
        #expect(plan.blocked.map(\.claim.key) == [key(1)])
        #expect(plan.deficit == Energy(10))
    }

    @Test func aSmallClaimDoesNotPassALargeOneThatEnergyIsMissingFor() {
        let claims = [claim(1, energy: 100), claim(2, energy: 1)]
        let plan = planPromises(claims, at: position(limit: 60), bandwidthPrice: Sun(1000))
        #expect(plan.promises.isEmpty)
        #expect(plan.blocked.map(\.obstacle) == [.energy(missing: Energy(40)), .energy(missing: Energy(41))])
    }

    @Test func missingTokensBlockTheirOwnClaimAlone() {
        let claims = [claim(1, energy: 10, units: 100), claim(2, energy: 10, units: 5)]
        let plan = planPromises(claims, at: position(tokens: 50), bandwidthPrice: Sun(1000))
        #expect(plan.promises.map(\.key) == [key(2)])
        #expect(plan.blocked.map(\.obstacle) == [.tokens])
        #expect(plan.deficit == .zero)
    }

    @Test func tokensPromisedToOthersAreNotThereAnyMore() {
        let claims = [claim(1, units: 30), claim(2, units: 30)]
        let plan = planPromises(claims, at: position(tokens: 60, promisedUnits: 10), bandwidthPrice: .zero)
        #expect(plan.promises.map(\.key) == [key(1)])
        #expect(plan.blocked.map(\.obstacle) == [.tokens])
    }

    @Test func aClaimWithoutBandwidthNeedsTRXForItsBytesAndForThoseBeforeIt() {
        let claims = [claim(1), claim(2), claim(3)]
        let plan = planPromises(claims, at: position(bandwidth: 345, balance: 690_000), bandwidthPrice: Sun(1000))
        #expect(plan.promises.map(\.key) == [key(1), key(2)], "the first by bandwidth, the second with TRX for two")
        #expect(plan.blocked.map(\.obstacle) == [.bandwidth])
        #expect(plan.deficit == .zero)
    }

    @Test func whatEarlierPromisesLackHasToBeBroughtToo() {
        let short = position(limit: 100, used: 0, promised: 150, promisedCount: 2)
        #expect(short.free == .zero)
        let plan = planPromises([claim(1, energy: 10)], at: short, bandwidthPrice: .zero)
        #expect(plan.deficit == Energy(60))
    }

    @Test func aUsageAboveTheLimitCountsAsNoCapacity() {
        let shrunk = position(limit: 10, used: 40)
        #expect(shrunk.capacity == .zero)
        #expect(shrunk.free == .zero)
        #expect(shrunk.surplus == Energy(-30))
    }

    @Test func promisesNeverExceedCapacityAndFollowTheOrder() async {
        await forEverySeed { seed, random in
            let (claims, start) = situation(&random)
            let price = Sun(random.pick([0, 1000]))
            let plan = planPromises(claims, at: start, bandwidthPrice: price)

            #expect(plan.promises.count + plan.blocked.count == claims.count, "seed \(seed)")
            #expect(Set(plan.promises.map(\.key) + plan.blocked.map(\.claim.key)).count == claims.count, "seed \(seed)")
            var promised = start.promisedEnergy
            for promise in plan.promises {
                #expect(promise.promisedBefore == promised, "seed \(seed)")
                #expect(promise.capacity == start.capacity && promise.block == start.block, "seed \(seed)")
                promised = promised + promise.need.energy
                #expect(promise.need.energy == .zero || promised <= start.capacity, "seed \(seed)")
            }
            #expect(plan.position.promisedEnergy == promised, "seed \(seed)")
            let units = plan.promises.reduce(0) { $0 + $1.units }
            #expect(plan.position.promisedUnits == start.promisedUnits + units, "seed \(seed)")
            #expect(units == 0 || plan.position.promisedUnits <= start.tokenUnits, "seed \(seed)")
            #expect(plan.position.promisedCount == start.promisedCount + Int64(plan.promises.count), "seed \(seed)")

            let order = claims.sorted(by: Claim.goesFirst).map(\.key)
            #expect(plan.promises.map(\.key) == order.filter(Set(plan.promises.map(\.key)).contains), "seed \(seed)")
            expectNobodyPasses(plan, order, seed)
        }
    }

    @Test func bringingTheDeficitLeavesNobodyBlockedByEnergy() async {
        await forEverySeed { seed, random in
            let (claims, start) = situation(&random)
            let plan = planPromises(claims, at: start, bandwidthPrice: Sun(1000))
            var supplied = start
            supplied.energyLimit = start.energyLimit + plan.deficit
            let again = planPromises(claims, at: supplied, bandwidthPrice: Sun(1000))
            #expect(again.deficit == .zero, "seed \(seed): \(plan.deficit) were not enough")
            guard plan.deficit > .zero else { return }
            supplied.energyLimit = supplied.energyLimit - Energy(1)
            let almost = planPromises(claims, at: supplied, bandwidthPrice: Sun(1000))
            // Those that tokens or bandwidth stop only once others go first need no energy then.
            if Set(again.promises.map(\.key)).isSuperset(of: energyBlocked(plan)) {
                #expect(almost.deficit > .zero, "seed \(seed): \(plan.deficit) were more than needed")
            }
        }
    }

    private func energyBlocked(_ plan: PromisePlan) -> [WithdrawalKey] {
        plan.blocked.filter { $0.obstacle != .tokens && $0.obstacle != .bandwidth }.map(\.claim.key)
    }

    private func expectNobodyPasses(_ plan: PromisePlan, _ order: [WithdrawalKey], _ seed: UInt64) {
        var cumulative = Energy.zero
        for (_, obstacle) in plan.blocked {
            guard case .energy(let missing) = obstacle else { continue }
            #expect(missing >= cumulative && missing > .zero, "seed \(seed): missing must be cumulative")
            cumulative = missing
        }
        #expect(plan.deficit == cumulative, "seed \(seed)")
        guard let first = energyBlocked(plan).first, let place = order.firstIndex(of: first) else { return }
        let behind = Set(order.suffix(from: place))
        #expect(behind.isDisjoint(with: plan.promises.map(\.key)), "seed \(seed): a claim passed \(first)")
    }

    private func situation(_ random: inout Generator) -> ([Claim], WalletPosition) {
        let claims = (0..<random.int(0...12)).map { number in
            claim(
                number,
                energy: random.amount(upTo: 130_000),
                units: random.int(1...100),
                urgency: Int16(random.int(0...2)),
                at: random.int(0...4)
            )
        }
        let limit = random.amount(upTo: 800_000)
        let start = position(
            limit: limit,
            used: random.chance(50) ? 0 : random.amount(upTo: 400_000),
            bandwidth: random.pick([0, 344, 345, 600]),
            balance: random.pick([0, 345_000, 1_500_000, 1_000_000_000]),
            tokens: random.int(0...800),
            withheld: random.chance(70) ? 0 : random.int(0...50_000),
            promised: random.chance(50) ? 0 : random.amount(upTo: 200_000),
            promisedUnits: random.int(0...50),
            promisedCount: random.int(0...3)
        )
        return (claims.shuffled(using: &random), start)
    }
}
