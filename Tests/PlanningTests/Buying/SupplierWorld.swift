import FoundationEssentials
import Models
import Planning
import Testing

/// Suppliers, a chain and a process for one acquisition, second by second. Until a moment anything may go wrong: answers and
/// requests are lost or late, suppliers refuse, lie, deliver half or never, the process dies. Afterwards nothing does.
final class SupplierWorld {
    enum Fate {
        case delivers(at: Int64)
        case deliversHalf(at: Int64)
        case never
        case lies
        case refunds
        case keepsTheMoney
    }

    /// What is true of one purchase, whoever knows it.
    struct Truth {
        let rules: PurchaseRules
        var orders = 0
        var fate = Fate.never
        var preparedAt: Int64?
        var paymentLandsAt: Int64?
        var isPaymentTold = false
        /// When a supplier that is paid on chain pays back there.
        var refundAt: Int64?
        var refunded = Sun.zero
        var createdAt: Int64
    }

    private enum Arrival {
        case order
        case payment
        case claim
    }

    let seed: UInt64
    let faultsEnd: Int64
    private(set) var sequence = PurchaseSequence(acquisition: allocation(7))
    private(set) var now: Int64 = 0
    private(set) var truths: [Int32: Truth] = [:]
    private(set) var isExhausted = false
    private(set) var restarts = 0
    private var random: Generator
    private var outcomes: [(at: Int64, number: Int32, event: PurchaseEvent)] = []
    private var answers: [(at: Int64, number: Int32, call: Int)] = []
    private var arrivals: [(at: Int64, number: Int32, kind: Arrival)] = []
    private var booked: [Int32: Sun] = [:]
    private var settledPurchases: Set<Int32> = []

    init(seed: UInt64, random: Generator) {
        self.seed = seed
        self.random = random
        faultsEnd = self.random.int(0...400)
    }

    private static func isOnChain(_ rules: PurchaseRules) -> Bool {
        rules.absence == .oncePaymentIsDead
    }

    private var isFaulty: Bool { now < faultsEnd }
    private static let cost = Sun(2_500_000)
    var isOver: Bool { isExhausted || sequence.purchases.contains { $0.provenAt != nil } }

    func run() {
        beginNext()
        while !isOver, now < faultsEnd + 1500 {
            now += 1
            step()
        }
        #expect(isOver, "seed \(seed): still nothing at \(now)")
        // Payments land or die, refunds come, costs are told; then the energy ends.
        let settled = now + 400
        while now < settled {
            now += 1
            step()
        }
        checkBooks()
        while now < settled + 3700 {
            now += 20
            step()
        }
        checkBooks()
        for purchase in sequence.purchases {
            #expect(purchase.state.isFailure || purchase.state == .ended, "seed \(seed): \(purchase.state) at the end")
        }
    }

    /// What was booked is what was paid and did not come back.
    private func checkBooks() {
        for purchase in sequence.purchases {
            guard let truth = truths[purchase.order.number] else { continue }
            let isPaid = Self.isOnChain(truth.rules) ? truth.paymentLandsAt != nil : truth.orders > 0
            var paid = isPaid ? Self.cost : .zero
            if case .refunds = truth.fate, !Self.isOnChain(truth.rules) { paid = .zero }
            let booked = booked[purchase.order.number] ?? .zero
            #expect(booked == paid - truth.refunded, "seed \(seed) at \(now): booked \(booked), \(purchase), \(truth)")
        }
    }

    private func step() {
        for (_, number, kind) in take(&arrivals, { $0.at <= now }) { arrive(number, kind) }
        for (_, number, call) in take(&answers, { $0.at <= now }) {
            let lost = SupplierFault(.noAnswer, .sent, "")
            hand(report(of: number).map { .placed($0, call: call) } ?? .placeFailed(lost, call: call), number)
        }
        for number in truths.keys.sorted() { followPayment(number) }
        if isFaulty, random.chance(1) { restart() }
        for (_, number, event) in take(&outcomes, { $0.at <= now }) { hand(event, number) }
        for purchase in sequence.purchases {
            let isDue = purchase.wakeAt.map { $0 <= moment(now) } ?? false
            if isDue || random.chance(2) { hand(.clock, purchase.order.number) }
            if purchase.state.isLive, purchase.state != .planned {
                #expect(purchase.wakeAt != nil, "seed \(seed): nothing wakes \(purchase.state)")
            }
        }
        check()
    }

    private func take<Element>(_ list: inout [Element], _ isTaken: (Element) -> Bool) -> [Element] {
        let taken = list.filter(isTaken)
        list.removeAll(where: isTaken)
        return taken
    }

    // MARK: The process

