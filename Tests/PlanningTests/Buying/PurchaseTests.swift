import FoundationEssentials
import Models
import Planning
import Testing

func supplier(_ text: String) -> SupplierID {
    guard let id = SupplierID(text) else { preconditionFailure("\(text) is no supplier") }
    return id
}

func order(
    _ number: Int32 = 1,
    of name: String = "s1",
    energy: Int64 = 65_000,
    quoted: Int64 = 2_500_000
) -> PurchaseOrder {
    PurchaseOrder(
        acquisition: allocation(7),
        number: number,
        supplier: supplier(name),
        wallet: address(1),
        energy: Energy(energy),
        duration: .seconds(3600),
        quoted: Sun(quoted)
    )
}

/// A purchase that expectations can hand events to.
@dynamicMemberLookup
final class Held {
    private(set) var purchase: Purchase

    init(_ purchase: Purchase) { self.purchase = purchase }

    func handle(_ event: PurchaseEvent, now: Timestamp) -> [PurchaseEffect] { purchase.handle(event, now: now) }

    subscript<Value>(dynamicMember path: KeyPath<Purchase, Value>) -> Value { purchase[keyPath: path] }
}

struct PurchaseTests {
    private let noAnswer = SupplierFault(.timeout, .sent, "no answer")
    private let refusal = SupplierFault(.insufficientBalance, .answered, "empty")
    private let accepted = PurchaseReport(.accepted, reference: "r-1", charged: Sun(2_500_000))

    /// One that was stored and is being placed by call 2.
    private func placing(_ rules: PurchaseRules = .lookUpOnly) -> Held {
        let purchase = Held(Purchase(order(), rules: rules, now: moment(0)))
        #expect(purchase.handle(.begin, now: moment(0)) == [.prepare(call: 1)])
        #expect(purchase.handle(.prepared(call: 1), now: moment(0)) == [.place(call: 2)])
        #expect(purchase.state == .prepared)
        return purchase
    }

