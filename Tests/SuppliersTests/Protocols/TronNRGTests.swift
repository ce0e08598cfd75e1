internal import FoundationEssentials
internal import Models
internal import Suppliers
internal import Synchronization
internal import Testing
internal import Tron

/// TronNRG's words, byte for byte. The claim's signature was computed with eth-keys.
@Suite struct TronNRGTests {
    private static let payment = "6303c7639f591407ef9f34a7ac8c9c9a21151f5a6af21924502515734fc267ab"
    private static let receiver = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
    private static let signature =
        "0x66c8625371cae0d880b2f50143a7d561bca73cb5f310608feb6ded140fe1c1ae"
        + "4858a6e66196595ef36f18b089153b7d24c1fd43c85c4a331167bae9085806721c"

    private func supplier(_ transport: ScriptedTransport, _ chain: CannedChain = .paid) throws -> any Supplier {
        let secret = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
        let key = try #require([UInt8](hex: secret).flatMap { PrivateKey(bytes: $0) })
        let rules = SigningRules.purchasing(
            from: key.address,
            payees: [try TronAddress(base58: "TFqUiCu1JwLHHnBNeaaVKH7Csm4aA3YhZx")],
            for: .any,
            maximumAmount: Sun(100_000_000)
        )
        return try SupplierRegistry.all.make(
            SupplierSettings(id: try #require(SupplierID("tronnrg")), kind: .tronNRG),
            SupplierSurroundings(
                transport: transport,
                clock: FixedClock(time: Timestamp(milliseconds: 1_795_000_000_000)),
                node: chain,
                wallet: PurchasingWallet(key: key, rules: rules)
            )
        )
    }

    private func purchase() throws -> PreparedPurchase {
        let demand = EnergyDemand(
            receiver: try TronAddress(base58: Self.receiver),
            energy: Energy(65_000),
            duration: .seconds(900)
        )
        return PreparedPurchase(
            supplier: try #require(SupplierID("tronnrg")),
            order: SupplierOrder(
                key: try #require(OrderKey("key-1")),
                demand: demand,
                maximumTotal: Sun(4_000_000)
            ),
            energy: Energy(65_000),
            duration: .seconds(900),
            total: Sun(4_000_000),
            payment: .init(
                transaction: try #require(TransactionID(hex: Self.payment)),
                bytes: [],
                expiration: Timestamp(milliseconds: 60_000),
                amount: Sun(4_000_000)
            ),
            notes: ["claim": Self.signature]
        )
    }

    private func find(_ status: Int, _ body: String) async throws -> OrderReport? {
        let transport = ScriptedTransport([SupplierAnswer(status: status, body: Array(body.utf8))])
        return try await supplier(transport).find(try purchase())
    }

    @Test func theClaimIsWhatThePageSays() async throws {
        let delegation = String(repeating: "cd", count: 32)
        let transport = ScriptedTransport(
            #"{"status":"delegated","ref":"nrg_1","energy":65000,"delegations":[{"tx":"\#(delegation)"}],"#
                + #""tx_hash":"\#(Self.payment)"}"#
        )
        let report = try #require(try await supplier(transport).find(try purchase()))
        #expect(report.state == .delivered && report.charged == Sun(4_000_000) && report.energy == Energy(65_000))
        #expect(report.delegations.map(\.hex) == [delegation], "the payment's own hash is none of a delegation")
        #expect(report.expires == Timestamp(milliseconds: 1_795_000_900_000))
        let call = try #require(transport.calls.first)
        #expect(call.method == .post && call.url == "https://api.tronnrg.com/delegate")
        #expect(
            call.text == #"{"delegate_to":"\#(Self.receiver)","signature":"\#(Self.signature)","#
                + #""tx_hash":"\#(Self.payment)"}"#
        )
    }

