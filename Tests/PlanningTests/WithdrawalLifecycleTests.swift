import Models
import Planning
import Testing

/// What the life cycle answers to single events; ``WithdrawalModelTests`` runs it through random ones.
struct WithdrawalLifecycleTests {
    private let need = Need(energy: Energy(65_000), bandwidth: Bandwidth(345))
    private let receipt = TransferReceipt(
        energyUsed: Energy(64_285),
        energyFee: .zero,
        bandwidthUsed: Bandwidth(345),
        bandwidthFee: .zero
    )

    private func ready(deadline: Timestamp? = nil) -> Withdrawal {
        var withdrawal = withdrawal(1, deadline: deadline)
        _ = withdrawal.handle(.needed(need), now: moment(1))
        _ = withdrawal.handle(.promised(terms(1)), now: moment(2))
        return withdrawal
    }

    @Test func readyTellsTheFullNeedAsFeeLimit() throws {
        var withdrawal = withdrawal(1)
        #expect(withdrawal.claim == nil, "its need is not known")
        _ = withdrawal.handle(.needed(need), now: moment(1))
        #expect(withdrawal.claim?.need == need)
        let effects = withdrawal.handle(.promised(terms(1)), now: moment(2))
        #expect(effects.first == .allocation(.completed))
        guard case .tell(.ready(let notice)) = effects.last else {
            Issue.record("no ready in \(effects)")
            return
        }
        #expect(notice.sequence == 1)
        #expect(notice.feeLimit == Sun(6_500_000), "staked energy counts against it")
        #expect(notice.energyAvailable == need.energy)
        #expect(notice.notAfter == moment(1000))
        #expect(notice.allocationID == allocation(1))
        #expect(withdrawal.claim == nil)
    }

    @Test func withoutAKnownNeedNothingIsPromised() {
        var withdrawal = withdrawal(1)
        #expect(withdrawal.handle(.promised(terms(1)), now: moment(2)) == [])
        #expect(withdrawal.state == .received)
    }

    @Test func acceptedIsToldOnce() {
        var withdrawal = withdrawal(1)
        #expect(withdrawal.handle(.awaitsEnergy, now: moment(1)).count == 1)
        #expect(withdrawal.handle(.awaitsEnergy, now: moment(1)) == [])
        _ = withdrawal.handle(.shortOf(Energy(1), reason: .noPool, until: moment(50)), now: moment(2))
        #expect(withdrawal.state == .short)
        #expect(withdrawal.handle(.awaitsEnergy, now: moment(3)) == [])
        #expect(withdrawal.state == .acquiring)
        #expect(withdrawal.sequence == 2)
    }

    @Test func aShortageEndsAtItsLimitOrAtTheEarlierDeadline() {
        var patient = withdrawal(1)
        _ = patient.handle(.shortOf(Energy(1), reason: .poolsExhausted, until: moment(50)), now: moment(2))
        #expect(patient.handle(.clock(cleared: moment(0)), now: moment(49)) == [])
        #expect(patient.handle(.clock(cleared: moment(0)), now: moment(50)).first == .allocation(.failed))
        #expect(patient.state == .expired)

        var hurried = withdrawal(1, deadline: moment(20))
        _ = hurried.handle(.shortOf(Energy(1), reason: .poolsExhausted, until: moment(50)), now: moment(2))
        #expect(hurried.shortUntil == moment(20))
        _ = hurried.handle(.clock(cleared: moment(0)), now: moment(20))
        #expect(hurried.state == .expired)
    }

    @Test func theEndOfAPastShortageDoesNotEndWhatIsAcquiredAgain() {
        var withdrawal = withdrawal(1)
        _ = withdrawal.handle(.shortOf(Energy(1), reason: .poolsExhausted, until: moment(50)), now: moment(2))
        _ = withdrawal.handle(.awaitsEnergy, now: moment(3))
        #expect(withdrawal.handle(.clock(cleared: moment(0)), now: moment(51)) == [])
    }

    /// Told to send and revoked: the upstream may have sent before it heard of it.
    @Test func aDeadlineDoesNotEndWhatMayHaveBeenSentUntilNoTransferCanLandAnyMore() {
        var withdrawal = ready(deadline: moment(20))
        guard let last = withdrawal.notAfter else {
            Issue.record("it is ready")
            return
        }
        _ = withdrawal.handle(.promiseBroke(allocation: allocation(1), reason: .energyLost), now: moment(10))
        #expect(withdrawal.handle(.clock(cleared: last - .milliseconds(1)), now: moment(5000)) == [])
        #expect(withdrawal.state == .acquiring)
        _ = withdrawal.handle(.clock(cleared: last), now: moment(5000))
        #expect(withdrawal.state == .expired)
    }

