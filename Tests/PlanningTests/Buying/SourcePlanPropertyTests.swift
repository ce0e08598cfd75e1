import Models
import Planning
import Testing

/// The search against trying everything, with costs worked out a second time.
struct SourcePlanPropertyTests {
    private struct Case {
        var wants: [EnergyWant]
        var own: OwnStakeOffer?
        var suppliers: [SupplierOffer]
        var situation: BuyingSituation
        var policy: SourcePolicy
    }

    private func randomCase(_ random: inout Generator) -> Case {
        let wants = (1...random.int(1...5)).map { number in
            want(number, random.pick([4000, 20_000, 64_285, 65_000, 130_285]), urgency: random.chance(30) ? 2 : 0)
        }
        let suppliers = (1...random.int(1...3)).map { rank -> SupplierOffer in
            var made = offer(
                "s\(rank)",
                rank: Int32(rank),
                price: random.int(20...120),
                minimum: random.pick([32_000, 61_000, 65_000]),
                maximum: random.pick([70_000, 200_000, 5_000_000]),
                step: random.pick([1, 1000, 65_000]),
                durations: random.pick([[3600], [900, 3600], [60], [60, 3600]])
            )
            made.failurePerMille = random.int(0...300)
            made.available = random.chance(30) ? Energy(random.int(0...300_000)) : nil
            made.balance = random.chance(30) ? Sun(random.int(0...20_000_000)) : nil
            made.bandwidth = Bandwidth(random.pick([0, 267, 600]))
            made.isOpen = random.chance(85)
            if random.chance(30) { made.prices[0].fee = Sun(random.int(0...500_000)) }
            return made
        }
        let total = random.int(0...1_000_000)
        return Case(
            wants: wants.sorted { $0.urgency > $1.urgency },
            own: random.chance(70)
                ? OwnStakeOffer(
                    usable: Energy(random.int(0...total)),
                    total: Energy(total),
                    price: SunPerEnergy(rawValue: random.int(0...60_000_000)),
                    bandwidth: Bandwidth(random.pick([0, 555]))
                ) : nil,
            suppliers: suppliers,
            situation: situation(
                expiring: random.chance(15) ? moment(random.int(0...2000)) : nil,
                burnable: random.pick([0, 3_000_000, 100_000_000])
            ),
            policy: SourcePolicy(
                order: random.pick([.priority, .cheapest]),
                maximumPrice: random.chance(20) ? SunPerEnergy(rawValue: random.int(20_000_000...90_000_000)) : nil,
                mayExceedBurning: random.chance(20),
                reservePerMille: random.pick([0, 200, 500]),
                burnsRemainder: random.chance(70),
                blockLimit: random.pick([2, 50]),
                mayOverlap: random.chance(30)
            )
        )
    }

    private func burn(_ energy: Int64) -> Int64 { energy * 100 }
    private func up(_ value: Int64, _ by: Int64) -> Int64 { (value + by - 1) / by }

    /// Paid and all-in cost of the best purchase, without caps; the unit price and what the supplier takes beside.
    private func purchase(
        _ offer: SupplierOffer,
        _ missing: Int64
    ) -> (paid: Int64, allIn: Int64, pack: Int64, taken: Int64)? {
        guard offer.isOpen else { return nil }
        var pack = offer.step.rawValue * (max(missing, offer.minimum.rawValue) / offer.step.rawValue)
        while pack < missing || pack < offer.minimum.rawValue { pack += offer.step.rawValue }
        guard pack <= offer.maximum.rawValue, pack <= offer.available?.rawValue ?? pack else { return nil }
        let risk = up(burn(missing) * offer.failurePerMille, 1000)
        return offer.prices.filter { $0.duration >= .seconds(180) }.map { price in
            let taken = up(price.price.rawValue * pack, 1_000_000) + price.fee.rawValue
            let paid = taken + offer.bandwidth.rawValue * 1000
            return (paid, paid + risk, pack, taken)
        }.min { $0.1 < $1.1 }
    }

