import Models
import Planning
import Testing

struct WorkingSetTests {
    private func entry(_ number: Int64, from wallet: TronAddress = address(1), need: Int64? = 100) -> WorkingSet.Entry {
        var subject = withdrawal(number, from: wallet)
        if let need {
            _ = subject.handle(.needed(Need(energy: Energy(need), bandwidth: Bandwidth(345))), now: moment(0))
        }
        return WorkingSet.Entry(withdrawal: subject, allocationID: allocation(number), hasOpenPromise: false)
    }

    private func promise(_ keys: [WithdrawalKey], _ set: inout WorkingSet, at wallet: TronAddress = address(1)) {
        let terms = promiseTerms()
        var purse = Purse()
        _ = set.promise(to: keys, at: wallet, terms: terms, purse: &purse)
        let dues = set.dues(terms)
        set.take(dues.charges.map { .paid($0.sheet) }, for: dues, terms: terms, now: moment(5))
    }

    @Test func aPromiseIsOpenedOnceHoweverOftenItIsAskedFor() {
        var set = WorkingSet(entries: [entry(1)], positions: [position()])
        promise([key(1), key(1)], &set)
        promise([key(1)], &set)
        #expect(set.changes.opened.map(\.allocation) == [allocation(1)])
        #expect(set.positions[address(1)]?.promisedEnergy == Energy(100))
        #expect(set.changes.updated == [key(1)] && set.changes.positions == [address(1)])
    }

    @Test func aWalletPromisesNothingToWithdrawalsOfAnother() {
        var set = WorkingSet(entries: [entry(1, from: address(2))], positions: [position()])
        promise([key(1), key(99)], &set)
        #expect(set.changes.isEmpty && set.changes.opened.isEmpty)
    }

    @Test func whatIsInsertedIsNotUpdatedAndWhatIsRemovedIsNeither() {
        var set = WorkingSet(entries: [entry(2)], positions: [position()])
        set.insert(entry(1))
        promise([key(1), key(2)], &set)
        #expect(set.changes.inserted == [key(1)] && set.changes.updated == [key(2)])
        set.remove(key(1))
        set.remove(key(2))
        #expect(set.changes.inserted.isEmpty && set.changes.updated.isEmpty && set.entries.isEmpty)
    }

    @Test func aNeedCountsAsAskedOnce() {
        var set = WorkingSet(entries: [entry(1, need: nil)], positions: [position()])
        let need = Need(energy: Energy(70), bandwidth: Bandwidth(345))
        set.handle(.needed(need), for: key(1), now: moment(1))
        set.handle(.needed(need), for: key(1), now: moment(1))
        #expect(set.changes.requested == [address(1): Energy(70)])
    }

    @Test func aFactorThatRisesRevokesWhatWouldNotDoAndRenewsWhatWaits() {
        var entries = (Int64(1)...5).map { entry($0, need: nil) }
        for index in entries.indices {
            let need = Need(energy: Energy(1000), bandwidth: Bandwidth(345), factor: 10_000)
            _ = entries[index].withdrawal.handle(.needed(need), now: moment(0))
        }
        var set = WorkingSet(entries: entries + [entry(6)], positions: [position(limit: 3000)])
        promise([key(1), key(2), key(3)], &set)
        // One was reported as sent, one is in a block.
        set.handle(.reported(transaction(2)), for: key(2), now: moment(6))
        set.handle(.transferSeen(transaction(3), block: 101), for: key(3), now: moment(6))
        #expect(set.renewNeeds(factor: 10_100, now: moment(7)) == 2, "the margin of a promise covers it")
        #expect(set.entries[key(1)]?.withdrawal.state == .ready)
        #expect(set.renewNeeds(factor: 20_000, now: moment(7)) == 3)
        let needs = (Int64(1)...6).map { set.entries[key($0)]?.withdrawal.need?.energy.rawValue }
        #expect(needs == [1500, 1000, 1000, 1500, 1500, 100], "who waits claims more; of the last it is not known")
        let states = (Int64(1)...3).map { set.entries[key($0)]?.withdrawal.state }
        #expect(states == [.acquiring, .ready, .ready])
        #expect(set.positions[address(1)]?.promisedEnergy == Energy(1000))
        #expect(set.renewNeeds(factor: 20_000, now: moment(8)) == 0)
        // A factor that falls takes nothing back.
        promise([key(1)], &set)
        #expect(set.renewNeeds(factor: 10_000, now: moment(9)) == 2)
        #expect(set.entries[key(1)]?.withdrawal.state == .ready)
        #expect(set.entries[key(4)]?.withdrawal.need?.energy == Energy(1000))
    }

    @Test func anOlderReadingChangesNothingAndANewerKeepsThePromises() {
        var set = WorkingSet(entries: [entry(1)], positions: [position(limit: 1000)])
        promise([key(1)], &set)
        set.withhold(Energy(30), at: address(1))
        var reading = position(limit: 5)
        reading.block = 99
        set.observe(reading, keepWithheld: false)
        #expect(set.positions[address(1)]?.energyLimit == Energy(1000))
        reading.block = 101
        set.observe(reading, keepWithheld: true)
        #expect(set.positions[address(1)]?.promisedEnergy == Energy(100))
        #expect(set.positions[address(1)]?.withheld == Energy(30))
        set.observe(reading, keepWithheld: false)
        #expect(set.positions[address(1)]?.withheld == .zero)
        #expect(set.positions[address(1)]?.energyLimit == Energy(5))
    }

