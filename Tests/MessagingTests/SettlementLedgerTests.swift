import Testing

@testable import Messaging

@Suite("Settlement ledger")
struct SettlementLedgerTests {
    @Test func aBatchFromTheOldestOnTakesOneFrame() {
        var ledger = SettlementLedger()
        for tag in UInt64(1)...300 { ledger.deliver(tag) }
        let result = ledger.settle(.range(1...200), .acknowledge)
        #expect(result.commands == [.init(tag: 200, multiple: true, verdict: .acknowledge)])
        #expect(result.settled == 200)
        #expect(ledger.count == 100)
    }

    @Test func aLaterBatchIsSettledOneByOneWhileAnEarlierIsOut() {
        var ledger = SettlementLedger()
        for tag in UInt64(1)...4 { ledger.deliver(tag) }
        let later = ledger.settle(.range(3...4), .acknowledge)
        #expect(later.commands.allSatisfy { !$0.multiple })
        #expect(later.commands.map(\.tag) == [3, 4])
        let earlier = ledger.settle(.range(1...2), .acknowledge)
        #expect(earlier.commands == [.init(tag: 2, multiple: true, verdict: .acknowledge)])
        #expect(ledger.isEmpty)
    }

    @Test func settlingTwiceSendsNothing() {
        var ledger = SettlementLedger()
        for tag in UInt64(1)...3 { ledger.deliver(tag) }
        _ = ledger.settle(.list([2]), .requeue)
        let rest = ledger.settle(.range(1...3), .acknowledge)
        #expect(rest.settled == 2)
        #expect(rest.commands == [.init(tag: 3, multiple: true, verdict: .acknowledge)])
        #expect(ledger.settle(.range(1...3), .reject).commands.isEmpty)
    }

    /// A broker that follows the protocol to the letter.
    private struct Model {
        var unsettled: Set<UInt64> = []
        var verdicts: [UInt64: Verdict] = [:]

        mutating func apply(_ command: SettlementLedger.Command) -> Bool {
            let covered = command.multiple ? unsettled.filter { $0 <= command.tag } : [command.tag]
            guard unsettled.contains(command.tag) else { return false }
            for tag in covered { verdicts[tag] = command.verdict }
            unsettled.subtract(covered)
            return true
        }
    }

    @Test(arguments: 0..<60)
    func anyOrderOfSettlingCoversExactlyWhatWasSettled(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var ledger = SettlementLedger()
        var broker = Model()
        var expected: [UInt64: Verdict] = [:]
        var next: UInt64 = 1
        for _ in 0..<200 {
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                ledger.deliver(next)
                broker.unsettled.insert(next)
                next += 1
            }
            guard next > 1 else { continue }
            let verdict = [Verdict.acknowledge, .requeue, .reject].randomElement(using: &random) ?? .acknowledge
            let tags: Settlement.Tags
            let meant: [UInt64]
            if Bool.random(using: &random) {
                let low = UInt64.random(in: 1..<next, using: &random)
                let high = UInt64.random(in: low..<next, using: &random)
                tags = .range(low...high)
                meant = Array(low...high)
            } else {
                meant = (0..<5).map { _ in UInt64.random(in: 1..<next, using: &random) }
                tags = .list(meant)
            }
            for tag in meant where expected[tag] == nil { expected[tag] = verdict }
            for command in ledger.settle(tags, verdict).commands {
                let isKnown = broker.apply(command)
                #expect(isKnown, "seed \(seed): the broker does not know \(command.tag)")
            }
            #expect(broker.verdicts == expected, "seed \(seed)")
            #expect(ledger.count == broker.unsettled.count, "seed \(seed)")
        }
    }
}
