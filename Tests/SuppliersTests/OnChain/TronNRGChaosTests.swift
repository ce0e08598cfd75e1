internal import Models
internal import Suppliers
internal import TestSupport
internal import Testing
internal import Tron

/// Seeded faults of supplier and node, and processes that die: every purchase is paid at most once, all of them end, and
/// the wallet, the chain and the supplier's own statement agree to the sun.
@Suite(.serialized) struct TronNRGChaosTests {
    private static let faults = [
        #"{"drop_answer":true,"call":"place","probability":0.15}"#, #"{"status":429,"probability":0.1}"#,
        #"{"status":503,"probability":0.1}"#, #"{"unavailable":true,"probability":0.1}"#,
        #"{"never_delivers":true,"refund_after_ms":2000,"probability":0.1}"#,
        #"{"partial_percent":50,"probability":0.1}"#, #"{"early_success_ms":1500,"probability":0.1}"#,
    ]
    private static let nodeFaults = [
        #"{"path":"/wallet/broadcasthex","drop_answer":true,"probability":0.1}"#,
        #"{"path":"/wallet/broadcasthex","server_busy":true,"probability":0.15}"#,
    ]

    @Test(arguments: [1, 2, 3] as [UInt64]) func nothingIsPaidTwiceOrLost(seed: UInt64) async throws {
        try await SandboxDriver.with(.tronNRG) { driver in
            let before = try await driver.devnet.trx(of: driver.wallet.address)
            let receiver = try await driver.devnet.wallet().address
            // One at least is never delivered, whatever chance brings.
            try await driver.set(#"{"never_delivers":true,"refund_after_ms":2000,"count":1}"#)
            for fault in Self.faults { try await driver.set(fault.dropLast() + #","seed":\#(seed)}"#) }
            for fault in Self.nodeFaults { try await driver.devnet.post("faults", fault) }
            var results = try await withThrowingTaskGroup(of: Purchased.self) { group in
                for number in 0..<30 {
                    group.addTask {
                        try await Self.buy(number, seed: seed, receiver, driver)
                    }
                }
                return try await group.reduce(into: [Purchased]()) { $0.append($1) }
            }
            try await driver.devnet.post("faults", #"{"clear":true}"#)
            try await driver.set(#"{"clear":true}"#)
            // Orders that are never delivered fail by now, which is said to the next who asks: a claim whose answer was
            // lost is only known to have been taken.
            try await driver.devnet.mine(30)
            try await wait("seed \(seed): all orders settled") {
                try await driver.statement().orders.allSatisfy { !["waiting", "sent"].contains($0.state) }
            }
            for index in results.indices where results[index].report != nil {
                let purchase = results[index].purchase
                results[index].report = try await Self.again { try await driver.supplier.find(purchase) }
            }
            var spent = Sun.zero
            for result in results {
                let payment = try #require(result.purchase.payment)
                let receipt = try await driver.devnet.node.transactionReceipt(payment.transaction)
                #expect((receipt != nil) == (result.report != nil), "seed \(seed): \(result)")
                if let receipt { spent += payment.amount + receipt.fee }
            }
            let (paid, kinds) = (spent, Set(results.map { $0.report?.state.name ?? "nothing" }))
            #expect(kinds.isSuperset(of: ["delivered", "failed"]), "seed \(seed): only \(kinds)")
            // What the supplier could not deliver comes back, each once.
            let failed = results.filter { $0.report?.state == .failed(refunded: nil) }
            let refunds = failed.reduce(Sun.zero) { $0 + ($1.purchase.payment?.amount ?? .zero) }
            let expected = before - paid + refunds
            try await wait("seed \(seed): the refunds") {
                try await driver.devnet.trx(of: driver.wallet.address) == expected
            }
            try await driver.devnet.mine(30)
            #expect(try await driver.devnet.trx(of: driver.wallet.address) == expected, "seed \(seed)")
            // The supplier's own books: one order at most for each payment.
            let orders = try await driver.statement().orders
            #expect(Set(orders.compactMap(\.key)).count == orders.count, "seed \(seed)")
            let payments = Set(results.compactMap { $0.purchase.payment?.transaction.hex })
            #expect(orders.allSatisfy { payments.contains($0.key ?? "") }, "seed \(seed)")
        }
    }

    private struct Purchased: Sendable {
        var purchase: PreparedPurchase
        /// `nil` when nothing was bought.
        var report: OrderReport?
    }

    /// Buys as the caller of an adapter does: prepares until it succeeds, dies at a random place, and looks the purchase
    /// up until it has ended.
    private static func buy(
        _ number: Int,
        seed: UInt64,
        _ receiver: TronAddress,
        _ driver: SandboxDriver
    ) async throws -> Purchased {
        var chance = SeededNumbers(state: seed &* 1_000_003 &+ UInt64(number))
        let demand = EnergyDemand(receiver: receiver, energy: Energy(65_000), duration: .seconds(900))
        guard let key = OrderKey("chaos-\(number)") else { throw TestFailure("no key") }
        let order = SupplierOrder(key: key, demand: demand, maximumTotal: Sun(4_000_000))
        let purchase = try stored(try await again { try await driver.supplier.prepare(order) })
        var report: OrderReport?
        switch Int.random(in: 0..<10, using: &chance) {
        case 0: return Purchased(purchase: purchase)  // Dies before anything was sent.
        case 1, 2:  // Dies after it was.
            let bytes = purchase.payment?.bytes ?? []
            _ = await driver.devnet.node.broadcast(try SignedTransaction(bytes: bytes))
        default: report = try? await driver.supplier.place(purchase)
        }
        let deadline = ContinuousClock.now + .patient(.seconds(60))
        while !(report?.state.isFinal ?? false) {
            guard ContinuousClock.now < deadline else {
                throw TestFailure("purchase \(number) has not ended: \(purchase)")
            }
            try await Task.sleep(for: .milliseconds(Int64.random(in: 50...300, using: &chance)))
            do throws(SupplierFault) {
                // What the supplier has never heard of is placed again, as it is.
                report = try await driver.supplier.find(purchase)
                if report == nil { report = try await driver.supplier.place(purchase) }
            } catch {
                report = nil
            }
        }
        return Purchased(purchase: purchase, report: report)
    }

    /// Until faults let it through.
    private static func again<Value>(_ body: () async throws -> Value) async throws -> Value {
        let deadline = ContinuousClock.now + .patient(.seconds(60))
        while true {
            do {
                return try await body()
            } catch let fault as SupplierFault {
                let passing: [SupplierFault.Code] = [
                    .rateLimited, .serverError, .noAnswer, .unavailable, .notConnected, .timeout,
                ]
                guard passing.contains(fault.code), ContinuousClock.now < deadline else { throw fault }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}

/// SplitMix64.
private struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