    private func beginNext() {
        let rules: PurchaseRules = random.pick([
            .lookUpOnly, .idempotent, .askedByRepeating, .paidOnChain, .rentedOnChain,
        ])
        let number = sequence.nextNumber
        truths[number] = Truth(rules: rules, createdAt: now)
        let purchase = Purchase(order(number, of: "s\(number)"), rules: rules, now: moment(now))
        guard let effects = sequence.begin(purchase, now: moment(now)) else {
            truths[number] = nil
            #expect(sequence.purchases.count == sequence.limit, "seed \(seed): the next may not begin")
            isExhausted = true
            return
        }
        perform(effects, number)
    }

    private func hand(_ event: PurchaseEvent, _ number: Int32) {
        if case .prepared = event, sequence.purchases[Int(number) - 1].state == .planned {
            truths[number]?.preparedAt = now
        }
        perform(sequence.handle(event, of: number, now: moment(now)), number)
    }

    private func restart() {
        restarts += 1
        answers = []
        // Answers die with the process; requests, payments and blocks do not.
        outcomes.removeAll { outcome in
            switch outcome.event {
            case .paymentLanded, .paymentDead: false
            default: true
            }
        }
        do {
            let stored = try JSONEncoder().encode(sequence)
            let restored = try JSONDecoder().decode(PurchaseSequence.self, from: stored)
            #expect(restored == sequence, "seed \(seed)")
            sequence = restored
        } catch {
            Issue.record("seed \(seed): \(error)")
        }
        for purchase in sequence.purchases { hand(.restarted, purchase.order.number) }
    }

    private func later(_ seconds: ClosedRange<Int64>, _ number: Int32, _ event: PurchaseEvent) {
        outcomes.append((now + random.int(seconds), number, event))
    }

    private func perform(_ effects: [PurchaseEffect], _ number: Int32) {
        for effect in effects {
            switch effect {
            case .prepare(let call):
                let fault = SupplierFault(.unavailable, .notSent, "")
                later(
                    0...1,
                    number,
                    isFaulty && random.chance(5) ? .prepareFailed(fault, call: call) : .prepared(call: call)
                )
            case .place(let call): place(number, call)
            case .find(let call): find(number, call)
            case .readChain:
                later(1...(isFaulty ? 30 : 5), number, .chainShows(energy(of: number), at: moment(now)))
            case .failOver: failOver(number)
            case .settled(let state):
                #expect(settledPurchases.insert(number).inserted, "seed \(seed): settled twice, \(state)")
            case .charged(let difference, _):
                booked[number, default: .zero] = booked[number, default: .zero] + difference
            case .refunded(let amount, _): booked[number, default: .zero] = booked[number, default: .zero] - amount
            case .giveBack, .proven, .unproven, .missing, .claimRefund, .learn, .lateDelivery, .alarm:
                break
            }
        }
    }

    // MARK: Suppliers

    private func place(_ number: Int32, _ call: Int) {
        guard let truth = truths[number] else { return }
        let isOnChain = Self.isOnChain(truth.rules)
        func send(_ delay: ClosedRange<Int64>) {
            let at = now + random.int(delay)
            arrivals.append((at, number, isOnChain ? .payment : .order))
            if isOnChain { arrivals.append((at + 4, number, .claim)) }
        }
        guard isFaulty else {
            send(1...1)
            answers.append((now + 6, number, call))
            return
        }
        switch random.int(0...7) {
        case 0:
            if isOnChain, random.chance(50) { arrivals.append((now + 1, number, .payment)) }
            if !isOnChain, truth.rules.isRepeatable, truth.orders > 0 {
                // A repeated order is answered with the first, never refused.
                answers.append((now + 2, number, call))
                break
            }
            let code: SupplierFault.Code = random.pick([.refused, .insufficientBalance, .rateLimited, .unavailable])
            later(1...3, number, .placeFailed(SupplierFault(code, .answered, ""), call: call))
        case 1:
            send(1...12)
            later(10...10, number, .placeFailed(SupplierFault(.timeout, .sent, ""), call: call))
        case 2: later(10...10, number, .placeFailed(SupplierFault(.timeout, .sent, ""), call: call))
        case 3: later(0...0, number, .placeFailed(SupplierFault(.notConnected, .notSent, ""), call: call))
        case 4:
            if random.chance(50) { send(1...3) }
            later(1...4, number, .placeFailed(SupplierFault(.serverError, .answered, ""), call: call))
        case 5: send(1...12)
        case 6: if isOnChain { arrivals.append((now + 1, number, .payment)) }
        default:
            send(1...1)
            answers.append((now + 6, number, call))
        }
    }

    private func find(_ number: Int32, _ call: Int) {
        let isKnown = sequence.purchases[Int(number) - 1].reference != nil
        #expect(truths[number]?.rules.isFoundByKey == true || isKnown, "seed \(seed): looked up without a reference")
        if isFaulty, random.chance(60) {
            guard random.chance(70) else { return }
            let codes: [SupplierFault.Code] = [.timeout, .rateLimited, .serverError, .notFound]
            later(1...10, number, .findFailed(SupplierFault(random.pick(codes), .sent, ""), call: call))
            return
        }
        later(1...1, number, .found(report(of: number), call: call))
    }

