import Models
import Planning
import Testing

struct AttemptTests {
    private func live() -> Attempt { Attempt(txid: transaction(1), expiration: moment(60)) }

    @Test func anExecutedTransactionIsReadAtOnceAndFinalWhenItsBlockIsSolid() {
        var attempt = live()
        #expect(attempt.handle(.seen(block: 7, succeeded: true)) == [.readAccounts])
        #expect(attempt.state == .included)
        #expect(attempt.handle(.solid(block: 6, time: moment(90), succeeded: true)) == [])
        #expect(attempt.handle(.solid(block: 7, time: moment(93), succeeded: true)) == [.finished])
        #expect(attempt.state == .final)
    }

    @Test func aReplacedBlockMakesItLiveAgain() {
        var attempt = live()
        _ = attempt.handle(.seen(block: 7, succeeded: true))
        #expect(attempt.handle(.lost) == [.readAccounts])
        #expect(attempt == live())
    }

    @Test func itIsReplacedOnlyWhenSolidTimeHasPassedItsExpirationAndTheChainDoesNotKnowIt() {
        var attempt = live()
        #expect(attempt.handle(.solid(block: 9, time: moment(60), succeeded: nil)) == [])
        #expect(attempt.state == .live)
        #expect(attempt.handle(.solid(block: 9, time: moment(61), succeeded: nil)) == [.replace])
        #expect(attempt.state == .expired)
    }

    @Test func aFailedExecutionIsReplacedWhenNoForkCanExecuteItAnyMore() {
        var attempt = live()
        #expect(attempt.handle(.seen(block: 7, succeeded: false)) == [])
        #expect(attempt.state == .reverted)
        #expect(attempt.handle(.solid(block: 6, time: moment(70), succeeded: false)) == [])
        #expect(attempt.handle(.solid(block: 8, time: moment(70), succeeded: false)) == [.replace])
        #expect(attempt.handle(.solid(block: 9, time: moment(73), succeeded: false)) == [], "replaced once")
        #expect(attempt.handle(.lost) == [], "what is solid is not lost")
        #expect(attempt.state == .reverted)
    }

    @Test func aFailureInAReplacedBlockMayStillSucceed() {
        var attempt = live()
        _ = attempt.handle(.seen(block: 7, succeeded: false))
        #expect(attempt.handle(.lost) == [.readAccounts])
        #expect(attempt.handle(.seen(block: 8, succeeded: true)) == [.readAccounts])
    }

    /// The head chain may have been on another fork, and its replacement may have been missed.
    @Test func theSolidChainDecidesWhateverWasSeenBefore() {
        var failed = live()
        _ = failed.handle(.seen(block: 7, succeeded: false))
        #expect(failed.handle(.solid(block: 7, time: moment(93), succeeded: true)) == [.readAccounts, .finished])
        #expect(failed.state == .final)

        var executed = live()
        _ = executed.handle(.seen(block: 7, succeeded: true))
        #expect(executed.handle(.solid(block: 7, time: moment(93), succeeded: false)) == [.replace])
        #expect(executed.state == .reverted)

        var unseen = live()
        #expect(unseen.handle(.solid(block: 9, time: moment(40), succeeded: true)) == [.readAccounts, .finished])
        #expect(unseen.state == .final)

        for succeeded in [true, false] {
            var gone = live()
            _ = gone.handle(.seen(block: 7, succeeded: succeeded))
            #expect(gone.handle(.solid(block: 7, time: moment(93), succeeded: nil)) == [.readAccounts])
            #expect(gone == live(), "it may still land until its expiration has passed without it")
        }
    }

    @Test func anyOrderOfEventsFinishesOrReplacesAtMostOnceAndNeverBoth() async {
        await forEverySeed { seed, random in
            var attempt = live()
            var ends = 0
            for step in 0..<40 {
                let before = attempt
                let event: Attempt.Event =
                    switch random.int(0...3) {
                    case 0: .seen(block: random.int(1...20), succeeded: random.chance(70))
                    case 1: .lost
                    default:
                        .solid(
                            block: random.int(1...20),
                            time: moment(random.int(40...80)),
                            succeeded: random.pick([nil, nil, true, true, false])
                        )
                    }
                let effects = attempt.handle(event)
                ends += effects.filter { $0 == .finished || $0 == .replace }.count
                #expect(ends <= 1, "seed \(seed), step \(step): \(event)")
                if before.state == .final || before.state == .expired {
                    #expect(attempt == before && effects.isEmpty, "seed \(seed), step \(step): \(event)")
                }
                let isIncluded = attempt.state == .included || attempt.state == .final
                #expect(!isIncluded || attempt.block != nil, "seed \(seed), step \(step)")
                #expect(attempt.state != .live || attempt.block == nil, "seed \(seed), step \(step)")
                if effects.contains(.replace), attempt.state == .expired,
                    case .solid(_, let time, let succeeded) = event
                {
                    #expect(time > attempt.expiration && succeeded == nil, "seed \(seed), step \(step)")
                }
            }
            #expect(attempt.txid == transaction(1) && attempt.expiration == moment(60), "seed \(seed)")
        }
    }
}
