internal import Models
internal import Suppliers
internal import Testing

/// What becomes of energy that was sold: only the chain proves it.
extension SandboxDriver {
    func checkPartialDelivery() async throws {
        try await set(#"{"partial_percent":50,"count":1}"#)
        let demand = try await demand()
        var purchase = try await prepared(demand)
        purchase.reference = try await supplier.place(purchase).reference
        let report = try await wait(purchase, for: "the end") { $0.state.isFinal }
        if case .partial(let energy) = report.state {
            #expect(energy < purchase.energy && energy > .zero)
        } else {
            #expect(report.state == .delivered, "it says partial, or all")
        }
        try await devnet.waitForEnergy(Energy(purchase.energy.rawValue / 2), of: demand.receiver)
        #expect(try await devnet.energy(of: demand.receiver) < demand.energy, "the chain shows that it is less")
    }

    func checkEarlySuccess() async throws {
        try await set(#"{"early_success_ms":60000,"count":1}"#)
        let demand = try await demand()
        let (_, report) = try await buy(demand)
        #expect(report.state == .delivered)
        #expect(try await devnet.energy(of: demand.receiver) == .zero, "the chain does not show it yet")
        try await devnet.advance(.seconds(61))
        try await devnet.waitForEnergy(demand.energy, of: demand.receiver)
    }

    func checkNeverDelivered() async throws {
        try await set(#"{"never_delivers":true,"refund_after_ms":60000,"count":1}"#)
        let before = try await supplier.balance()
        let demand = try await demand()
        var purchase = try await prepared(demand)
        let placed = try await supplier.place(purchase)
        #expect(!placed.state.isFinal)
        purchase.reference = placed.reference
        try await devnet.advance(.seconds(61))
        try await wait(purchase, for: "failure") { report in
            if case .failed = report.state { true } else { false }
        }
        #expect(try await devnet.energy(of: demand.receiver) == .zero)
        let statement = try await statement()
        #expect(statement.orders.count == 1)
        #expect(statement.refunded == statement.charged && statement.charged == purchase.total.rawValue)
        #expect(try await supplier.balance() == before)
    }

    func checkEarlyReclaim() async throws {
        try await set(#"{"early_reclaim_ms":60000,"count":1}"#)
        let demand = try await demand()
        let (purchase, _) = try await buy(demand)
        try await devnet.waitForEnergy(demand.energy, of: demand.receiver)
        #expect(purchase.duration > .seconds(60))
        try await devnet.advance(.seconds(61))
        try await devnet.waitForNoEnergy(of: demand.receiver)
        #expect(try await statement().refunded == 0)
    }

    func checkExpiry() async throws {
        let demand = try await demand()
        let (purchase, report) = try await buy(demand)
        try await devnet.waitForEnergy(demand.energy, of: demand.receiver)
        if let expires = report.expires {
            let left = expires - devnet.clock.now()
            #expect(left <= purchase.duration && left > purchase.duration - .seconds(30))
        }
        guard !supplier.terms.givesBack else { return }
        try await devnet.advance(purchase.duration - .seconds(60))
        // Two blocks, in which nothing happens.
        try await Task.sleep(for: .milliseconds(300))
        #expect(try await devnet.energy(of: demand.receiver) >= demand.energy, "not before its time")
        try await devnet.advance(.seconds(61))
        try await devnet.waitForNoEnergy(of: demand.receiver)
        // However it ended, the order is the same one.
        let after = try #require(try await lookUp(purchase))
        #expect(after.state == .delivered)
    }
}
