import Models
import Planning
import Testing

/// Random sequences of events, checked against what must always hold.
struct WithdrawalModelTests {
    @Test func whateverHappensTheRulesOfALifeHold() async {
        var outcomes: Set<WithdrawalState> = []
        var revisited = 0
        await forEverySeed(3000) { seed, random in
            var subject = withdrawal(1, deadline: random.chance(30) ? moment(random.int(50...200)) : nil)
            var observer = Observer(seed: seed)
            var clock: Int64 = 0
            for _ in 0..<40 {
                clock += random.int(0...10)
                let before = subject
                let event = randomEvent(for: 1, &random)
                let effects = subject.handle(event, now: moment(clock))
                observer.check(event, effects, before, subject)
            }
            if subject.state.isOutcome { outcomes.insert(subject.state) }
            revisited += observer.readies > 1 ? 1 : 0
        }
        #expect(outcomes == [.settled, .cancelled, .expired, .failed], "some outcome was never met")
        #expect(revisited > 20, "too few lives with a second promise to prove anything: \(revisited)")
    }

    /// What an upstream and a ledger of promises would have seen.
    private struct Observer {
        let seed: UInt64
        var sequence = 0
        var outcomes = 0
        var readies = 0
        var isOpen = false
        /// Charges that have not ended: one while it is ready.
        var charges = 0
        var allocation = AllocationState.pending

        mutating func check(
            _ event: Withdrawal.Event,
            _ effects: [Withdrawal.Effect],
            _ before: Withdrawal,
            _ after: Withdrawal
        ) {
            let context: Comment = "seed \(seed): \(event) in \(before.state) gave \(after.state) and \(effects)"
            if before.state.isOutcome {
                #expect(after == before, context)
                #expect(effects.allSatisfy { if case .refuse = $0 { true } else { false } }, context)
            }
            let wasOpen = isOpen
            // A transfer that was on its way when the promise was revoked makes it ready without a promise.
            let cameLate = before.state != .ready && after.state == .ready && after.transfer != nil
            if cameLate { #expect(!isOpen && before.notAfter != nil, context) }
            if after.state == .ready, before.state != .ready, !cameLate {
                #expect(!isOpen, context)
                #expect(effects.contains(.allocation(.completed)), context)
                #expect(after.notAfter != nil && after.need != nil, context)
                isOpen = true
                charges += 1
                readies += 1
            }
            for effect in effects { follow(effect, context) }
            if effects.contains(where: { if case .refuse = $0 { true } else { false } }) {
                #expect(after == before && effects.count == 1 && isOpen == wasOpen, context)
            }
            #expect(after.sequence == sequence, context)
            #expect(isOpen == (after.state == .ready && after.transfer == nil), context)
            #expect(charges == (after.state == .ready ? 1 : 0), context)
            #expect((after.transfer == nil) == (after.transferBlock == nil), context)
            #expect(outcomes == (after.state.isOutcome ? 1 : 0), context)
            #expect((after.state == .failed) == (after.reason != nil), context)
            #expect(after.state != .settled || after.transfer != nil, context)
            let waits = [.received, .acquiring, .short].contains(after.state)
            #expect((after.claim != nil) == (after.need != nil && waits), context)
            let expected: [AllocationState] =
                switch after.state {
                case .ready, .settled: [.completed]
                case .cancelled: [.cancelled]
                case .expired: [.failed]
                case .failed: [.failed, .completed]
                default: [.pending, .processing]
                }
            #expect(expected.contains(allocation), context)
        }

        private mutating func follow(_ effect: Withdrawal.Effect, _ context: Comment) {
            switch effect {
            case .tell(let notice):
                sequence += 1
                #expect(notice.event.sequence == sequence, context)
                #expect(notice.event.withdrawalID == key(1).id && notice.event.partnerID == key(1).partner, context)
                switch notice {
                case .settled, .cancelled, .expired, .failed: outcomes += 1
                case .accepted, .short, .fallback, .ready, .revoked: break
                }
            case .closePromise: isOpen = false
            case .endCharge:
                #expect(!isOpen, context)
                charges -= 1
            case .promiseUsedAfterAll:
                #expect(!isOpen, context)
                charges += 1
            case .reopenPromise:
                #expect(!isOpen, context)
                isOpen = true
            case .allocation(let state): allocation = state
            case .refuse(let reason, _): #expect(reason == .wrongState, context)
            }
        }
    }
}