    @Test func energyThatIsLostRevokesTheYoungest() {
        var set = WorkingSet(entries: [entry(1), entry(2)], positions: [position(limit: 200)])
        promise([key(1), key(2)], &set)
        var reading = position(limit: 150)
        reading.block = 101
        set.observe(reading, keepWithheld: false)
        set.revokeExcess(at: address(1), reason: .energyLost, now: moment(9))
        #expect(set.changes.closed.map(\.allocation) == [allocation(2)])
        #expect(set.changes.closed.map(\.end) == [.revoked])
        #expect(set.positions[address(1)]?.promisedEnergy == Energy(100))
        #expect(set.entries[key(2)]?.withdrawal.state == .acquiring)
    }

    @Test func aTransferThatMovesToAnotherBlockLeavesItsPromiseClosed() {
        var set = WorkingSet(entries: [entry(1)], positions: [position(limit: 1000)])
        promise([key(1)], &set)
        guard let txid = TransactionID(bytes: [UInt8](repeating: 1, count: 32)) else { return }
        set.handle(.transferSeen(txid, block: 5), for: key(1), now: moment(3))
        // As another transaction loads it later, after a reorganisation.
        guard let stored = set.entries[key(1)], let wallet = set.positions[address(1)] else { return }
        var later = WorkingSet(entries: [stored], positions: [wallet])
        later.handle(.transferLost, for: key(1), now: moment(4))
        #expect(later.changes.reopened.count == 1 && later.positions[address(1)]?.promisedCount == 1)
        later.handle(.transferSeen(txid, block: 6), for: key(1), now: moment(4))
        #expect(later.changes.reopened.isEmpty && later.changes.closed.isEmpty)
        #expect(later.changes.reclosed.map(\.end) == [.used(block: 6)])
        #expect(later.positions[address(1)]?.promisedCount == 0)
    }

    @Test func theSumsOfAWalletAreAlwaysThoseOfItsOpenPromises() async {
        var reopened = 0
        await forEverySeed(500) { seed, random in
            let wallets = [address(1), address(2)]
            let numbers = (1...random.int(1...6)).map { $0 }
            var set = WorkingSet(
                entries: numbers.map { entry($0, from: random.pick(wallets), need: nil) },
                positions: wallets.map {
                    var start = position(limit: random.int(0...400_000))
                    start.wallet = $0
                    return start
                }
            )
            for step in 0..<40 {
                let number = random.pick(numbers)
                let wallet = random.pick(wallets)
                switch random.int(0...9) {
                case 0...3: promise((0..<4).map { _ in key(random.pick(numbers)) }, &set, at: wallet)
                case 4:
                    var reading = position(limit: random.int(0...400_000), used: random.int(0...100_000))
                    reading.wallet = wallet
                    reading.block = random.int(90...110)
                    set.observe(reading, keepWithheld: random.chance(50))
                    set.revokeExcess(at: wallet, reason: .energyLost, now: moment(Int64(step)))
                    if let now = set.positions[wallet] {
                        #expect(now.promisedEnergy <= now.capacity, "seed \(seed), step \(step)")
                    }
                default:
                    var event = randomEvent(for: number, &random)
                    // Promises are made by the set alone.
                    if case .promised = event { event = .awaitsEnergy }
                    let wasOpen = set.entries[key(number)]?.hasOpenPromise == true
                    set.handle(event, for: key(number), now: moment(Int64(step)))
                    if !wasOpen, set.entries[key(number)]?.hasOpenPromise == true { reopened += 1 }
                }
                for wallet in wallets { expectSums(set, wallet, "seed \(seed), step \(step)") }
            }
            expectOpenAndCloseAlternate(set.changes, seed)
        }
        #expect(reopened > 5, "too few promises were opened again to prove anything: \(reopened)")
    }

    private func expectSums(_ set: WorkingSet, _ wallet: TronAddress, _ context: Comment) {
        let open = set.entries.values.filter { $0.hasOpenPromise && $0.withdrawal.from == wallet }
        #expect(open.allSatisfy { $0.withdrawal.state == .ready && $0.withdrawal.transfer == nil }, context)
        let now = set.positions[wallet]
        #expect(now?.promisedCount == Int64(open.count), context)
        #expect(now?.promisedUnits == open.reduce(0) { $0 + $1.withdrawal.units }, context)
        let energy = open.reduce(Energy.zero) { $0 + ($1.withdrawal.need?.energy ?? .zero) }
        #expect(now?.promisedEnergy == energy, context)
    }

    /// Of each allocation as many ends as beginnings, or one fewer.
    private func expectOpenAndCloseAlternate(_ changes: WorkingSet.Changes, _ seed: UInt64) {
        var open: [UUIDv7: Int] = [:]
        for opened in changes.opened { open[opened.allocation, default: 0] += 1 }
        for reopened in changes.reopened { open[reopened, default: 0] += 1 }
        for closed in changes.closed { open[closed.allocation, default: 0] -= 1 }
        #expect(open.values.allSatisfy { $0 == 0 || $0 == 1 }, "seed \(seed): \(open)")
    }
}
