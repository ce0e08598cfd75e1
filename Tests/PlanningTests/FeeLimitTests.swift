import Models
import Planning
import Testing

/// What becomes of open promises when energy's fee changes: fee limits are counted in it.
struct FeeLimitTests {
    private func entry(_ number: Int64, need: Int64) -> WorkingSet.Entry {
        var subject = withdrawal(number)
        _ = subject.handle(.needed(Need(energy: Energy(need), bandwidth: Bandwidth(345))), now: moment(0))
        return WorkingSet.Entry(withdrawal: subject, allocationID: allocation(number), hasOpenPromise: false)
    }

    private func terms(by fee: Int64) -> PromiseTerms {
        var terms = promiseTerms()
        terms.energyFee = Sun(fee)
        return terms
    }

    /// Promises what is free, and has it paid for.
    private func promise(_ keys: [WithdrawalKey], by fee: Int64, _ set: inout WorkingSet) {
        var purse = Purse()
        _ = set.promise(to: keys, at: address(1), terms: terms(by: fee), purse: &purse)
        pay(by: fee, &set)
    }

    private func pay(by fee: Int64, _ set: inout WorkingSet) {
        let dues = set.dues(terms(by: fee))
        set.take(dues.charges.map { .paid($0.sheet) }, for: dues, terms: terms(by: fee), now: moment(5))
    }

    @Test func aFeeThatRisesRevokesAndTheNextPromiseHasTheRightLimit() {
        var set = WorkingSet(entries: [entry(1, need: 65_000)], positions: [position()])
        promise([key(1)], by: 100, &set)
        #expect(set.entries[key(1)]?.withdrawal.feeLimit == Sun(6_500_000))
        #expect(set.revokeOutgrownLimits(energyFee: Sun(100), now: moment(6)) == 0)
        #expect(set.revokeOutgrownLimits(energyFee: Sun(210), now: moment(7)) == 1)
        #expect(set.entries[key(1)]?.withdrawal.state == .acquiring)
        #expect(set.positions[address(1)]?.promisedEnergy == .zero)
        #expect(set.revokeOutgrownLimits(energyFee: Sun(210), now: moment(7)) == 0, "it is revoked already")

        promise([key(1)], by: 210, &set)
        #expect(set.revokeOutgrownLimits(energyFee: Sun(210), now: moment(8)) == 0)
        let told = set.changes.notices.map { notice -> String in
            switch notice {
            case .ready(let event): "\(event.sequence) ready \(event.feeLimit.rawValue)"
            case .revoked(let event): "\(event.sequence) revoked \(event.reason.rawValue)"
            default: "\(notice)"
            }
        }
        #expect(told == ["1 ready 6500000", "2 revoked need_rose", "3 ready 13650000"])
    }

    @Test func aFeeThatFallsChangesNothing() {
        var set = WorkingSet(entries: [entry(1, need: 65_000)], positions: [position()])
        promise([key(1)], by: 210, &set)
        #expect(set.revokeOutgrownLimits(energyFee: Sun(100), now: moment(6)) == 0)
        #expect(set.entries[key(1)]?.withdrawal.feeLimit == Sun(13_650_000))
        #expect(set.changes.notices.count == 1)
    }

    @Test func whatIsKnownToBeUnderWayStands() {
        var set = WorkingSet(entries: (1...3).map { entry($0, need: 1000) }, positions: [position()])
        promise([key(1), key(2), key(3)], by: 100, &set)
        set.handle(.reported(transaction(1)), for: key(1), now: moment(6))
        set.handle(.transferSeen(transaction(2), block: 101), for: key(2), now: moment(6))
        #expect(set.revokeOutgrownLimits(energyFee: Sun(210), now: moment(7)) == 1)
        let states = (Int64(1)...3).map { set.entries[key($0)]?.withdrawal.state }
        #expect(states == [.ready, .ready, .acquiring])
    }