    @Test func aDeadlineDoesNotEndWhatIsReady() {
        var withdrawal = ready(deadline: moment(20))
        #expect(withdrawal.handle(.clock(cleared: moment(0)), now: moment(30)) == [])
        #expect(withdrawal.state == .ready)
    }

    @Test func aNewNeedDoesNotChangeWhatIsPromised() {
        var withdrawal = ready()
        _ = withdrawal.handle(.needed(Need(energy: Energy(1), bandwidth: Bandwidth(1))), now: moment(3))
        #expect(withdrawal.need == need)
    }

    @Test func aBrokenPromiseIsToldAndTheWithdrawalClaimsAgain() {
        var withdrawal = ready()
        let effects = withdrawal.handle(.promiseBroke(allocation: allocation(1), reason: .energyLost), now: moment(3))
        #expect(effects.prefix(3) == [.closePromise(.revoked), .endCharge(.broken), .allocation(.processing)])
        #expect(withdrawal.state == .acquiring && withdrawal.claim != nil)
    }

    @Test func aTransferThatWasOnItsWayWhenThePromiseBrokeCounts() {
        var withdrawal = ready()
        _ = withdrawal.handle(.promiseBroke(allocation: allocation(1), reason: .energyLost), now: moment(3))
        let txid = TransactionID(bytes: [UInt8](repeating: 7, count: 32))
        guard let txid else { return }
        let effects = withdrawal.handle(.transferSeen(txid, block: 9), now: moment(4))
        #expect(effects == [.promiseUsedAfterAll(block: 9), .allocation(.completed)])
        #expect(withdrawal.state == .ready && withdrawal.transfer == txid && withdrawal.claim == nil)
        #expect(withdrawal.handle(.transferLost, now: moment(5)) == [.reopenPromise])
    }