    @Test func whatIsSignedIsStoredBeforeItIsSent() async throws {
        let transport = ScriptedTransport(#"{"pay_to":"TFqUiCu1JwLHHnBNeaaVKH7Csm4aA3YhZx"}"#)
        let supplier = try supplier(transport, .alive)
        let prepared = try await supplier.prepare(try purchase().order)
        let payment = try #require(prepared.payment)
        #expect(payment.amount == Sun(4_000_000), "the least is 4 TRX")
        #expect(payment.expiration == Timestamp(milliseconds: 1_795_000_060_000), "a minute after the newest block")
        let signed = try SignedTransaction(bytes: payment.bytes)
        #expect(signed.id == payment.transaction)
        let text = "\(payment.transaction.hex):\(Self.receiver)"
        let signature = try #require(prepared.notes["claim"])
        #expect(MessageSignature.signer(of: text, signature: signature)?.base58 == "TE2H9hWjzYdwzDFRJfx9BFhr4MmjH1CHaz")
        #expect(transport.calls.map(\.url) == ["https://api.tronnrg.com/supply"])
        // The same order prepared again at the same block is the same payment.
        let again = try self.supplier(ScriptedTransport(#"{"pay_to":"TFqUiCu1JwLHHnBNeaaVKH7Csm4aA3YhZx"}"#), .alive)
        #expect(try await again.prepare(try purchase().order) == prepared)
    }

    @Test(arguments: [
        (409, "hash_already_used", "", "delivered"), (404, "payment_verification_failed", "", "accepted"),
        (400, "payment_verification_failed", "", "failed nil"), (400, "delegation_failed", "{}", "failed nil"),
        (500, "delegation_failed", "{}", "failed nil"), (400, "delegation_failed", "", "failed nil"),
        (400, "below_minimum", "{}", "failed nil"), (401, "invalid_signature", "", "failed false"),
        (403, "signature_mismatch", "", "failed false"), (400, "invalid_address", "", "failed false"),
        (500, "delegation_failed", "", "server_error sent"), (429, "rate_limited", "", "rate_limited sent"),
        (502, "", "", "server_error sent"), (400, "something_new", "", "invalid_request sent"),
    ])
    func eachErrorMeansOneThing(_ status: Int, _ error: String, _ refund: String, _ meaning: String) async throws {
        let extra = refund.isEmpty ? "" : #","refund":\#(refund)"#
        let body = error.isEmpty ? "<html>" : #"{"error":"\#(error)","message":"m"\#(extra)}"#
        var found = ""
        do throws(SupplierFault) {
            let report = try await { () async throws(SupplierFault) in
                do { return try await find(status, body) } catch let fault as SupplierFault { throw fault } catch {
                    throw SupplierFault(.badAnswer, .notSent, "\(error)")
                }
            }()
            found = report?.state.name ?? "nothing"
            if case .failed(let refunded)? = report?.state {
                found += refunded.map { " \($0)" } ?? " nil"
            }
        } catch {
            found = "\(error.code) \(error.stage.rawValue)"
        }
        #expect(found == meaning)
    }

    @Test func whatIsPartlyDelegatedIsPartlyThere() async throws {
        let report = try await find(200, #"{"status":"delegated","energy":30000}"#)
        #expect(report?.state == .partial(Energy(30_000)))
        #expect(try await find(200, #"{"status":"pending"}"#)?.state == .delivering)
    }

    @Test func aPaymentThatIsNotOnChainIsNotClaimed() async throws {
        let transport = ScriptedTransport("{}")
        var purchase = try purchase()
        purchase.payment?.expiration = Timestamp(milliseconds: 1_795_000_060_000)
        #expect(try await supplier(transport, .alive).find(purchase) == nil)
        #expect(transport.calls.isEmpty)
    }

    @Test func aNodeThatIsBehindKnowsNothingOfAPayment() async throws {
        let transport = ScriptedTransport("{}")
        let supplier = try supplier(transport, .alive)
        var purchase = try purchase()
        purchase.payment?.expiration = Timestamp(milliseconds: 1_794_999_930_000)
        let late = purchase
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.find(late) }
        #expect(failure.code == .noAnswer && failure.stage == .sent, "\(failure)")
        #expect(transport.calls.isEmpty)
    }

    @Test func whatIsNotThereIsNotSold() async throws {
        let supply = #"{"pay_to":"TFqUiCu1JwLHHnBNeaaVKH7Csm4aA3YhZx","available_energy":64999}"#
        let supplier = try supplier(ScriptedTransport(supply))
        let demand = try purchase().order.demand
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.quote(demand) }
        #expect(failure.code == .unavailable && failure.stage == .answered, "\(failure)")
    }

    @Test func itNeedsChainAndWallet() throws {
        #expect(throws: SupplierSettingsError.self) {
            try scripted(.tronNRG, secrets: [:], ScriptedTransport("{}"))
        }
    }
}

/// A chain that answers from a table.
private struct CannedChain: TronNode {
    var answers: [String: String]

    /// Knows the payment.
    static let paid = CannedChain(answers: [
        "/wallet/gettransactioninfobyid":
            #"{"id":"6303c7639f591407ef9f34a7ac8c9c9a21151f5a6af21924502515734fc267ab","blockNumber":1,"blockTimeStamp":3000}"#
    ])

    private static let block = String(repeating: "0", count: 15) + "1" + String(repeating: "a", count: 48)
    private static let header =
        #"{"blockID":"\#(block)","block_header":{"raw_data":{"number":1,"timestamp":1795000000000,"#
        + #""parentHash":"\#(block)"}}}"#

    /// Knows no payment, and everybody has TRX. Its solid block is old.
    static let alive = CannedChain(answers: [
        "/wallet/getnodeinfo": #"{"block":"Num:1,ID:\#(block)","solidityBlock":"Num:1,ID:\#(block)"}"#,
        "/wallet/getblock": header,
        "/wallet/getaccount": #"{"address":"41dd791d6b49e190062d650e6a23c575510d35f2f9","balance":1000000000}"#,
        "/walletsolidity/getnowblock":
            #"{"blockID":"\#(block)","block_header":{"raw_data":{"number":1,"timestamp":3000,"parentHash":"\#(block)"}}}"#,
    ])

    func answer(to request: NodeRequest) async throws(NodeError) -> [UInt8] {
        Array((answers[request.path] ?? "{}").utf8)
    }
}