    /// The transfer that nobody had told of comes after all, by the old limit: it is booked as it always was.
    @Test func aTransferThatWasOnItsWayIsStillBooked() {
        var set = WorkingSet(entries: [entry(1, need: 1000)], positions: [position()])
        promise([key(1)], by: 100, &set)
        _ = set.revokeOutgrownLimits(energyFee: Sun(210), now: moment(7))
        promise([key(1)], by: 210, &set)
        set.handle(.transferSeen(transaction(1), block: 101), for: key(1), now: moment(8))
        let receipt = TransferReceipt(
            energyUsed: Energy(990),
            energyFee: .zero,
            bandwidthUsed: Bandwidth(345),
            bandwidthFee: .zero
        )
        set.handle(.transferFinal(receipt, succeeded: true), for: key(1), now: moment(9))
        #expect(set.entries[key(1)]?.withdrawal.state == .settled)
    }

    @Test func whatIsToBurnIsToldAnewToo() {
        var set = WorkingSet(entries: [entry(1, need: 65_000)], positions: [position(limit: 0)])
        var purse = Purse()
        let served = set.reserveBurning(
            [key(1)],
            at: address(1),
            isFallback: false,
            terms: terms(by: 100),
            purse: &purse
        )
        #expect(served == [key(1)])
        pay(by: 100, &set)
        #expect(set.entries[key(1)]?.withdrawal.method == .burn)
        #expect(set.revokeOutgrownLimits(energyFee: Sun(210), now: moment(7)) == 1)
        #expect(set.positions[address(1)]?.promisedCount == 0)
    }

    @Test func aLimitThatIsNotKnownStands() {
        let need = Need(energy: Energy(65_000), bandwidth: Bandwidth(345))
        let subject = Withdrawal(
            key: key(1),
            from: address(1),
            to: address(2),
            units: 1,
            userID: nil,
            urgency: 0,
            deadline: nil,
            receivedAt: moment(0),
            state: .ready,
            need: need
        )
        let entry = WorkingSet.Entry(withdrawal: subject, allocationID: allocation(1), hasOpenPromise: true)
        var set = WorkingSet(entries: [entry], positions: [position(promised: 65_000, promisedCount: 1)])
        #expect(set.revokeOutgrownLimits(energyFee: Sun(210), now: moment(7)) == 0)
    }

    @Test func afterwardsEveryUnusedPromiseFitsIntoItsLimit() async {
        await forEverySeed { seed, random in
            let count = random.int(1...8)
            var set = WorkingSet(
                entries: (1...count).map { entry($0, need: 1 + random.amount(upTo: 130_000)) },
                positions: [position(limit: 2_000_000)]
            )
            // Promised one after the other while the fee moves.
            for number in 1...count { promise([key(number)], by: random.amount(upTo: 500), &set) }
            let sent = Set((1...count).filter { _ in random.chance(20) }.map { key($0) })
            for key in sent { set.handle(.reported(transaction(7)), for: key, now: moment(6)) }
            let before = set.entries
            let fee = random.amount(upTo: 500)
            let revoked = set.revokeOutgrownLimits(energyFee: Sun(fee), now: moment(7))

            var lost = 0
            for (key, old) in before {
                guard let withdrawal = set.entries[key]?.withdrawal, let need = withdrawal.need?.energy.rawValue,
                    let limit = old.withdrawal.feeLimit?.rawValue, old.withdrawal.state == .ready
                else {
                    Issue.record("seed \(seed): \(key) was promised nothing")
                    return
                }
                let isRevoked = !sent.contains(key) && need * fee > limit
                #expect(withdrawal.state == (isRevoked ? .acquiring : .ready), "seed \(seed): \(key)")
                lost += isRevoked ? 1 : 0
            }
            #expect(revoked == lost, "seed \(seed)")
            for number in 1...count { promise([key(number)], by: fee, &set) }
            #expect(set.revokeOutgrownLimits(energyFee: Sun(fee), now: moment(8)) == 0, "seed \(seed)")
        }
    }
}