    @Test func aPromiseThatATransferHasUsedCannotBreak() {
        var withdrawal = ready()
        #expect(
            withdrawal.handle(.transferSeen(transaction(1), block: 9), now: moment(3)) == [
                .closePromise(.used(block: 9))
            ]
        )
        #expect(withdrawal.handle(.promiseBroke(allocation: allocation(1), reason: .energyLost), now: moment(4)) == [])
        #expect(withdrawal.handle(.sendTimePassed, now: moment(5000)) == [])
        #expect(withdrawal.state == .ready)
    }

    @Test func aTransferThatIsLostOpensThePromiseAgain() {
        var withdrawal = ready()
        _ = withdrawal.handle(.transferSeen(transaction(1), block: 9), now: moment(3))
        #expect(withdrawal.handle(.transferSeen(transaction(1), block: 10), now: moment(3)) == [], "closed already")
        #expect(withdrawal.handle(.transferLost, now: moment(4)) == [.reopenPromise])
        #expect(withdrawal.handle(.transferLost, now: moment(4)) == [])
        #expect(withdrawal.transfer == nil)
    }

    @Test func aFinalTransferSettlesItWithWhatItCost() throws {
        var withdrawal = ready()
        #expect(withdrawal.handle(.transferFinal(receipt, succeeded: true), now: moment(3)) == [], "none was seen")
        _ = withdrawal.handle(.transferSeen(transaction(1), block: 9), now: moment(3))
        let effects = withdrawal.handle(.transferFinal(receipt, succeeded: true), now: moment(70))
        #expect(effects.first == .endCharge(.settled))
        guard case .tell(.settled(let notice)) = effects.last else {
            Issue.record("no settled in \(effects)")
            return
        }
        #expect(notice.txid == transaction(1) && notice.blockNumber == 9 && notice.energyUsed == Energy(64_285))
        #expect(withdrawal.state == .settled && withdrawal.receipt == receipt)
        #expect(notice.cost == terms(1).cost, "what was charged is told again")
    }

    @Test func aTransferWhoseBlockIsAfterItsTimeSettlesLate() {
        for (second, end) in [(1000, ChargedEnd.settled), (1001, .settledLate)] as [(Int64, ChargedEnd)] {
            var withdrawal = ready()
            _ = withdrawal.handle(.transferSeen(transaction(1), block: 9), now: moment(3))
            var late = receipt
            late.blockTime = moment(second)
            let effects = withdrawal.handle(.transferFinal(late, succeeded: true), now: moment(1100))
            #expect(effects.first == .endCharge(end))
        }
    }

    @Test func whoHasToPayIsToldSoThoughItWasShortBefore() {
        var withdrawal = withdrawal(1)
        func short(_ reason: ShortageReason, until second: Int64) -> [Withdrawal.Effect] {
            withdrawal.handle(.shortOf(Energy(1), reason: reason, until: moment(second)), now: moment(2))
        }
        #expect(short(.poolsExhausted, until: 50).count == 1)
        #expect(short(.signingLimit, until: 60) == [], "energy is short as before")
        #expect(short(.insufficientBalance, until: 70).count == 1)
        #expect(short(.insufficientBalance, until: 80) == [])
        #expect(short(.maxCost, until: 90).count == 1)
        #expect(short(.noPool, until: 95).count == 1)
        #expect(withdrawal.shortUntil == moment(50), "the shortage is the same")
        #expect(withdrawal.shortReason == .noPool && withdrawal.sequence == 4)
    }

    @Test func aFinalTransferThatFailedFailsIt() {
        var withdrawal = ready()
        _ = withdrawal.handle(.transferSeen(transaction(1), block: 9), now: moment(3))
        let effects = withdrawal.handle(.transferFinal(receipt, succeeded: false), now: moment(70))
        guard case .tell(.failed(let notice)) = effects.last else {
            Issue.record("no failed in \(effects)")
            return
        }
        #expect(effects.contains(.endCharge(.transferFailed)))
        #expect(notice.reason == .transferFailed && notice.txid == transaction(1))
        #expect(withdrawal.reason == "transfer_failed")
    }

    @Test func whatIsReadyIsGivenUpAndNotCancelled() {
        var withdrawal = ready()
        guard case .refuse(.wrongState, _) = withdrawal.handle(.cancelled, now: moment(3)).first else {
            Issue.record("a ready withdrawal was cancelled")
            return
        }
        #expect(
            withdrawal.handle(.givenUp, now: moment(3)).prefix(3) == [
                .closePromise(.givenUp), .endCharge(.givenUp), .allocation(.failed),
            ]
        )
        #expect(withdrawal.state == .failed)
        #expect(withdrawal.handle(.givenUp, now: moment(4)) == [], "a repetition changes nothing")
    }

    @Test func whatIsOnChainCannotBeGivenUp() {
        var withdrawal = ready()
        _ = withdrawal.handle(.transferSeen(transaction(1), block: 9), now: moment(3))
        guard case .refuse(.wrongState, _) = withdrawal.handle(.givenUp, now: moment(3)).first else {
            Issue.record("given up though its transfer is in a block")
            return
        }
        #expect(withdrawal.state == .ready)
    }

    @Test func whatIsNotReadyCannotBeReportedAsSent() {
        var withdrawal = withdrawal(1)
        guard case .refuse(.wrongState, _) = withdrawal.handle(.reported(transaction(1)), now: moment(1)).first else {
            Issue.record("reported before it was ready")
            return
        }
        #expect(withdrawal.reported == nil)
    }

    @Test func afterTheOutcomeRepetitionsAreQuietAndContradictionsRefused() {
        var settled = ready()
        _ = settled.handle(.transferSeen(transaction(1), block: 9), now: moment(3))
        _ = settled.handle(.transferFinal(receipt, succeeded: true), now: moment(70))
        #expect(settled.handle(.reported(transaction(1)), now: moment(80)) == [])
        for event: Withdrawal.Event in [.reported(transaction(2)), .givenUp, .cancelled] {
            guard case .refuse(.wrongState, _) = settled.handle(event, now: moment(80)).first else {
                Issue.record("\(event) was taken after settled")
                continue
            }
        }
        var cancelled = withdrawal(2)
        _ = cancelled.handle(.cancelled, now: moment(1))
        #expect(cancelled.state == .cancelled)
        #expect(cancelled.handle(.cancelled, now: moment(2)) == [])
    }

    @Test func notSentIsItsOutcomeWhenTheTimeToSendHasPassed() {
        var withdrawal = ready()
        let effects = withdrawal.handle(.sendTimePassed, now: moment(5000))
        #expect(effects.prefix(3) == [.closePromise(.notSent), .endCharge(.notSent), .allocation(.failed)])
        #expect(withdrawal.reason == "not_sent")
    }

    @Test(
        arguments: [
            (.used(block: 1), "used"), (.revoked, "revoked"), (.cancelled, "cancelled"), (.givenUp, "given_up"),
            (.notSent, "not_sent"), (.expired, "expired"),
        ] as [(PromiseEnd, String)]
    )
    func theEndOfAPromiseIsStoredByName(end: PromiseEnd, name: String) { #expect(end.name == name) }
}
