import Models
import Planning
import Testing

/// Energy that is rented and ends while promises made of it would still be open, against a wallet worked out a second time
/// by the chain's rule: a rental takes its share of all usage along, so that of what is unused the same share is left
/// (DOMAIN 7.1).
struct RentedPositionTests {
    /// What the wallet can still use when the promises that end before have been used and the rentals have ended, a reclaim
    /// under way included.
    private func left(of position: WalletPosition) -> Int64 {
        let limit = position.energyLimit.rawValue
        guard limit > 0 else { return 0 }
        let gone = min(limit, position.endingSoon.rawValue + position.withheld.rawValue)
        let before = min(position.promisedBeforeEnd, position.promisedEnergy).rawValue
        let unused = max(0, limit - position.energyUsed.rawValue - before)
        return Int64(Int128(unused) * Int128(limit - gone) / Int128(limit))
    }

    /// Whether all that is promised can be used: now, and after the end.
    private func holds(_ position: WalletPosition) -> Bool {
        let before = min(position.promisedBeforeEnd, position.promisedEnergy)
        return position.promisedEnergy <= position.capacity
            && (position.endingSoon == .zero || left(of: position) >= (position.promisedEnergy - before).rawValue)
    }

    private func rented(_ random: inout Generator, upTo limit: Int64) -> WalletPosition {
        let all = random.amount(upTo: limit)
        let promised = random.chance(40) ? 0 : random.amount(upTo: all)
        var made = position(
            limit: all,
            used: random.chance(40) ? 0 : random.amount(upTo: limit),
            promised: promised,
            promisedCount: promised > 0 ? 1 : 0
        )
        made.endingSoon = Energy(random.amount(upTo: all))
        made.promisedBeforeEnd = Energy(random.amount(upTo: promised))
        return made
    }

    @Test func theLeastEnergyThatSufficesIsMissing() async {
        await forEverySeed(3000) { seed, random in
            let start = rented(&random, upTo: 90)
            let need = Energy(random.amount(upTo: 90))
            var tried = Int64(0)
            while true {
                var later = start
                later.energyLimit = start.energyLimit + Energy(tried)
                later.promisedEnergy = start.promisedEnergy + need
                later.promisedBeforeEnd = min(start.promisedBeforeEnd, start.promisedEnergy)
                if later.energyLimit - later.energyUsed >= later.promisedEnergy, holds(later) { break }
                tried += 1
            }
            #expect(start.missing(for: need) == Energy(tried), "seed \(seed): \(need) at \(start)")
        }
    }

    @Test func largeFiguresNeedNoMoreThanTheRentalsBesides() async {
        await forEverySeed { seed, random in
            var start = rented(&random, upTo: 90_000_000_000)
            let need = Energy(random.int(1...180_000_000_000))
            let missing = start.missing(for: need)
            let bare = need + start.promisedEnergy - (start.energyLimit - start.energyUsed)
            #expect(missing >= bare.clamped && missing <= (bare + start.endingSoon).clamped, "seed \(seed)")
            start.energyLimit = start.energyLimit + missing
            #expect(start.surplus >= need, "seed \(seed): \(missing) were not enough")
            start.energyLimit = start.energyLimit - Energy(1)
            #expect(missing == .zero || start.surplus < need, "seed \(seed): \(missing) were too much")
        }
    }

    @Test func whatIsPromisedIsThereWhenTheRentalsHaveEnded() async {
        await forEverySeed(2000) { seed, random in
            var start = rented(&random, upTo: 400_000)
            start.withheld =
                random.chance(70) ? .zero : Energy(random.amount(upTo: (start.energyLimit - start.endingSoon).rawValue))
            let claims = (1...random.int(1...6)).map { claim($0, energy: random.amount(upTo: 130_000)) }
            let plan = planPromises(claims, at: start, bandwidthPrice: .zero)
            guard plan.promises.contains(where: { $0.need.energy > .zero }) else { return }
            #expect(holds(plan.position), "seed \(seed): \(plan.position)")
        }
    }

    @Test func bringingTheDeficitServesEverybodyAndOneLessDoesNot() async {
        await forEverySeed(2000) { seed, random in
            let start = rented(&random, upTo: 400_000)
            let claims = (1...random.int(1...6)).map { claim($0, energy: random.int(1...130_000)) }
            let plan = planPromises(claims, at: start, bandwidthPrice: .zero)
            let missing = plan.blocked.compactMap { entry in
                if case .energy(let missing) = entry.obstacle { missing } else { nil }
            }
            #expect(missing == missing.sorted() && missing.last ?? .zero == plan.deficit, "seed \(seed)")
            guard plan.deficit > .zero else { return }
            var supplied = start
            supplied.energyLimit = start.energyLimit + plan.deficit
            let again = planPromises(claims, at: supplied, bandwidthPrice: .zero)
            #expect(again.deficit == .zero, "seed \(seed): \(plan.deficit) were not enough")
            supplied.energyLimit = supplied.energyLimit - Energy(1)
            let almost = planPromises(claims, at: supplied, bandwidthPrice: .zero)
            #expect(almost.deficit > .zero, "seed \(seed): \(plan.deficit) were more than needed")
        }
    }

    @Test func withoutRentalsNothingIsDifferent() async {
        await forEverySeed { seed, random in
            var start = rented(&random, upTo: 400_000)
            start.withheld = Energy(random.amount(upTo: 50_000))
            start.endingSoon = .zero
            let surplus = start.energyLimit - start.energyUsed - start.withheld - start.promisedEnergy
            let need = Energy(random.amount(upTo: 130_000))
            #expect(start.losing == .zero && start.surplus == surplus, "seed \(seed)")
            #expect(start.free == surplus.clamped, "seed \(seed)")
            #expect(start.missing(for: need) == (need - surplus).clamped, "seed \(seed)")
        }
    }

    /// Half is rented: of what the first transfer uses, half is the rental's, and of the other half as much is lost as is used.
    @Test func whatEndsBeforeIsNotServedByTheRentalAlone() {
        var start = position(limit: 100, promised: 40, promisedCount: 1)
        start.endingSoon = Energy(50)
        start.promisedBeforeEnd = Energy(40)
        #expect(start.losing == Energy(30))
        #expect(start.free == Energy(30))
        #expect(planPromises([claim(1, energy: 31)], at: start, bandwidthPrice: .zero).promises.isEmpty)
    }

    /// A promise that closes may be one of those that were to end before the rental.
    @Test func whatClosesIsNoPromiseThatEndsBeforeAnyMore() {
        var start = position(limit: 200, promised: 100, promisedUnits: 5, promisedCount: 1)
        start.endingSoon = Energy(100)
        start.promisedBeforeEnd = Energy(100)
        var paid = withdrawal(1)
        _ = paid.handle(.needed(Need(energy: Energy(100), bandwidth: Bandwidth(345))), now: moment(1))
        _ = paid.handle(.promised(terms(1)), now: moment(1))
        var set = WorkingSet(
            entries: [.init(withdrawal: paid, allocationID: allocation(1), hasOpenPromise: true)],
            positions: [start]
        )
        set.handle(.transferSeen(transaction(1), block: 101), for: key(1), now: moment(2))
        var reading = position(limit: 200, used: 100)
        reading.block = 101
        set.observe(reading, keepWithheld: false)
        #expect(set.positions[address(1)]?.promisedEnergy == .zero)
        #expect(set.positions[address(1)]?.free == Energy(50))
    }
}
