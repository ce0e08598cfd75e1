import Models
import Planning
import Testing

struct BatchTests {
    private let quiet = Duration.seconds(60)

    private func change(_ body: (inout BatchChange) -> Void) -> BatchChange {
        var change = BatchChange()
        body(&change)
        return change
    }

    @Test func aBatchIsDueWhenAllItsMembersHaveEndedAndNoneArrivesAnyMore() {
        var batch = BatchProgress()
        #expect(!batch.isDue(at: moment(1000), quiet: quiet), "nothing has arrived")
        batch.take(change { $0.arrive(size: nil) }, at: moment(0))
        #expect(!batch.isDue(at: moment(1000), quiet: quiet), "a member is open")
        batch.take(change { $0.end() }, at: moment(5))
        #expect(!batch.isDue(at: moment(59), quiet: quiet))
        #expect(batch.isDue(at: moment(60), quiet: quiet), "quiet is counted from the arrival, not from the outcome")
        batch.tell()
        #expect(!batch.isDue(at: moment(1000), quiet: quiet))
        batch.take(change { $0.arrive(size: nil) }, at: moment(1000))
        batch.take(change { $0.end() }, at: moment(1001))
        #expect(batch.isDue(at: moment(1060), quiet: quiet))
        batch.tell()
        #expect(batch.sequence == 2)
    }

    @Test func aSizeThatIsReachedEndsTheWaitAndOneThatIsNotDoesNotProlongIt() {
        var batch = BatchProgress()
        batch.take(change { $0.arrive(size: 3) }, at: moment(0))
        batch.take(
            change {
                $0.arrive(size: 2)
                $0.end()
                $0.end()
            },
            at: moment(1)
        )
        #expect(batch.size == 3)
        #expect(!batch.isDue(at: moment(2), quiet: quiet))
        var without = batch
        #expect(without.isDue(at: moment(61), quiet: quiet))
        without.tell()
        batch.take(change { $0.arrive(size: nil) }, at: moment(3))
        batch.take(change { $0.reject() }, at: moment(4))
        #expect(batch.members == 2 && batch.rejected == 1)
        #expect(batch.isDue(at: moment(4), quiet: quiet), "a rejected request is one that has arrived")
    }

