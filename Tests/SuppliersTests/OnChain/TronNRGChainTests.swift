internal import ChainModel
internal import Models
internal import Suppliers
internal import Testing
internal import Tron

/// Where a process may die, and what becomes of the money.
@Suite(.serialized) struct TronNRGChainTests {
    /// The adapter as another process would make it.
    private func restarted(_ driver: SandboxDriver) throws -> any Supplier {
        try SandboxDriver.make(driver.sandboxed, driver.devnet, driver.transport, driver.wallet)
    }

    @Test func aCrashBetweenPaymentAndClaimIsMended() async throws {
        try await SandboxDriver.with(.tronNRG) { driver in
            let before = try await driver.devnet.trx(of: driver.wallet.address)
            let purchase = try await driver.prepared()
            try await send(purchase, to: driver.devnet.node)
            try await driver.devnet.mine(1)
            #expect(try await driver.statement().orders.isEmpty, "paid, and not claimed")
            let again = try stored(purchase)
            let report = try #require(try await restarted(driver).find(again))
            #expect(report.state == .delivered && report.charged == purchase.total)
            #expect(report.delegations.count == 1)
            try await driver.devnet.waitForEnergy(purchase.energy, of: purchase.order.demand.receiver)
            // However often it is placed now, nothing more is paid.
            for _ in 0..<3 { #expect(try await driver.supplier.place(again).state == .delivered) }
            #expect(try await driver.statement().orders.count == 1)
            // The bytes of a transfer are free once a day.
            #expect(try await driver.devnet.trx(of: driver.wallet.address) == before - purchase.total)
        }
    }

    @Test func aPaymentThatWasNeverSentBuysNothing() async throws {
        try await SandboxDriver.with(.tronNRG) { driver in
            let before = try await driver.devnet.trx(of: driver.wallet.address)
            let purchase = try stored(try await driver.prepared())
            let payment = try #require(purchase.payment)
            #expect(try await driver.supplier.find(purchase) == nil)
            let early = try await driver.devnet.node.fate(of: payment.transaction, expiring: payment.expiration)
            #expect(early == .undecided)
            try await driver.devnet.letPaymentsExpire()
            let late = try await driver.devnet.node.fate(of: payment.transaction, expiring: payment.expiration)
            #expect(late == .never)
            #expect(try await driver.supplier.find(purchase) == nil)
            let fault = try await fault { () async throws(SupplierFault) in try await driver.supplier.place(purchase) }
            #expect(fault.code == .refused && fault.stage == .answered, "\(fault)")
            #expect(try await driver.devnet.trx(of: driver.wallet.address) == before)
            #expect(try await driver.statement().orders.isEmpty)
        }
    }

    @Test func aPaymentLostInAReorganisationIsSentAgainAsItIs() async throws {
        try await SandboxDriver.with(.tronNRG) { driver in
            let purchase = try await driver.prepared()
            let before = try await driver.devnet.trx(of: driver.wallet.address)
            try await driver.devnet.post("faults", #"{"stuck":true}"#)
            try await send(purchase, to: driver.devnet.node)
            try await driver.devnet.mine(1)
            try await driver.devnet.post("reorg", #"{"depth":1,"keep_transactions":false}"#)
            #expect(try await driver.supplier.find(purchase) == nil)
            try await driver.devnet.post("faults", #"{"clear":true}"#)
            #expect(try await driver.supplier.place(purchase).state == .delivered)
            #expect(try await driver.devnet.trx(of: driver.wallet.address) == before - purchase.total)
            #expect(try await driver.statement().orders.count == 1)
        }
    }

    @Test func whatIsRefusedIsPaidBackOnChain() async throws {
        try await SandboxDriver.with(.tronNRG) { driver in
            let before = try await driver.devnet.trx(of: driver.wallet.address)
            let purchase = try await driver.prepared()
            try await driver.set(#"{"maintenance":true,"count":1}"#)
            let report = try await driver.supplier.place(purchase)
            #expect(
                report.state == .failed(refunded: nil) && report.charged == purchase.total,
                "announced is not paid back"
            )
            try await wait("the refund") { try await driver.devnet.trx(of: driver.wallet.address) == before }
            #expect(try await driver.supplier.find(purchase)?.state == .failed(refunded: nil))
            try await driver.devnet.mine(30)
            #expect(try await driver.devnet.trx(of: driver.wallet.address) == before, "and once only")
        }
    }

    @Test func equalOrdersAreDifferentPayments() async throws {
        try await SandboxDriver.with(.tronNRG) { driver in
            let demand = try await driver.demand()
            var ids: Set<TransactionID> = []
            for number in 0..<20 {
                let purchase = try await driver.prepared(demand, key: "key-\(number)")
                ids.insert(try #require(purchase.payment?.transaction))
            }
            #expect(ids.count == 20)
        }
    }

    @Test func anEmptyWalletIsNoticedBeforeAnythingIsSigned() async throws {
        try await SandboxDriver.with(.tronNRG) { driver in
            let poor = try await driver.devnet.wallet(trx: 4)
            let wallet = PurchasingWallet(
                key: poor,
                rules: .purchasing(from: poor.address, payees: [], for: .any, maximumAmount: .trx)
            )
            let supplier = try SandboxDriver.make(driver.sandboxed, driver.devnet, driver.transport, wallet)
            let demand = try await driver.demand()
            let key = try #require(OrderKey("key-1"))
            let order = SupplierOrder(key: key, demand: demand, maximumTotal: Sun(4_000_000))
            let fault = try await fault { () async throws(SupplierFault) in try await supplier.prepare(order) }
            #expect(fault.code == .insufficientBalance && fault.stage == .notSent, "\(fault)")
        }
    }

    @Test func onlyTheConfiguredAddressIsPaid() async throws {
        try await SandboxDriver.with(.tronNRG) { driver in
            var other = driver.sandboxed
            other.options["pay_to"] = "TFqUiCu1JwLHHnBNeaaVKH7Csm4aA3YhZx"
            let wrong = try SandboxDriver.make(other, driver.devnet, driver.transport, driver.wallet)
            let demand = try await driver.demand()
            let redirected = try await fault { () async throws(SupplierFault) in try await wrong.quote(demand) }
            #expect(redirected.code == .refused, "\(redirected)")
            // And the signer knows none but those it was given.
            let key = try await driver.devnet.wallet(trx: 1000)
            let strict = PurchasingWallet(
                key: key,
                rules: .purchasing(from: key.address, payees: [], for: .any, maximumAmount: Sun(10_000_000))
            )
            let supplier = try SandboxDriver.make(driver.sandboxed, driver.devnet, driver.transport, strict)
            let order = SupplierOrder(
                key: try #require(OrderKey("key-1")),
                demand: demand,
                maximumTotal: Sun(4_000_000)
            )
            let unsigned = try await fault { () async throws(SupplierFault) in try await supplier.prepare(order) }
            #expect(unsigned.code == .refused && unsigned.stage == .notSent, "\(unsigned)")
        }
    }

    /// The sandbox's own words, as TronNRG's error page lists them.
    @Test func claimsAreCheckedAsPublished() async throws {
        try await SandboxDriver.with(.tronNRG) { driver in
            let devnet = driver.devnet
            let payer = try await devnet.wallet(trx: 100)
            let receiver = try await devnet.wallet().address
            let pool = try TronAddress(base58: try #require(driver.sandboxed.options["pay_to"]))
            func pay(_ amount: Int64, to recipient: TronAddress) async throws -> TransactionID {
                let body = try await devnet.node.transactionBuilder()
                    .transfer(Sun(amount), from: payer.address, to: recipient)
                let signed = SignedTransaction(rawBytes: body.rawBytes, signatures: [payer.sign(body.id)])
                #expect(await devnet.node.broadcast(signed) == .accepted)
                try await devnet.mine(1)
                return signed.id
            }
            func claim(_ hash: String, _ to: String, _ signature: String) async throws -> String {
                let body = #"{"tx_hash":"\#(hash)","delegate_to":"\#(to)","signature":"\#(signature)"}"#
                let answer = try await devnet.ask("tronnrg/delegate", body)
                return "\(answer.status) \(answer.fields["error"] ?? answer.fields["status"] ?? "")"
                    + (answer.fields["refund"] == nil ? "" : " refund")
            }
            func signed(_ hash: TransactionID, by key: PrivateKey) -> String {
                key.sign(message: "\(hash.hex):\(receiver.base58)")
            }
            let nothing = String(repeating: "ab", count: 32)
            let unknown = try #require(TransactionID(hex: nothing))
            let to = receiver.base58
            #expect(try await claim("12", to, "0x") == "400 invalid_tx_hash")
            #expect(try await claim(nothing.uppercased(), to, "0x") == "400 invalid_tx_hash")
            #expect(try await claim(nothing, "T123", "0x") == "400 invalid_address")
            #expect(try await claim(nothing, to, "") == "400 missing_signature")
            #expect(try await claim(nothing, to, "0x1234") == "401 invalid_signature")
            #expect(try await claim(nothing, to, signed(unknown, by: payer)) == "404 payment_verification_failed")
            let elsewhere = try await pay(4_000_000, to: receiver)
            #expect(
                try await claim(elsewhere.hex, to, signed(elsewhere, by: payer)) == "400 payment_verification_failed"
            )
            let payment = try await pay(4_000_000, to: pool)
            #expect(try await claim(payment.hex, to, signed(payment, by: .random())) == "403 signature_mismatch")
            #expect(try await claim(payment.hex, to, signed(payment, by: payer)) == "200 delegated")
            #expect(try await claim(payment.hex, to, signed(payment, by: payer)) == "409 hash_already_used")
            try await devnet.waitForEnergy(Energy(65_000), of: receiver)
            let before = try await devnet.trx(of: payer.address)
            let small = try await pay(3_999_999, to: pool)
            #expect(try await claim(small.hex, to, signed(small, by: payer)) == "400 below_minimum refund")
            try await wait("the refund") { try await devnet.trx(of: payer.address) > before - Sun(3_000_000) }
        }
    }
}
