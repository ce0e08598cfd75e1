internal import LocalStack
internal import Models
internal import Suppliers
internal import Testing
internal import Tron

/// What failures say, and that nothing is bought by them.
extension SandboxDriver {
    func checkRefusals() async throws {
        let purchase = try await prepared()
        try await set(#"{"unavailable":true,"count":1}"#)
        if supplier.terms.paysOnChain {
            try await expectRefusedOrPaidBack(purchase)
        } else {
            let failure = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
            #expect(failure.stage == .answered, "\(failure)")
            #expect([.unavailable, .refused, .maintenance].contains(failure.code), "\(failure)")
            #expect(try await statement().orders.isEmpty)
        }
    }

    /// Where the money leaves first, a refusal is an order that was paid back.
    private func expectRefusedOrPaidBack(_ purchase: PreparedPurchase) async throws {
        do throws(SupplierFault) {
            let report = try await supplier.place(purchase)
            guard case .failed = report.state else { throw SupplierFault(.badAnswer, .answered, "\(report)") }
        } catch {
            #expect(error.stage == stageOfAnswers, "\(error)")
            #expect([.unavailable, .refused, .maintenance].contains(error.code), "\(error)")
        }
        #expect(try await devnet.energy(of: purchase.order.demand.receiver) == .zero)
    }

    func checkTooMuch() async throws {
        var demand = try await demand()
        demand.energy = supplier.terms.maximumEnergy + Energy(1)
        let large = demand
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.quote(large) }
        #expect(failure.code == .unavailable && failure.stage == .notSent, "\(failure)")
        demand.energy = supplier.terms.minimumEnergy
        if case .fixed(let choices) = supplier.terms.durations, let longest = choices.max() {
            demand.duration = longest + .seconds(1)
            let long = demand
            let another = try await fault { () async throws(SupplierFault) in try await supplier.quote(long) }
            #expect(another.code == .unavailable && another.stage == .notSent, "\(another)")
        }
    }

    func checkUnactivatedReceiver() async throws {
        var demand = try await demand()
        demand.receiver = PrivateKey.random().address
        do {
            _ = try await supplier.place(try await prepared(demand))
            Issue.record("energy was sold to an account that does not exist")
        } catch let failure as SupplierFault {
            #expect(failure.code == .refused && failure.stage == .answered, "\(failure)")
        }
        demand.activation = true
        guard supplier.terms.activatesReceiver else {
            let wanted = demand
            let failure = try await fault { () async throws(SupplierFault) in try await supplier.quote(wanted) }
            #expect(failure.stage == .notSent, "\(failure)")
            return
        }
        _ = try await buy(demand, key: "key-2")
        try await devnet.waitForEnergy(demand.energy, of: demand.receiver)
        #expect(try await devnet.node.account(demand.receiver) != nil)
    }

    func checkEmptyBalance() async throws {
        guard !supplier.terms.paysOnChain else { return }
        let purchase = try await prepared()
        try await set(#"{"balance_trx":0}"#)
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
        #expect(failure.code == .insufficientBalance && failure.stage == .answered, "\(failure)")
        #expect(try await supplier.balance() == .zero)
        #expect(try await statement().orders.isEmpty)
        try await set(#"{"balance_trx":1000}"#)
        #expect(try await supplier.balance() == Sun(1000 * Sun.trx.rawValue))
        _ = try await supplier.place(purchase)
        #expect(try await statement().orders.count == 1)
    }

    /// Where the payment leaves first, no answer takes it back.
    var stageOfAnswers: SupplierFault.Stage { supplier.terms.paysOnChain ? .sent : .answered }

    func checkRateLimit() async throws {
        let demand = try await demand()
        let purchase = try await prepared(demand)
        try await set(#"{"status":429,"retry_after":7}"#)
        let asked = try await fault { () async throws(SupplierFault) in try await supplier.quote(demand) }
        #expect(asked.code == .rateLimited && asked.stage == .answered, "\(asked)")
        #expect(asked.retryAfter == .seconds(7))
        let bought = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
        #expect(bought.code == .rateLimited && bought.stage == stageOfAnswers, "\(bought)")
        #expect(try await statement().orders.isEmpty)
    }

    func checkServerErrors() async throws {
        let demand = try await demand()
        let purchase = try await prepared(demand)
        try await set(#"{"status":500}"#)
        let asked = try await fault { () async throws(SupplierFault) in try await supplier.quote(demand) }
        #expect(asked.code == .serverError && asked.stage == .answered, "\(asked)")
        let bought = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
        #expect(bought.code == .serverError && bought.stage == stageOfAnswers, "\(bought)")
        #expect(try await statement().orders.isEmpty)
    }

    func checkSlowAnswer() async throws {
        var purchase = try await prepared()
        try await set(#"{"latency_ms":10000,"call":"place","count":1}"#)
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
        #expect(failure.code == .timeout && failure.stage == .sent, "\(failure)")
        if supplier.terms.lookup == .byKey, !supplier.terms.paysOnChain {
            // Too early: the supplier is still at it. This is what ``SupplierTerms/lookupDelay`` is for.
            #expect(try await supplier.find(purchase) == nil)
        }
        try await SuppliersTests.wait("the order that is carried out after all") {
            try await statement().orders.count == 1
        }
        #expect(try await lookUp(purchase) != nil)
        purchase.reference = try await supplier.place(purchase).reference
        try await wait(purchase, for: "delivery") { $0.state == .delivered }
        #expect(try await statement().orders.count == 1)
    }

    func checkNoConnection() async throws {
        let demand = try await demand()
        let purchase = try await prepared(demand)
        let nobody = try SandboxDriver.make(
            sandboxed,
            devnet,
            transport,
            wallet,
            base: "http://127.0.0.1:\(try FreePort.find())"
        )
        if !supplier.terms.paysOnChain {
            let failure = try await fault { () async throws(SupplierFault) in try await nobody.quote(demand) }
            #expect(failure.code == .notConnected && failure.stage == .notSent, "\(failure)")
        }
        let failure = try await fault { () async throws(SupplierFault) in try await nobody.place(purchase) }
        #expect(failure.code == .notConnected, "\(failure)")
        // Where the payment has left already, it has.
        #expect(failure.stage == (supplier.terms.paysOnChain ? .sent : .notSent), "\(failure)")
        #expect(try await statement().orders.isEmpty)
    }
}
