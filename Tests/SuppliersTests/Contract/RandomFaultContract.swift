internal import Models
internal import Suppliers
internal import TestSupport
internal import Testing

/// Many purchases at once while everything goes wrong now and then: each is bought once or not at all, and the
/// supplier's books agree with the chain and with our balance.
extension SandboxDriver {
    private static let purchases = 16

    func checkFaultsAtRandom() async throws {
        guard !supplier.terms.paysOnChain else { return }
        let seed = Int64.random(in: 0...1_000_000_000)
        let before = try #require(try await supplier.balance())
        var demands: [EnergyDemand] = []
        for _ in 0..<Self.purchases { demands.append(try await demand()) }
        try await set(#"{"seed":\#(seed),"drop_answer":true,"call":"place","probability":0.25}"#)
        try await set(#"{"status":502,"probability":0.1}"#)
        try await set(#"{"status":429,"retry_after":1,"probability":0.05}"#)
        try await set(#"{"latency_ms":1500,"probability":0.1}"#)
        try await set(#"{"unavailable":true,"probability":0.1}"#)
        try await set(#"{"never_delivers":true,"refund_after_ms":1000,"probability":0.15}"#)
        try await set(#"{"partial_percent":50,"probability":0.15}"#)

        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, demand) in demands.enumerated() {
                group.addTask { try await buyThroughFaults(demand, key: "storm-\(number)") }
            }
            try await group.waitForAll()
        }

        try await set(#"{"clear":true}"#)
        let statement = try await statement()
        #expect(statement.orders.count == Self.purchases, "seed \(seed)")
        #expect(Set(statement.orders.compactMap(\.key)).count == Self.purchases, "bought twice, seed \(seed)")
        let after = try #require(try await supplier.balance())
        #expect((before - after).rawValue == statement.charged - statement.refunded, "seed \(seed)")
        #expect(statement.orders.reduce(0) { $0 + $1.charged } == statement.charged)
        for order in statement.orders {
            let receiver = try TronAddress(base58: order.receiver)
            if order.state == "failed" {
                #expect(order.refunded == order.charged && order.deliveredEnergy == 0, "seed \(seed)")
            } else {
                #expect(order.refunded == 0 && order.deliveredEnergy > 0, "seed \(seed), \(order)")
            }
            let energy = try await devnet.energy(of: receiver).rawValue
            // A thousandth more is delegated than sold.
            let delivered = order.deliveredEnergy
            #expect(energy >= delivered && energy <= delivered + delivered / 500 + 10, "seed \(seed), \(order)")
        }
    }

    /// What a caller of the port does: definite failures are tried again, all others looked up first.
    private func buyThroughFaults(_ demand: EnergyDemand, key: String) async throws {
        let deadline = ContinuousClock.now + .patient(.seconds(120))
        var purchase: PreparedPurchase?
        while purchase == nil {
            guard ContinuousClock.now < deadline else { throw TestFailure("\(key) was never prepared") }
            purchase = try? await prepared(demand, key: key)
            if purchase == nil { try await Task.sleep(for: .milliseconds(50)) }
        }
        guard var purchase else { return }
        var isUnknown = false
        var report: OrderReport?
        while report?.state.isFinal != true {
            guard ContinuousClock.now < deadline else { throw TestFailure("\(key) did not end: \(report as Any)") }
            do throws(SupplierFault) {
                if report != nil || (isUnknown && supplier.terms.lookup == .byKey) {
                    report = try await supplier.find(purchase)
                    isUnknown = false
                } else {
                    report = try await supplier.place(purchase)
                }
                purchase.reference = report?.reference ?? purchase.reference
            } catch {
                guard report == nil else { continue }
                let isDefinite = error.stage == .answered && error.code != .serverError && error.code != .badAnswer
                if error.stage == .notSent || isDefinite { continue }
                isUnknown = true
                // Longer than the sandbox is late: ``SupplierTerms/lookupDelay`` in little.
                try await Task.sleep(for: .patient(.seconds(2)))
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
