import Models
import Planning
import Testing

struct PurchasePropertyTests {
    @Test func whateverFailsNothingIsBoughtTwiceAndNothingIsStuck() async {
        var states: [PurchaseState: Int] = [:]
        var restarts = 0
        await forEverySeed(1000) { seed, random in
            let world = SupplierWorld(seed: seed, random: random)
            world.run()
            restarts += world.restarts
            for purchase in world.sequence.purchases { states[purchase.state, default: 0] += 1 }
        }
        // Enough of every end to prove anything.
        #expect(states[.ended, default: 0] > 750)
        #expect(states[.failed, default: 0] > 250)
        #expect(states[.refunded, default: 0] > 25)
        #expect(states[.disputed, default: 0] > 50)
        #expect(restarts > 250)
    }

    /// Any event at any time, with call numbers right and wrong.
    private func event(_ purchase: Purchase, _ calls: Int, _ now: Int64, _ random: inout Generator) -> PurchaseEvent {
        let call = random.chance(70) ? calls : Int(random.int(0...8))
        let codes: [SupplierFault.Code] = [.refused, .timeout, .serverError, .alreadyPlaced, .init(rawValue: "odd")]
        let fault = SupplierFault(random.pick(codes), random.pick([.notSent, .sent, .answered]), "")
        let states: [PurchaseReport.State] = [
            .accepted, .delivering, .delivered, .partial(Energy(10)), .failed(refunded: true), .failed(refunded: false),
            .cancelled,
        ]
        let report = PurchaseReport(
            random.pick(states),
            charged: random.chance(50) ? Sun(random.amount(upTo: 3_000_000)) : nil
        )
        switch random.int(0...16) {
        case 0: return .prepared(call: call)
        case 1: return .prepareFailed(fault, call: call)
        case 2: return .placed(report, call: call)
        case 3, 4: return .placeFailed(fault, call: call)
        case 5: return .found(report, call: call)
        case 6, 7: return .found(nil, call: call)
        case 8: return .findFailed(fault, call: call)
        case 9: return .paymentLanded
        case 10: return .paymentDead
        case 11: return .chainShows(Energy(random.pick([0, 0, 30_000, 65_000])), at: moment(now))
        case 12: return .chainLost
        case 13: return .refundArrived(Sun(random.amount(upTo: 3_000_000)))
        case 14: return .returnWanted
        case 15: return .restarted
        default: return .clock
        }
    }

    @Test func noOrderOfEventsBreaksTheRulesOfALife() async {
        await forEverySeed(4000) { seed, random in
            let rules: PurchaseRules = random.pick([
                .lookUpOnly, .idempotent, .askedByRepeating, .paidOnChain, .rentedOnChain,
            ])
            var purchase = Purchase(order(), rules: rules, now: moment(0))
            var calls = 0
            var now: Int64 = 0
            var failOvers = 0
            var wasTold = false
            var (charged, refunded) = (Sun.zero, Sun.zero)
            var (charges, refunds) = (0, 0)
            var effects = purchase.handle(.begin, now: moment(0))
            for _ in 0..<60 {
                for effect in effects {
                    switch effect {
                    case .prepare(let call), .place(let call), .find(let call):
                        #expect(call == calls + 1, "seed \(seed)")
                        calls = call
                    case .failOver: failOvers += 1
                    case .proven: wasTold = true
                    case .claimRefund(let amount): #expect(amount > .zero, "seed \(seed)")
                    case .refunded(let amount, let number):
                        #expect(amount > .zero && number == refunds + 1, "seed \(seed)")
                        refunds = number
                        refunded = refunded + amount
                    case .charged(let difference, let number):
                        #expect(difference != .zero && number == charges + 1, "seed \(seed)")
                        charges = number
                        charged = charged + difference
                    default: break
                    }
                }
                #expect(charged == purchase.charged ?? .zero && refunded == purchase.refunded, "seed \(seed)")
                #expect(failOvers == (purchase.state.isFailure ? 1 : 0), "seed \(seed): \(purchase.state) \(effects)")
                #expect(purchase.state != .proven || wasTold, "seed \(seed)")
                #expect(!purchase.state.isLive || purchase.wakeAt != nil, "seed \(seed): \(purchase.state)")
                now += random.int(0...20)
                let before = purchase
                let event = event(purchase, calls, now, &random)
                effects = purchase.handle(event, now: moment(now))
                let context: Comment = "seed \(seed): \(event) in \(before.state) gave \(purchase.state), \(effects)"
                if before.state.isFailure {
                    #expect(purchase.state.isFailure, context)
                    let acts = effects.contains {
                        switch $0 {
                        case .find: before.state != .disputed
                        case .place, .prepare, .failOver, .proven: true
                        default: false
                        }
                    }
                    #expect(!acts, context)
                }
                if !before.state.isLive { #expect(!purchase.state.isLive || event == .chainLost, context) }
                if purchase.state == .prepared, before.state != .prepared { #expect(before.state == .planned, context) }
            }
        }
    }
}
