internal import Models
internal import Suppliers
internal import Testing

/// CatFee's words, byte for byte. The signatures were computed with Python's hmac.
@Suite struct CatFeeTests {
    private let secrets = ["key": "k3y", "secret": "s3cr3t"]

    private func supplier(
        _ transport: ScriptedTransport,
        at time: String = "2026-11-21T09:30:00.000Z",
        options: [String: String] = [:]
    ) throws -> any Supplier {
        let time = try #require(Timestamp(time))
        return try scripted(.catFee, secrets: secrets, options: options, at: time, transport)
    }

    private static func order(_ status: String, _ confirmation: String, quantity: Int = 65_000) -> String {
        #"{"code":0,"msg":"","data":{"id":"C1","status":"\#(status)","confirm_status":"\#(confirmation)","#
            + #""quantity":\#(quantity),"pay_amount_sun":2730000,"activate_amount_sun":0,"#
            + #""expired_timestamp":1795285800000,"delegate_hash":"\#(String(repeating: "cd", count: 32))"}}"#
    }

    @Test func ordersAreSignedWithTheirQuery() async throws {
        let transport = ScriptedTransport(Self.order("PAYMENT_SUCCESS", "UNCONFIRMED"))
        let supplier = try supplier(transport)
        let report = try await supplier.place(try samplePurchase(supplier))
        #expect(report.state == .accepted && report.reference == "C1" && report.charged == Sun(2_730_000))
        #expect(report.expires == Timestamp(milliseconds: 1_795_285_800_000))
        let call = try #require(transport.calls.first)
        #expect(call.method == .post && call.body.isEmpty)
        #expect(
            call.url == "https://api.catfee.io/v1/order?quantity=65000&receiver=TLsV52sRDL79HXGGm9yzwKibb6BeruhUzy"
                + "&duration=1h&client_order_id=key-1&activate=false"
        )
        #expect(call.header("cf-access-key") == "k3y")
        #expect(call.header("cf-access-timestamp") == "2026-11-21T09:30:00.000Z")
        #expect(call.header("cf-access-sign") == "ZgXCwwvcPqHFzVUXP1jjRMRj8E+ul3qCvcpARF+F71g=")
    }

    @Test func theQueryCanBeLeftOutOfTheSignature() async throws {
        let transport = ScriptedTransport(#"{"code":0,"data":2730000}"#)
        let supplier = try supplier(transport, options: ["sign_query": "false"])
        let quote = try await supplier.quote(try sampleOrder().demand)
        #expect(quote.total == Sun(2_730_000) && quote.pricePerEnergy == SunPerEnergy("42"))
        let call = try #require(transport.calls.first)
        #expect(call.url == "https://api.catfee.io/v1/estimate?quantity=65000&duration=1h")
        #expect(call.header("cf-access-sign") == "dIdeeYpyhIpyHrIpRfbKssLKCzJqc/i6aJaaiTO8BTU=")
    }

    @Test func theAccountIsAskedWithoutAQuery() async throws {
        let transport = ScriptedTransport(#"{"code":0,"data":{"balance":77,"api_secret":"s3cr3t"}}"#)
        let supplier = try supplier(transport, at: "2023-08-26T12:34:56.789Z")
        #expect(try await supplier.balance() == Sun(77))
        #expect(transport.calls.first?.header("cf-access-sign") == "Tpn71wbIaDYMQlh+IpA+mtrgJ7Zb4tL5ijOzpwkFye0=")
    }

    @Test(arguments: [
        ("PAYMENT_SUCCESS", "UNCONFIRMED", OrderReport.State.accepted),
        ("DELEGATE_SUCCESS", "UNCONFIRMED", .delivering), ("DELEGATE_SUCCESS", "DELEGATION_CONFIRMED", .delivered),
        ("DELEGATE_SUCCESS", "RECLAIM_CONFIRMED", .delivered),
        ("DELEGATE_SUCCESS", "DELEGATION_CONFIRMED_FAIL", .failed(refunded: nil)),
        ("DELEGATE_FAIL", "UNCONFIRMED", .failed(refunded: nil)),
    ])
    func successIsTheConfirmation(_ status: String, _ confirmation: String, _ state: OrderReport.State) async throws {
        let supplier = try supplier(ScriptedTransport(Self.order(status, confirmation)))
        var purchase = try samplePurchase(supplier)
        purchase.reference = "C1"
        let report = try #require(try await supplier.find(purchase))
        #expect(report.state == state)
    }

    @Test func lessThanOrderedIsPartial() async throws {
        let answer = Self.order("DELEGATE_SUCCESS", "DELEGATION_CONFIRMED", quantity: 32_500)
        let supplier = try supplier(ScriptedTransport(answer))
        let report = try await supplier.place(try samplePurchase(supplier))
        #expect(report.state == .partial(Energy(32_500)))
    }

    @Test(arguments: [
        ("INSUFFICIENT_BALANCE", SupplierFault.Code.insufficientBalance), ("QUANTITY_TOO_HIGH", .unavailable),
        ("QUANTITY_TOO_LOW", .invalidRequest), ("ADDRESS_NOT_ACTIVATED", .refused), ("WHATEVER", .serverError),
    ])
    func wordsHaveMeanings(_ word: String, _ meaning: SupplierFault.Code) async throws {
        let supplier = try supplier(ScriptedTransport(#"{"code":4,"msg":"no","sub_code":"\#(word)","sub_msg":null}"#))
        let purchase = try samplePurchase(supplier)
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
        #expect(failure.code == meaning && failure.stage == .answered, "\(failure)")
    }

    @Test func aRefusalMayStandInTheStatus() async throws {
        let supplier = try supplier(ScriptedTransport(Self.order("INSUFFICIENT_BALANCE", "UNCONFIRMED")))
        let purchase = try samplePurchase(supplier)
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
        #expect(failure.code == .insufficientBalance)
    }

    @Test func theNumberForUnknownIsAmbiguous() async throws {
        let supplier = try supplier(ScriptedTransport(#"{"code":9999,"msg":"unknown"}"#))
        let purchase = try samplePurchase(supplier)
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
        #expect(failure.code == .serverError)
    }

    @Test func aStatusAloneDoesNotSayThatThereIsNoOrder() async throws {
        for (status, code) in [(404, SupplierFault.Code.serverError), (409, .alreadyPlaced)] {
            let supplier = try supplier(ScriptedTransport([SupplierAnswer(status: status, body: Array("<html>".utf8))]))
            var purchase = try samplePurchase(supplier)
            purchase.reference = "C1"
            let asked = purchase
            let failure = try await fault { () async throws(SupplierFault) in try await supplier.find(asked) }
            #expect(failure.code == code, "\(failure)")
        }
        let supplier = try supplier(ScriptedTransport(#"{"code":1,"sub_code":"ORDER_NOT_FOUND"}"#))
        var purchase = try samplePurchase(supplier)
        purchase.reference = "C1"
        #expect(try await supplier.find(purchase) == nil)
    }

    @Test func accidentsInsideAreAmbiguous() async throws {
        for body in [#"{"code":500,"msg":"INSUFFICIENT_BALANCE"}"#, #"{"code":1,"msg":"INTERNAL_ERROR"}"#] {
            let supplier = try supplier(ScriptedTransport(body))
            let purchase = try samplePurchase(supplier)
            let failure = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
            #expect(failure.code == .serverError, "\(failure)")
        }
    }

    @Test(arguments: [#"{"amount":65000}"#, "0", "-1", #"{"pay_amount_sun":0}"#])
    func aPriceThatIsNoneIsNoPrice(_ data: String) async throws {
        let supplier = try supplier(ScriptedTransport(#"{"code":0,"data":\#(data)}"#))
        let demand = try sampleOrder().demand
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.quote(demand) }
        #expect(failure.code == .badAnswer, "\(failure)")
    }

    @Test func figuresBeyondAllBoundsAreNoTrap() async throws {
        let most = Int64.max
        let body =
            #"{"code":0,"data":{"id":"C1","status":"PAYMENT_SUCCESS","pay_amount_sun":\#(most),"#
            + #""activate_amount_sun":\#(most),"expired_timestamp":\#(most),"quantity":\#(Int64.min)}}"#
        let supplier = try supplier(ScriptedTransport(body))
        let purchase = try samplePurchase(supplier)
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
        #expect(failure.code == .badAnswer, "\(failure)")
    }

    @Test func secretsInASuppliersWordsAreHidden() async throws {
        let supplier = try supplier(ScriptedTransport(#"{"code":1,"msg":"bad sign for k3y with s3cr3t"}"#))
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.balance() }
        #expect(
            !failure.detail.contains("k3y") && !failure.detail.contains("s3cr3t") && failure.detail.contains("bad sign")
        )
    }

    @Test func nothingIsAskedForAReferenceThatIsNone() async throws {
        let transport = ScriptedTransport()
        let supplier = try supplier(transport)
        for reference in [nil, "", "../account", "a b", String(repeating: "x", count: 129)] {
            var purchase = try samplePurchase(supplier)
            purchase.reference = reference
            let asked = purchase
            let failure = try await fault { () async throws(SupplierFault) in try await supplier.find(asked) }
            #expect(failure.code == .notOffered && failure.stage == .notSent)
        }
        #expect(transport.calls.isEmpty)
    }

    @Test func secretsThatAreSentBackAppearNowhere() async throws {
        let supplier = try supplier(ScriptedTransport(#"{"code":0,"data":{"api_secret":"s3cr3t","balance":"many"}}"#))
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.balance() }
        #expect(failure.code == .badAnswer)
        #expect(!"\(failure)".contains("s3cr3t"))
    }
}