    private func arrive(_ number: Int32, _ kind: Arrival) {
        guard var truth = truths[number] else { return }
        defer { truths[number] = truth }
        switch kind {
        case .payment:
            guard truth.paymentLandsAt == nil, let prepared = truth.preparedAt, now + 3 <= prepared + 60 else { return }
            truth.paymentLandsAt = now + 3
            return
        case .claim:
            guard let landed = truth.paymentLandsAt, landed <= now, truth.orders == 0 else { return }
            truth.orders = 1
        case .order:
            guard truth.orders == 0 || !truth.rules.isRepeatable else { return }
            truth.orders += 1
        }
        truth.fate = isFaulty ? badFate() : .delivers(at: now + random.int(3...10))
        if case .refunds = truth.fate, Self.isOnChain(truth.rules) { truth.refundAt = now + random.int(5...200) }
    }

    private func badFate() -> Fate {
        switch random.int(0...9) {
        case 0: .never
        case 1: .lies
        case 2: .refunds
        case 3: .keepsTheMoney
        case 4: .deliversHalf(at: now + 5)
        default: .delivers(at: now + random.int(3...40))
        }
    }

    private func followPayment(_ number: Int32) {
        if let at = truths[number]?.refundAt, now >= at {
            truths[number]?.refundAt = nil
            let half = Sun(Self.cost.rawValue / 2)
            for part in [half, Self.cost - half] {
                let before = truths[number]?.refunded ?? .zero
                truths[number]?.refunded = before + part
                hand(.refundArrived(part), number)
            }
        }
        guard let truth = truths[number], Self.isOnChain(truth.rules), let prepared = truth.preparedAt,
            !truth.isPaymentTold
        else { return }
        if let landed = truth.paymentLandsAt {
            guard now >= landed + 57 else { return }
            hand(.paymentLanded, number)
        } else {
            guard now >= prepared + 120 else { return }
            hand(.paymentDead, number)
        }
        truths[number]?.isPaymentTold = true
    }

    private func report(of number: Int32) -> PurchaseReport? {
        guard let truth = truths[number], truth.orders > 0 else { return nil }
        let cost = Self.cost
        switch truth.fate {
        case .delivers(let at):
            return PurchaseReport(now >= at ? .delivered : .accepted, reference: "r\(number)", charged: cost)
        case .deliversHalf(let at):
            return PurchaseReport(now >= at ? .partial(Energy(32_500)) : .delivering, charged: cost)
        case .never: return PurchaseReport(.accepted, charged: cost)
        case .lies: return PurchaseReport(.delivered, charged: cost)
        case .refunds:
            // What comes back on chain is not believed before it is there.
            return PurchaseReport(.failed(refunded: Self.isOnChain(truth.rules) ? nil : true), charged: cost)
        case .keepsTheMoney: return PurchaseReport(.failed(refunded: false), charged: cost)
        }
    }

    private func energy(of number: Int32) -> Energy {
        guard let truth = truths[number], truth.orders > 0 else { return .zero }
        switch truth.fate {
        case .delivers(let at): return (at..<(at + 3600)).contains(now) ? Energy(65_000) : .zero
        case .deliversHalf(let at): return (at..<(at + 3600)).contains(now) ? Energy(32_500) : .zero
        case .never, .lies, .refunds, .keepsTheMoney: return .zero
        }
    }

    // MARK: What must hold

    private func failOver(_ number: Int32) {
        guard let truth = truths[number] else { return }
        let purchase = sequence.purchases[Int(number) - 1]
        let context: Comment = "seed \(seed) at \(now): purchase \(number) is \(purchase.state), \(truth)"
        switch purchase.state {
        case .failed:
            #expect(truth.orders == 0, context)
            let mayArrive = arrivals.contains { arrival in
                guard arrival.number == number else { return false }
                guard arrival.kind == .payment else { return arrival.kind == .order }
                return arrival.at + 3 <= (truth.preparedAt ?? 0) + 60
            }
            #expect(!mayArrive && truth.paymentLandsAt == nil, context)
        case .refunded:
            guard case .refunds = truth.fate else {
                Issue.record(context)
                break
            }
        case .disputed:
            switch truth.fate {
            case .never, .lies, .keepsTheMoney: break
            case .refunds: #expect(Self.isOnChain(truth.rules), context)
            case .delivers, .deliversHalf: Issue.record(context)
            }
        default: Issue.record(context)
        }
        beginNext()
    }

    private func check() {
        #expect(sequence.purchases.count { $0.state.isLive } <= 1, "seed \(seed)")
        for purchase in sequence.purchases {
            guard let truth = truths[purchase.order.number] else { continue }
            #expect(truth.orders <= 1, "seed \(seed): bought twice, \(truth)")
            if purchase.state.isLive {
                let since = max(faultsEnd, truth.createdAt)
                #expect(now - since <= 180, "seed \(seed) at \(now): \(purchase.state) since \(since), \(truth)")
            }
        }
    }
}