    @Test func whatGoesWellIsProvenByTheChainAndEndsInTime() {
        let purchase = placing()
        #expect(
            purchase.handle(.placed(accepted, call: 2), now: moment(1)).contains(.charged(Sun(2_500_000), number: 1))
        )
        #expect(purchase.state == .accepted)
        _ = purchase.handle(.found(PurchaseReport(.delivered), call: 3), now: moment(3))
        #expect(purchase.state == .delivered)
        #expect(purchase.handle(.chainShows(.zero, at: moment(3)), now: moment(3)).isEmpty)
        let effects = purchase.handle(.chainShows(Energy(64_900), at: moment(6)), now: moment(6))
        #expect(
            effects == [
                .proven(Energy(64_900)), .learn(.fill(true)), .learn(.timeToChain(.seconds(6))), .settled(.proven),
            ]
        )
        #expect(purchase.state == .proven && purchase.expiresAt == moment(3606))
        #expect(purchase.wakeAt.map { $0 > moment(3606) } == true)
        let end = purchase.handle(.chainShows(.zero, at: moment(3607)), now: moment(3607))
        #expect(end == [.learn(.kept(ordered: .seconds(3600), kept: .seconds(3600)))])
        #expect(purchase.state == .ended && purchase.wakeAt == nil)
    }

    /// A process may end between storing it and beginning: nobody else knows of it.
    @Test func whatHasNotBegunIsLookedAt() {
        let purchase = Held(Purchase(order(), rules: .lookUpOnly, now: moment(0)))
        #expect(purchase.wakeAt == moment(0))
        #expect(purchase.handle(.restarted, now: moment(5)).isEmpty)
        #expect(purchase.wakeAt == moment(0))
        #expect(purchase.handle(.begin, now: moment(6)) == [.prepare(call: 1)])
    }

    @Test func aDefiniteFailureIsToldAtOnce() {
        let purchase = placing()
        let effects = purchase.handle(.placeFailed(refusal, call: 2), now: moment(1))
        #expect(purchase.state == .failed)
        #expect(effects.contains { if case .failOver = $0 { true } else { false } })
    }

    @Test func anUnknownOutcomeIsLookedUpAndAbsenceBelievedOnlyWhenItIsFinal() {
        let purchase = placing()
        #expect(purchase.handle(.placeFailed(noAnswer, call: 2), now: moment(10)).isEmpty)
        #expect(purchase.state == .unknown && purchase.wakeAt == moment(11))
        #expect(purchase.handle(.clock, now: moment(11)) == [.find(call: 3), .readChain])
        #expect(purchase.handle(.found(nil, call: 3), now: moment(12)).isEmpty)
        #expect(purchase.wakeAt == moment(40))
        #expect(purchase.handle(.clock, now: moment(40)) == [.find(call: 4), .readChain])
        #expect(purchase.handle(.found(nil, call: 4), now: moment(41)) == [.place(call: 5)])
        // The first one is out of doubt: a refusal of the second is definite.
        #expect(purchase.handle(.placeFailed(refusal, call: 5), now: moment(42)).contains(.settled(.failed)))
    }

    @Test func aSupplierThatKnowsItsOrdersIsAskedAgainAtOnceButARefusalThenIsNoProof() {
        let purchase = placing(.idempotent)
        _ = purchase.handle(.placeFailed(noAnswer, call: 2), now: moment(10))
        _ = purchase.handle(.clock, now: moment(11))
        #expect(purchase.handle(.found(nil, call: 3), now: moment(12)) == [.place(call: 4)])
        #expect(purchase.handle(.placeFailed(refusal, call: 4), now: moment(13)).isEmpty)
        #expect(purchase.state == .unknown)
    }

    @Test func whereRepeatingIsHowToAskARefusalOfALateRepetitionIsDefinite() {
        let purchase = placing(.askedByRepeating)
        _ = purchase.handle(.placeFailed(noAnswer, call: 2), now: moment(10))
        #expect(purchase.handle(.clock, now: moment(11)) == [.place(call: 3), .readChain])
        // The first one may still be on its way, and a limit says nothing about the order.
        let refusal = SupplierFault(.refused, .answered, "")
        #expect(purchase.handle(.placeFailed(refusal, call: 3), now: moment(12)).isEmpty)
        _ = purchase.handle(.clock, now: moment(40))
        let busy = SupplierFault(.rateLimited, .answered, "")
        #expect(purchase.handle(.placeFailed(busy, call: 4), now: moment(41)).isEmpty)
        _ = purchase.handle(.clock, now: moment(60))
        #expect(purchase.handle(.placeFailed(refusal, call: 5), now: moment(61)).contains(.settled(.failed)))
    }

    @Test func aFinalPartIsKeptAsSoonAsTheChainShowsIt() {
        let purchase = placing()
        let part = PurchaseReport(.partial(Energy(32_500)), charged: Sun(1_250_000))
        _ = purchase.handle(.placed(part, call: 2), now: moment(1))
        #expect(purchase.state == .accepted)
        let effects = purchase.handle(.chainShows(Energy(32_500), at: moment(4)), now: moment(4))
        #expect(effects.contains(.proven(Energy(32_500))) && effects.contains(.missing(Energy(32_500))))
        // Half was charged for half.
        #expect(!effects.contains { if case .claimRefund = $0 { true } else { false } })
    }

    @Test func anOrderFoundAfterALostAnswerGoesOn() {
        let purchase = placing()
        _ = purchase.handle(.placeFailed(noAnswer, call: 2), now: moment(10))
        _ = purchase.handle(.clock, now: moment(11))
        _ = purchase.handle(.found(accepted, call: 3), now: moment(12))
        #expect(purchase.state == .accepted && purchase.charged == Sun(2_500_000))
    }

    @Test func aRefusalAfterThePaymentHasLeftIsNotBelieved() {
        let purchase = placing(.paidOnChain)
        #expect(purchase.handle(.placeFailed(SupplierFault(.refused, .answered, ""), call: 2), now: moment(1)).isEmpty)
        #expect(purchase.state == .unknown)
        _ = purchase.handle(.clock, now: moment(2))
        #expect(purchase.handle(.found(nil, call: 3), now: moment(5)) == [.place(call: 4)])
        _ = purchase.handle(.placeFailed(noAnswer, call: 4), now: moment(6))
        let effects = purchase.handle(.paymentDead, now: moment(130))
        #expect(purchase.state == .failed)
        #expect(!effects.contains { if case .claimRefund = $0 { true } else { false } })
    }

    @Test func theClockKillsNoPayment() {
        let purchase = placing(.paidOnChain)
        _ = purchase.handle(.placeFailed(noAnswer, call: 2), now: moment(5))
        for second in Int64(6)...3600 {
            for effect in purchase.handle(.clock, now: moment(second)) {
                // A node that is behind for an hour has never heard of it.
                if case .find(let call) = effect {
                    _ = purchase.handle(.found(nil, call: call), now: moment(second))
                } else if case .place(let call) = effect {
                    _ = purchase.handle(.placeFailed(noAnswer, call: call), now: moment(second))
                }
            }
        }
        #expect(purchase.state == .unknown)
        #expect(purchase.handle(.paymentDead, now: moment(3601)).contains(.settled(.failed)))
    }

    @Test func aPaymentThatLandsAfterAllIsBookedAndToldToPeople() {
        let purchase = placing(.paidOnChain)
        _ = purchase.handle(.paymentDead, now: moment(130))
        #expect(purchase.state == .failed && purchase.charged == nil)
        let effects = purchase.handle(.paymentLanded, now: moment(140))
        #expect(effects.first == .charged(Sun(2_500_000), number: 1))
        #expect(effects.contains { if case .alarm = $0 { true } else { false } })
        #expect(effects.contains(.claimRefund(Sun(2_500_000))) && purchase.state == .disputed)
        #expect(!effects.contains { if case .failOver = $0 { true } else { false } }, "said once in a life")
        #expect(purchase.handle(.paymentLanded, now: moment(150)).isEmpty)
        #expect(purchase.handle(.paymentDead, now: moment(150)).isEmpty)
    }

    @Test func anAcceptedPaymentThatDiesIsNoPurchase() {
        let purchase = placing(.paidOnChain)
        _ = purchase.handle(.placed(accepted, call: 2), now: moment(5))
        #expect(purchase.state == .accepted && purchase.charged == Sun(2_500_000))
        let effects = purchase.handle(.paymentDead, now: moment(130))
        #expect(effects.first == .charged(.zero - Sun(2_500_000), number: 2))
        #expect(effects.contains(.settled(.failed)) && purchase.charged == .zero)
        // A word that was on its way does not book it again.
        #expect(!purchase.handle(.found(accepted, call: 9), now: moment(131)).contains { isCharge($0) })
    }

    @Test func aDisputeOverAPaymentThatDiesIsOver() {
        let purchase = placing(.paidOnChain)
        _ = purchase.handle(.placed(accepted, call: 2), now: moment(5))
        giveUp(purchase, from: 6, report: PurchaseReport(.delivered))
        #expect(purchase.state == .disputed)
        let effects = purchase.handle(.paymentDead, now: moment(500))
        #expect(effects.first == .charged(.zero - Sun(2_500_000), number: 2))
        #expect(purchase.state == .failed && !effects.contains { if case .failOver = $0 { true } else { false } })
    }

    @Test func aCallThatTheChainHasUndoneHasCostItsFee() {
        let purchase = placing(.rentedOnChain)
        let undone = PurchaseReport(.cancelled, charged: Sun(400_000))
        _ = purchase.handle(.placed(undone, call: 2), now: moment(5))
        #expect(purchase.state.isLive, "the block may be undone yet")
        #expect(purchase.handle(.paymentLanded, now: moment(60)).isEmpty)
        let effects = purchase.handle(.found(undone, call: 9), now: moment(61))
        #expect(effects.contains(.settled(.failed)) && purchase.charged == Sun(400_000))
        #expect(!effects.contains { if case .claimRefund = $0 { true } else { false } })
    }

    @Test func aReadingOlderThanTheNewestChangesNothing() {
        let purchase = placing()
        _ = purchase.handle(.placed(accepted, call: 2), now: moment(1))
        _ = purchase.handle(.chainShows(Energy(65_000), at: moment(6)), now: moment(6))
        #expect(purchase.handle(.chainShows(.zero, at: moment(5)), now: moment(7)).isEmpty)
        #expect(purchase.state == .proven && purchase.energy == Energy(65_000))
        _ = purchase.handle(.chainLost, now: moment(9))
        // Read before the reorganisation.
        #expect(purchase.handle(.chainShows(Energy(65_000), at: moment(8)), now: moment(10)).isEmpty)
        #expect(purchase.state == .delivered)
    }

    @Test func everyChangeOfTheCostIsBookedOnce() {
        let purchase = placing()
        _ = purchase.handle(.placed(accepted, call: 2), now: moment(1))
        let more = PurchaseReport(.delivered, charged: Sun(2_600_000))
        let first = purchase.handle(.found(more, call: 3), now: moment(2))
        #expect(first.contains(.charged(Sun(100_000), number: 2)))
        #expect(!purchase.handle(.found(more, call: 4), now: moment(3)).contains { isCharge($0) })
        let less = PurchaseReport(.delivered, charged: Sun(2_000_000))
        let second = purchase.handle(.found(less, call: 5), now: moment(4))
        #expect(second.contains(.charged(.zero - Sun(600_000), number: 3)))
    }

    @Test func refundsAreBookedInWhateverStateTheyArrive() {
        let purchase = placing()
        _ = purchase.handle(.placed(accepted, call: 2), now: moment(1))
        #expect(purchase.handle(.refundArrived(Sun(1)), now: moment(2)) == [.refunded(Sun(1), number: 1)])
        giveUp(purchase, from: 3, report: PurchaseReport(.delivered))
        #expect(purchase.state == .disputed)
        #expect(purchase.handle(.refundArrived(Sun(1_000_000)), now: moment(200)).count == 1)
        #expect(purchase.state == .disputed, "a part is not all of it")
        _ = purchase.handle(.refundArrived(Sun(1_499_999)), now: moment(201))
        #expect(purchase.state == .refunded && purchase.refunded == Sun(2_500_000))
        let tooMuch = purchase.handle(.refundArrived(Sun(5)), now: moment(202))
        #expect(tooMuch.first == .refunded(Sun(5), number: 4) && tooMuch.count == 2)
        #expect(purchase.handle(.refundArrived(Sun(Int64.max)), now: moment(203)).count == 1, "an alarm, and no trap")
        #expect(purchase.refunded == Sun(2_500_005))
    }

    @Test func whatIsGivenBackBringsItsRefund() {
        let purchase = placing(.rentedOnChain)
        _ = purchase.handle(.placed(accepted, call: 2), now: moment(1))
        _ = purchase.handle(.chainShows(Energy(65_000), at: moment(5)), now: moment(5))
        _ = purchase.handle(.returnWanted, now: moment(50))
        #expect(purchase.handle(.refundArrived(Sun(7)), now: moment(51)) == [.refunded(Sun(7), number: 1)])
        #expect(purchase.state == .returning)
    }

    @Test func aPrepaidSupplierIsAskedForWhatItOwes() {
        let purchase = placing()
        _ = purchase.handle(.placed(accepted, call: 2), now: moment(1))
        _ = purchase.handle(.found(PurchaseReport(.failed(refunded: nil)), call: 3), now: moment(2))
        #expect(purchase.state == .disputed)
        var calls = 0
        var second: Int64 = 2
        while let due = purchase.wakeAt, second < 200_000 {
            second = max(second + 1, due.milliseconds / 1000 - moment(0).milliseconds / 1000)
            for effect in purchase.handle(.clock, now: moment(second)) {
                guard case .find(let call) = effect else { continue }
                calls += 1
                let report = PurchaseReport(.failed(refunded: calls > 5))
                _ = purchase.handle(.found(report, call: call), now: moment(second))
            }
        }
        #expect(calls == 6 && purchase.state == .refunded && purchase.refunded == Sun(2_500_000))
    }

    @Test func aCostThatIsNeverToldIsBookedAsQuoted() {
        let purchase = placing()
        _ = purchase.handle(.placed(PurchaseReport(.accepted), call: 2), now: moment(1))
        _ = purchase.handle(.chainShows(Energy(65_000), at: moment(2)), now: moment(2))
        var effects: [PurchaseEffect] = []
        for second in Int64(3)...200 { effects += purchase.handle(.clock, now: moment(second)) }
        #expect(effects.filter(isCharge) == [.charged(Sun(2_500_000), number: 1)])
    }

    @Test func whereRepeatingIsHowToAskAnEmptyBalanceIsNoProof() {
        for code in [SupplierFault.Code.insufficientBalance, .unavailable, .priceChanged, .notFound] {
            let purchase = placing(.askedByRepeating)
            _ = purchase.handle(.placeFailed(noAnswer, call: 2), now: moment(10))
            _ = purchase.handle(.clock, now: moment(40))
            let fault = SupplierFault(code, .answered, "")
            #expect(purchase.handle(.placeFailed(fault, call: 3), now: moment(41)).isEmpty, "\(code)")
            #expect(purchase.state == .unknown)
        }
    }

    @Test func anOrderThatIsBoughtByAskingForItIsToldToPeople() {
        let purchase = placing(.askedByRepeating)
        _ = purchase.handle(.placeFailed(noAnswer, call: 2), now: moment(10))
        _ = purchase.handle(.clock, now: moment(90))
        let effects = purchase.handle(.placed(accepted, call: 3), now: moment(91))
        #expect(effects.contains { if case .alarm = $0 { true } else { false } })
        #expect(purchase.state == .accepted)
    }

    @Test func lookUpsPauseNoShorterThanACallMayLast() {
        #expect(PurchaseLimits(call: .seconds(20), longestPause: .seconds(5)).longestPause == .seconds(20))
    }

    private func isCharge(_ effect: PurchaseEffect) -> Bool { if case .charged = effect { true } else { false } }

    /// Answers every look-up with a report and every reading with nothing, until it is given up.
    private func giveUp(_ purchase: Held, from first: Int64, report: PurchaseReport) {
        for second in first...300 where !purchase.state.isFailure {
            for effect in purchase.handle(.clock, now: moment(second)) {
                if case .find(let call) = effect {
                    _ = purchase.handle(.found(report, call: call), now: moment(second))
                } else if effect == .readChain {
                    _ = purchase.handle(.chainShows(.zero, at: moment(second)), now: moment(second))
                }
            }
        }
    }

    @Test func successWithoutEnergyIsLookedUpThenClaimed() {
        let purchase = placing()
        _ = purchase.handle(.placed(PurchaseReport(.delivered, charged: Sun(2_500_000)), call: 2), now: moment(1))
        var effects: [PurchaseEffect] = []
        for second in Int64(2)...120 where !purchase.state.isFailure {
            let due = purchase.handle(.clock, now: moment(second))
            effects += due
            for effect in due {
                if case .find(let call) = effect {
                    effects += purchase.handle(.found(PurchaseReport(.delivered), call: call), now: moment(second))
                } else if effect == .readChain {
                    effects += purchase.handle(.chainShows(.zero, at: moment(second)), now: moment(second))
                }
            }
        }
        #expect(purchase.state == .disputed)
        #expect(effects.contains(.claimRefund(Sun(2_500_000))))
        #expect(
            purchase.handle(.refundArrived(Sun(2_500_000)), now: moment(200)) == [.refunded(Sun(2_500_000), number: 1)]
        )
        #expect(purchase.state == .refunded)
        let late = purchase.handle(.chainShows(Energy(65_000), at: moment(300)), now: moment(300))
        #expect(late == [.lateDelivery(Energy(65_000))])
    }

    @Test func aPartIsKeptAndTheRestClaimed() {
        let purchase = placing()
        _ = purchase.handle(.placed(accepted, call: 2), now: moment(1))
        _ = purchase.handle(.chainShows(Energy(32_500), at: moment(5)), now: moment(5))
        #expect(purchase.state == .accepted)
        let failed = PurchaseReport(.failed(refunded: false))
        let effects = purchase.handle(.found(failed, call: 99), now: moment(9))
        #expect(purchase.state == .proven)
        #expect(effects.contains(.missing(Energy(32_500))) && effects.contains(.claimRefund(Sun(1_250_000))))
    }

    @Test func energyThatGoesEarlyIsNoticed() {
        let purchase = placing()
        _ = purchase.handle(.placed(accepted, call: 2), now: moment(1))
        _ = purchase.handle(.chainShows(Energy(65_000), at: moment(5)), now: moment(5))
        let effects = purchase.handle(.chainShows(.zero, at: moment(605)), now: moment(605))
        #expect(effects.contains(.learn(.kept(ordered: .seconds(3600), kept: .seconds(600)))))
        #expect(effects.contains { if case .alarm = $0 { true } else { false } })
    }

    @Test func energyThatShrinksEarlyIsNoticedOnce() {
        let purchase = placing()
        _ = purchase.handle(.placed(accepted, call: 2), now: moment(1))
        _ = purchase.handle(.chainShows(Energy(65_000), at: moment(5)), now: moment(5))
        // The chain's total weight moves.
        #expect(purchase.handle(.chainShows(Energy(64_900), at: moment(50)), now: moment(50)).isEmpty)
        #expect(purchase.handle(.chainShows(Energy(32_500), at: moment(60)), now: moment(60)).count == 1)
        #expect(purchase.handle(.chainShows(Energy(32_500), at: moment(70)), now: moment(70)).isEmpty)
        #expect(purchase.state == .proven)
    }

    @Test func aRentalIsGivenBackUntilTheChainShowsIt() {
        let purchase = placing(.rentedOnChain)
        _ = purchase.handle(.placed(accepted, call: 2), now: moment(1))
        _ = purchase.handle(.chainShows(Energy(65_000), at: moment(5)), now: moment(5))
        #expect(purchase.handle(.returnWanted, now: moment(50)) == [.giveBack])
        #expect(purchase.handle(.restarted, now: moment(51)) == [.giveBack])
        #expect(purchase.handle(.chainShows(.zero, at: moment(60)), now: moment(60)).isEmpty)
        #expect(purchase.state == .ended)
    }

    @Test func aProcessThatDiesWhilePlacingLooksUpFirst() throws {
        let stored = try JSONEncoder().encode(placing().purchase)
        let purchase = Held(try JSONDecoder().decode(Purchase.self, from: stored))
        #expect(purchase.purchase == placing().purchase)
        #expect(purchase.handle(.restarted, now: moment(5)) == [.find(call: 3), .readChain])
        #expect(purchase.state == .unknown)
        // A refusal that was on its way to the dead process proves nothing now.
        #expect(purchase.handle(.placeFailed(refusal, call: 2), now: moment(6)).isEmpty)
    }

    @Test func rulesFollowFromWhatAnAdapterSays() {
        func rules(onChain: Bool, idempotent: Bool, byKey: Bool, delay: Int64, givesBack: Bool = false) -> PurchaseRules
        {
            PurchaseRules(
                paysOnChain: onChain,
                idempotentCreate: idempotent,
                isFoundByKey: byKey,
                lookupDelay: .seconds(delay),
                givesBack: givesBack
            )
        }
        #expect(rules(onChain: false, idempotent: false, byKey: true, delay: 30) == .lookUpOnly)
        #expect(rules(onChain: false, idempotent: true, byKey: false, delay: 30) == .askedByRepeating)
        #expect(rules(onChain: true, idempotent: true, byKey: true, delay: 150) == .paidOnChain)
        #expect(rules(onChain: true, idempotent: true, byKey: true, delay: 150, givesBack: true) == .rentedOnChain)
    }

    @Test func aSequenceHasOneLivePurchaseAtATime() {
        var sequence = PurchaseSequence(acquisition: allocation(7))
        let first = Purchase(order(1), rules: .lookUpOnly, now: moment(0))
        let second = Purchase(order(2, of: "s2"), rules: .lookUpOnly, now: moment(0))
        let tooEarly = sequence.begin(second, now: moment(0))
        let begun = sequence.begin(first, now: moment(0))
        let besides = sequence.begin(second, now: moment(0))
        #expect(tooEarly == nil && begun == [.prepare(call: 1)] && besides == nil)
        _ = sequence.handle(.prepareFailed(refusal, call: 1), of: 1, now: moment(1))
        #expect(sequence.tried == [supplier("s1")])
        let next = sequence.begin(second, now: moment(1))
        #expect(next == [.prepare(call: 1)])
    }
}