    /// Withdrawals of several batches live through anything, in transactions of any size. The counts are those of the
    /// withdrawals; each summary is of a batch whose members have all ended; and nothing changes without being told.
    @Test func theCountsAreThoseOfTheWithdrawals() async {
        var summaries = 0
        var again = 0
        await forEverySeed(80) { seed, random in
            let batches = ["a", "b", nil] as [String?]
            var stored: [WithdrawalKey: WorkingSet.Entry] = [:]
            var model: [BatchKey: BatchProgress] = [:]
            var arrived: [BatchKey: Int] = [:]
            var refused: [BatchKey: Int] = [:]
            var now: Int64 = 0
            var next: Int64 = 1
            for step in 0..<30 {
                now += random.pick([0, 1, 20, 70])
                var set = WorkingSet(entries: Array(stored.values), positions: [])
                for _ in 0..<random.int(1...4) {
                    if stored.isEmpty || random.chance(25) {
                        let new = withdrawal(next, in: random.pick(batches), at: now)
                        next += 1
                        set.insert(
                            .init(withdrawal: new, allocationID: allocation(next), hasOpenPromise: false),
                            batchSize: random.chance(30) ? Int(random.int(1...6)) : nil
                        )
                        if let batch = new.batch { arrived[batch, default: 0] += 1 }
                    } else if let key = stored.keys.sorted().randomElement(using: &random) {
                        if random.chance(10), let entry = set.entries[key], !entry.withdrawal.state.isOutcome {
                            set.remove(key)
                            stored[key] = nil
                            if let batch = entry.withdrawal.batch {
                                set.reject(in: [batch])
                                refused[batch, default: 0] += 1
                            }
                        } else {
                            let number = Int64(key.id.rawValue.dropFirst()) ?? 1
                            let event = random.chance(50) ? .cancelled : randomEvent(for: number, &random)
                            set.handle(event, for: key, now: moment(now))
                        }
                    }
                }
                stored = set.entries
                for (key, change) in set.changes.batches {
                    model[key, default: BatchProgress()].take(change, at: moment(now))
                }
                for key in model.keys {
                    let context: Comment = "seed \(seed), step \(step), batch \(key.id)"
                    let members = stored.values.map(\.withdrawal).filter { $0.batch == key }
                    #expect(model[key]?.members == members.count, context)
                    #expect(model[key]?.open == members.count { !$0.state.isOutcome }, context)
                    #expect(model[key]?.rejected == refused[key] ?? 0, context)
                    #expect(members.count + (refused[key] ?? 0) == arrived[key], context)
                    guard model[key]?.isDue(at: moment(now), quiet: quiet) == true else { continue }
                    #expect(members.allSatisfy { $0.state.isOutcome }, context)
                    model[key]?.tell()
                    summaries += 1
                    if model[key]?.sequence ?? 0 > 1 { again += 1 }
                    #expect(model[key]?.isDue(at: moment(now + 1000), quiet: quiet) == false, context)
                }
            }
            // In the end, whatever is left without outcome is cancelled or fails; then all of it is told.
            var set = WorkingSet(entries: Array(stored.values), positions: [])
            for key in stored.keys {
                set.handle(.transferLost, for: key, now: moment(now))
                set.handle(.givenUp, for: key, now: moment(now))
            }
            #expect(set.entries.values.allSatisfy { $0.withdrawal.state.isOutcome }, "seed \(seed)")
            for (key, change) in set.changes.batches {
                model[key, default: BatchProgress()].take(change, at: moment(now))
            }
            for (key, batch) in model {
                #expect(
                    batch.isTold || batch.isDue(at: moment(now + 60), quiet: quiet),
                    "seed \(seed), batch \(key.id)"
                )
            }
        }
        #expect(summaries > 200 && again > 20, "\(summaries) summaries, \(again) of them not the first: too few")
    }

    private func withdrawal(_ number: Int64, in batch: String?, at second: Int64) -> Withdrawal {
        Withdrawal(
            key: key(number),
            from: address(1),
            to: address(2),
            units: 1,
            userID: nil,
            urgency: 0,
            deadline: nil,
            receivedAt: moment(second),
            batchID: batch
        )
    }

    private func quote(_ price: Int64, at second: Int64) -> Quote {
        Quote(
            source: "own_stake",
            energyPrice: SunPerEnergy(rawValue: price),
            burnPrice: SunPerEnergy(rawValue: 100_000_000),
            bandwidthPrice: .zero,
            activationPrice: .zero,
            terms: PricingTerms(marginPermille: 50, fee: Sun(1)),
            at: moment(second)
        )
    }

    @Test func allOfABatchArePricedByTheFirstWhileItsQuoteHolds() {
        let first = quote(10, at: 0)
        let batch = BatchKey(partner: partner("p1"), id: "a")
        #expect(batch.isPriced(by: first, at: moment(300)))
        #expect(batch.isPriced(by: first, at: moment(600)))
        #expect(!batch.isPriced(by: first, at: moment(601)))
        // Another replica was a little ahead; one that is far ahead is not believed.
        #expect(batch.isPriced(by: quote(10, at: 302), at: moment(300)))
        #expect(!batch.isPriced(by: quote(10, at: 361), at: moment(300)))
    }

    /// A wallet whose energy costs so many sun each.
    private func wallet(_ number: Int64, price: Int64, source: String = "own_stake") -> WalletPosition {
        var wallet = position(limit: 1_000_000)
        wallet.wallet = address(number)
        wallet.energySource = source
        wallet.energyPrice = SunPerEnergy(rawValue: price * 1_000_000)
        return wallet
    }

    private func member(_ number: Int64, at wallet: Int64, of batch: String?) -> WorkingSet.Entry {
        var subject = Withdrawal(
            key: key(number),
            from: address(wallet),
            to: address(2),
            units: 1,
            userID: nil,
            urgency: 0,
            deadline: nil,
            receivedAt: moment(number),
            batchID: batch
        )
        _ = subject.handle(.needed(Need(energy: Energy(100), bandwidth: Bandwidth(345))), now: moment(0))
        return WorkingSet.Entry(withdrawal: subject, allocationID: allocation(number), hasOpenPromise: false)
    }

    /// What is asked of each withdrawal when all are promised, wallet by wallet.
    private func totals(_ set: inout WorkingSet, _ wallets: [Int64], fee: Int64) -> [WithdrawalKey: Sun] {
        let terms = promiseTerms(fee: fee)
        var purse = Purse()
        for wallet in wallets {
            let keys = set.entries.values.filter { $0.withdrawal.from == address(wallet) }.map(\.withdrawal.key)
                .sorted()
            _ = set.promise(to: keys, at: address(wallet), terms: terms, purse: &purse)
        }
        return Dictionary(uniqueKeysWithValues: set.dues(terms).charges.map { ($0.key, $0.sheet.total) })
    }

    @Test func theFirstPricedMemberFixesThePriceForTheOthersWhereverTheyAre() {
        var set = WorkingSet(
            entries: [member(1, at: 1, of: "a"), member(2, at: 2, of: "a"), member(3, at: 2, of: nil)],
            positions: [wallet(1, price: 2), wallet(2, price: 5)]
        )
        let batch = BatchKey(partner: partner("p1"), id: "a")
        #expect(set.batchesToPrice(promising: true) == [batch])
        #expect(set.batchesToPrice(promising: false).isEmpty)
        set.hold([:], of: [batch], at: moment(7))
        #expect(set.batchesToPrice(promising: true).isEmpty)
        #expect(totals(&set, [1, 2], fee: 7) == [key(1): Sun(207), key(2): Sun(207), key(3): Sun(507)])
        let fixed = set.changes.quotes[batch]
        #expect(fixed?.energyPrice == SunPerEnergy(rawValue: 2_000_000) && fixed?.madeAt == moment(7))
        #expect(fixed?.terms.fee == Sun(7))

        // A later transaction: price and fee have changed meanwhile, the batch's have not.
        var later = WorkingSet(
            entries: [member(4, at: 2, of: "a"), member(5, at: 2, of: nil)],
            positions: [wallet(2, price: 9)]
        )
        later.hold(fixed.map { [batch: $0] } ?? [:], of: [batch], at: moment(600))
        #expect(totals(&later, [2], fee: 11) == [key(4): Sun(207), key(5): Sun(911)])
        #expect(later.changes.quotes.isEmpty)
        // When the quote holds no longer, the next member fixes another.
        var after = WorkingSet(entries: [member(6, at: 2, of: "a")], positions: [wallet(2, price: 9)])
        after.hold(fixed.map { [batch: $0] } ?? [:], of: [batch], at: moment(608))
        #expect(totals(&after, [2], fee: 11) == [key(6): Sun(911)])
        #expect(after.changes.quotes[batch]?.madeAt == moment(608))
    }

    /// What stands at a wallet without our doing costs nothing, and makes what we bring no cheaper.
    @Test func energyThatWeDidNotBringFixesNoPriceAndTakesNone() {
        var set = WorkingSet(
            entries: [member(1, at: 1, of: "a"), member(2, at: 2, of: "a"), member(3, at: 1, of: "a")],
            positions: [wallet(1, price: 0, source: WalletPosition.standing), wallet(2, price: 5)]
        )
        let batch = BatchKey(partner: partner("p1"), id: "a")
        set.hold([:], of: [batch], at: moment(0))
        #expect(totals(&set, [1, 2], fee: 7) == [key(1): Sun(7), key(2): Sun(507), key(3): Sun(7)])
        #expect(set.changes.quotes[batch]?.source == "own_stake")
    }
}
