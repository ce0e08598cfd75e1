import Models
import Planning
import Testing

/// Random lives of withdrawals, one transaction after another, against a model of the ledger.
struct ChargingModelTests {
    /// Debits and balances as the ledger keeps them.
    private struct Ledger {
        var balances: [PayerAccount: Int64] = [:]
        /// The open debit of each allocation, and who paid.
        var open: [UUIDv7: (sheet: CostSheet, payer: PayerAccount)] = [:]
        var earned: Set<UUIDv7> = []
        var rounds: [UUIDv7: Int] = [:]

        mutating func book(_ dues: Dues, _ context: Comment) -> [ChargeOutcome] {
            for refund in dues.refunds {
                guard let debit = open.removeValue(forKey: refund.allocation) else { continue }
                let amount = refund.amount ?? debit.sheet.total
                #expect(amount >= .zero && amount <= debit.sheet.total, context)
                balances[debit.payer, default: 0] += amount.rawValue
            }
            for completion in dues.completions where open.removeValue(forKey: completion.allocation) != nil {
                earned.insert(completion.allocation)
            }
            return dues.charges.map { charge in
                if let standing = open[charge.allocation] { return .paid(standing.sheet) }
                guard charge.sheet.total.rawValue <= balances[charge.payer] ?? 0 else { return .insufficient }
                balances[charge.payer, default: 0] -= charge.sheet.total.rawValue
                open[charge.allocation] = (charge.sheet, charge.payer)
                rounds[charge.allocation, default: 0] += 1
                return .paid(charge.sheet)
            }
        }
    }

    @Test func whateverHappensPromisesAreThoseThatArePaidFor() async {
        var (refused, chargedTwice, uncharged) = (0, 0, 0)
        await forEverySeed(1500) { seed, random in
            let numbers = (1...random.int(1...5)).map { $0 }
            let terms = promiseTerms(
                fee: random.int(0...50),
                rule: random.pick(ChargeRule.allCases),
                payer: random.pick([.partner, .user]),
                notAfter: moment(random.int(50...200)),
                bringing: random.chance(50)
                    ? EnergyOffer(source: "own_stake", price: SunPerEnergy(rawValue: random.int(0...3_000_000))) : nil
            )
            var ledger = Ledger()
            var stored = numbers.map { number in
                let user = random.chance(50) ? "u\(random.int(1...2))" : nil
                let limit = random.chance(20) ? Sun(random.int(0...200_000)) : nil
                let subject = withdrawal(number, maxCost: limit, user: user)
                ledger.balances[terms.payer(of: subject)] = random.int(0...300_000)
                return WorkingSet.Entry(withdrawal: subject, allocationID: allocation(number), hasOpenPromise: false)
            }
            var wallet = position(limit: random.int(0...400_000))
            var unpaid: Set<UUIDv7> = []
            for step in 0..<30 {
                let context: Comment = "seed \(seed), step \(step)"
                var set = WorkingSet(entries: stored, positions: [wallet])
                if random.chance(20) {
                    set.setEnergy(
                        EnergyOffer(
                            source: random.pick(["own_stake", "tronzap"]),
                            price: SunPerEnergy(rawValue: random.int(0...2_000_000))
                        ),
                        at: address(1)
                    )
                }
                for _ in 0..<random.int(0...3) {
                    let number = random.pick(numbers)
                    var event = randomEvent(for: number, &random)
                    if case .promised = event { event = .awaitsEnergy }
                    set.handle(event, for: key(number), now: moment(Int64(step)))
                }
                if random.chance(30) {
                    var reading = position(limit: random.int(0...400_000), used: random.int(0...100_000))
                    reading.block = 100 + Int64(step)
                    set.observe(reading, keepWithheld: false)
                    set.revokeExcess(at: address(1), reason: .energyLost, now: moment(Int64(step)))
                }
                var purse = random.chance(50) ? Purse() : Purse(ledger.balances.mapValues { Sun($0) })
                for _ in 0..<random.int(0...2) {
                    _ = set.promise(to: numbers.map { key($0) }, at: address(1), terms: terms, purse: &purse)
                }
                let dues = set.dues(terms)
                let answers = ledger.book(dues, context)
                set.take(answers, for: dues, terms: terms, now: moment(Int64(step)))
                refused += answers.count { $0 == .insufficient }
                unpaid.formUnion(set.changes.uncharged.keys)
                uncharged += set.changes.uncharged.count

                check(set, ledger, unpaid, context)
                // As the next transaction loads it: what is charged is asked of the ledger.
                stored = numbers.compactMap { set.entries[key($0)] }
                wallet = set.positions[address(1)] ?? wallet
            }
            chargedTwice += ledger.rounds.values.count { $0 > 1 }
        }
        #expect(refused > 100 && chargedTwice > 50 && uncharged > 3, "\(refused), \(chargedTwice), \(uncharged)")
    }

    private func check(_ set: WorkingSet, _ ledger: Ledger, _ unpaid: Set<UUIDv7>, _ context: Comment) {
        #expect(set.reserved.isEmpty && set.dues(promiseTerms()).isEmpty, context)
        #expect(ledger.balances.values.allSatisfy { $0 >= 0 }, context)
        let open = set.entries.values.filter(\.hasOpenPromise)
        let wallet = set.positions[address(1)]
        #expect(wallet?.promisedCount == Int64(open.count), context)
        #expect(
            wallet?.promisedEnergy == open.reduce(.zero) { $0 + ($1.withdrawal.need?.energy ?? .zero) },
            context
        )
        for opened in set.changes.opened {
            #expect(opened.promise.promisedBefore + opened.promise.need.energy <= opened.promise.capacity, context)
        }
        for entry in set.entries.values {
            let isOpen = ledger.open[entry.allocationID] != nil
            let isExcused = unpaid.contains(entry.allocationID)
            switch entry.withdrawal.state {
            case .ready: #expect(isOpen || isExcused, context)
            default: #expect(!isOpen, context)
            }
            if entry.withdrawal.state != .settled, entry.withdrawal.reason != "transfer_failed" {
                #expect(!ledger.earned.contains(entry.allocationID), context)
            }
        }
    }
}
