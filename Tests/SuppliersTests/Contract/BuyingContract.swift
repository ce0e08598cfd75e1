internal import FoundationEssentials
internal import Models
internal import Suppliers
internal import Testing
internal import Tron

/// Buying, once and only once.
extension SandboxDriver {
    func checkQuotes() async throws {
        let demand = try await demand()
        let quote = try await supplier.quote(demand)
        #expect(quote.energy >= demand.energy)
        #expect(quote.duration >= demand.duration)
        #expect(quote.total > .zero)
        #expect(quote.fees >= .zero && quote.fees < quote.total)
        #expect(quote.validUntil > devnet.clock.now())
        #expect((quote.pricePerEnergy?.rawValue ?? 0) > 0)
        #expect(try await statement().orders.isEmpty, "a quote buys nothing")
    }

    func checkDelivery() async throws {
        let before = try await supplier.balance()
        #expect((before == nil) == supplier.terms.paysOnChain)
        let demand = try await demand()
        var purchase = try await prepared(demand)
        #expect(try await statement().orders.isEmpty, "preparing buys nothing")
        #expect(purchase.energy >= demand.energy)
        // What is stored is enough to go on with.
        purchase = try JSONDecoder().decode(PreparedPurchase.self, from: JSONEncoder().encode(purchase))
        let placed = try await supplier.place(purchase)
        purchase.reference = placed.reference
        let report = try await wait(purchase, for: "delivery") { $0.state == .delivered }
        try await devnet.waitForEnergy(demand.energy, of: demand.receiver)
        for transaction in report.delegations {
            #expect(try await devnet.node.transactionReceipt(transaction, in: .head) != nil)
        }
        let statement = try await statement()
        #expect(statement.orders.count == 1)
        #expect(statement.orders.first?.receiver == demand.receiver.base58)
        #expect(statement.orders.first?.deliveredEnergy == purchase.energy.rawValue)
        #expect(statement.charged == purchase.total.rawValue)
        if let charged = report.charged { #expect(charged == purchase.total) }
        if let before, let after = try await supplier.balance() { #expect(before - after == purchase.total) }
    }

    func checkPlacedTwice() async throws {
        var purchase = try await prepared()
        let first = try await supplier.place(purchase)
        let second = try await supplier.place(purchase)
        #expect(first.reference == second.reference)
        purchase.reference = first.reference
        try await wait(purchase, for: "delivery") { $0.state == .delivered }
        let third = try await supplier.place(purchase)
        #expect(first.reference == third.reference)
        #expect(try await statement().orders.count == 1)
        // Another key is another purchase.
        _ = try await buy(key: "key-2")
        #expect(try await statement().orders.count == 2)
    }

    func checkLostAnswer() async throws {
        try await set(#"{"drop_answer":true,"call":"place","count":1}"#)
        var purchase = try await prepared()
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
        #expect(failure.stage == .sent, "\(failure)")
        let found = try #require(try await lookUp(purchase), "an order that was taken is known")
        purchase.reference = found.reference
        try await wait(purchase, for: "delivery") { $0.state == .delivered }
        _ = try await supplier.place(purchase)
        #expect(try await statement().orders.count == 1)
    }

    func checkGatewayError() async throws {
        try await set(#"{"status":502,"call":"place","count":1}"#)
        var purchase = try await prepared()
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
        #expect(failure.code == .serverError && failure.stage == stageOfAnswers, "\(failure)")
        if supplier.terms.lookup == .byKey, !supplier.terms.paysOnChain {
            #expect(try await supplier.find(purchase) == nil)
            #expect(try await statement().orders.isEmpty)
        }
        purchase.reference = try await supplier.place(purchase).reference
        try await wait(purchase, for: "delivery") { $0.state == .delivered }
        #expect(try await statement().orders.count == 1)
    }

    func checkUnknownPurchase() async throws {
        var purchase = try await prepared()
        switch supplier.terms.lookup {
        case .byKey:
            #expect(try await supplier.find(purchase) == nil)
        case .byPlacingAgain:
            let unasked = purchase
            let failure = try await fault { () async throws(SupplierFault) in try await supplier.find(unasked) }
            #expect(failure.code == .notOffered && failure.stage == .notSent, "\(failure)")
            purchase.reference = "no-such-order"
            #expect(try await supplier.find(purchase) == nil)
        }
        #expect(try await statement().orders.isEmpty, "looking up buys nothing")
    }

    func checkPriceChange() async throws {
        let demand = try await demand()
        guard let key = OrderKey("key-1") else { return }
        try await set(#"{"price_change_percent":25,"call":"quote","count":1}"#)
        let quote = try await supplier.quote(demand)
        let order = SupplierOrder(key: key, demand: demand, maximumTotal: quote.total)
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.prepare(order) }
        #expect(failure.code == .priceChanged, "\(failure)")
        #expect(try await statement().orders.isEmpty)
        let again = try await supplier.quote(demand)
        #expect(again.total > quote.total)
        _ = try await supplier.prepare(SupplierOrder(key: key, demand: demand, maximumTotal: again.total))
    }
}