    /// Served, withdrawals of own stake, rank and cost of one way to cut; `nil` when it is not allowed.
    private func value(
        _ labels: [Int],
        _ supplier: SupplierOffer?,
        _ trial: Case
    ) -> (served: Int, own: Int, rank: Int, cost: Int64)? {
        func sum(_ label: Int) -> Int64 {
            zip(labels, trial.wants).reduce(0) { $0 + ($1.0 == label ? $1.1.missing.rawValue : 0) }
        }
        func count(_ label: Int) -> Int { labels.count { $0 == label } }
        var cost: Int64 = 0
        if count(0) > 0 {
            guard let own = trial.own else { return nil }
            let isNormal = zip(labels, trial.wants).contains { $0.0 == 0 && $0.1.urgency < 2 }
            let kept = isNormal ? up(own.total.rawValue * trial.policy.reservePerMille, 1000) : 0
            guard sum(0) <= own.usable.rawValue - kept else { return nil }
            cost += up(own.price.rawValue * sum(0), 1_000_000) + own.bandwidth.rawValue * 1000
        }
        if count(1) > 0 {
            guard let supplier, count(1) <= trial.policy.blockLimit, let bought = purchase(supplier, sum(1)) else {
                return nil
            }
            if let until = trial.situation.expiringUntil, until > moment(0) {
                guard trial.policy.mayOverlap else { return nil }
            }
            guard bought.taken <= supplier.balance?.rawValue ?? bought.taken else { return nil }
            if let cap = trial.policy.maximumPrice {
                guard up(bought.taken * 1_000_000, bought.pack) <= cap.rawValue else { return nil }
            }
            if !trial.policy.mayExceedBurning { guard bought.paid <= burn(sum(1)) else { return nil } }
            cost += bought.allIn
        } else if supplier != nil {
            return nil
        }
        if count(2) > 0 {
            guard trial.policy.burnsRemainder, burn(sum(2)) <= trial.situation.burnable.rawValue,
                let cheapest = trial.suppliers.compactMap({ purchase($0, sum(2))?.allIn }).min(),
                burn(sum(2)) < cheapest
            else { return nil }
            cost += burn(sum(2))
        }
        return (labels.count - count(3), count(0), Int(supplier?.rank ?? 0), cost)
    }

    /// Every way to cut: labels 0 own, 1 bought, 2 burnt, 3 nothing, never falling.
    private func cuts(_ count: Int, from label: Int = 0) -> [[Int]] {
        guard count > 0 else { return [[]] }
        return (label...3).flatMap { first in cuts(count - 1, from: first).map { [first] + $0 } }
    }

    @Test func thePlanIsTheBestOfAll() async {
        var sources: [EnergySource: Int] = [:]
        await forEverySeed(1500) { seed, random in
            let trial = randomCase(&random)
            let plan = planSources(
                for: trial.wants,
                own: trial.own,
                suppliers: trial.suppliers,
                in: trial.situation,
                policy: trial.policy
            )
            func key(_ v: (served: Int, own: Int, rank: Int, cost: Int64)) -> [Int64] {
                trial.policy.order == .priority
                    ? [-Int64(v.served), -Int64(v.own), Int64(v.rank), v.cost]
                    : [-Int64(v.served), v.cost, Int64(v.rank), -Int64(v.own)]
            }
            let all = cuts(trial.wants.count).flatMap { labels in
                ([nil] + trial.suppliers.map { Optional($0) }).compactMap { value(labels, $0, trial) }
            }
            let best = all.map(key).min { $0.lexicographicallyPrecedes($1) }
            let served = plan.steps.reduce(0) { $0 + $1.serves.count }
            let own = plan.steps.first { $0.source == .ownStake }?.serves.count ?? 0
            let rank = trial.suppliers.first { offer in plan.steps.contains { $0.source == .supplier(offer.supplier) }
            }?.rank
            let cost = plan.steps.reduce(Int64(0)) { $0 + $1.cost.allIn.rawValue }
            #expect(key((served, own, Int(rank ?? 0), cost)) == best, "seed \(seed): \(plan)")
            for step in plan.steps { sources[step.source, default: 0] += 1 }
        }
        #expect(sources[.ownStake, default: 0] > 150 && sources[.burn, default: 0] > 50)
        #expect(sources[.supplier(supplier("s1")), default: 0] > 150)
        #expect(sources[.supplier(supplier("s2")), default: 0] > 50)
    }

    @Test func everybodyIsAnsweredOnceAndInOrder() async {
        await forEverySeed(1500) { seed, random in
            var trial = randomCase(&random)
            for index in trial.wants.indices where random.chance(30) {
                trial.wants[index].maximumCost = Sun(random.int(0...8_000_000))
            }
            trial.policy.partnerFallback = random.chance(30)
            let plan = planSources(
                for: trial.wants,
                own: trial.own,
                suppliers: trial.suppliers,
                in: trial.situation,
                policy: trial.policy
            )
            let answered = plan.steps.flatMap(\.serves) + plan.unserved.map(\.key)
            #expect(answered.count == trial.wants.count, "seed \(seed)")
            #expect(Set(answered) == Set(trial.wants.map(\.key)), "seed \(seed)")
            #expect(Set(plan.steps.map(\.source)).count == plan.steps.count, "seed \(seed)")
            for step in plan.steps {
                guard case .supplier = step.source else { continue }
                #expect(step.energy >= step.missing, "seed \(seed)")
                #expect(step.duration.map { $0 >= .seconds(180) } ?? false, "seed \(seed)")
                if !trial.policy.mayExceedBurning {
                    #expect(step.cost.paid.rawValue <= step.missing.rawValue * 100, "seed \(seed)")
                }
                for want in trial.wants where step.serves.contains(want.key) {
                    guard let limit = want.maximumCost else { continue }
                    let share = up(step.cost.paid.rawValue * want.missing.rawValue, step.missing.rawValue)
                    #expect(share <= limit.rawValue, "seed \(seed)")
                }
            }
        }
    }
}
