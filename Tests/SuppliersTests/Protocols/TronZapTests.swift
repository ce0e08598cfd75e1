internal import Models
internal import Suppliers
internal import Testing

/// TronZap's words, byte for byte. The signatures were computed with Python's hashlib.
@Suite struct TronZapTests {
    private let secrets = ["token": "t0ken", "secret": "s3cr3t"]

    private func supplier(_ transport: ScriptedTransport) throws -> any Supplier {
        try scripted(.tronZap, secrets: secrets, transport)
    }

    @Test func theBytesSentAreTheBytesSigned() async throws {
        let transport = ScriptedTransport(
            #"{"code":0,"request_id":"r","result":{"amount":65000,"price":"2.4505","activation_fee":0,"total":2.4505}}"#
        )
        let quote = try await supplier(transport).quote(try sampleOrder().demand)
        #expect(quote.total == Sun(2_450_500))
        let call = try #require(transport.calls.first)
        #expect(call.method == .post)
        #expect(call.url == "https://api.tronzap.com/v1/calculate")
        #expect(call.text == #"{"address":"TLsV52sRDL79HXGGm9yzwKibb6BeruhUzy","amount":65000,"duration":1}"#)
        #expect(call.header("x-signature") == "cabb4abf1e3269c3a540eb69d59856b861d35003bd1840fa7610cb835609d58a")
        #expect(call.header("authorization") == "Bearer t0ken")
        #expect(call.header("content-type") == "application/json")
    }

    @Test func anEmptyQuestionIsAnEmptyObject() async throws {
        let transport = ScriptedTransport(#"{"code":0,"result":{"balance":"12.34","address":"T"}}"#)
        #expect(try await supplier(transport).balance() == Sun(12_340_000))
        let call = try #require(transport.calls.first)
        #expect(call.text == "{}")
        #expect(call.header("x-signature") == "3d33b4870974560e56d581eb18d40902173b85f1c583c688683220bfe5c083f0")
    }

    @Test func anOrderIsLookedUpBeforeItIsPlaced() async throws {
        let transport = ScriptedTransport(
            #"{"code":20,"key":"transaction_not_found","error":"Transaction not found","request_id":"r"}"#,
            #"{"code":0,"result":{"id":71,"external_id":"key-1","status":"new","amount":2.4505,"hash":null}}"#
        )
        let supplier = try supplier(transport)
        let report = try await supplier.place(try samplePurchase(supplier))
        #expect(report.state == .accepted && report.reference == "71" && report.charged == Sun(2_450_500))
        #expect(
            transport.calls.map(\.url).map { $0.dropFirst("https://api.tronzap.com".count) } == [
                "/v1/transaction/check", "/v1/transaction/new",
            ]
        )
        #expect(transport.calls[0].text == #"{"external_id":"key-1"}"#)
        let order =
            #"{"external_id":"key-1","params":{"address":"TLsV52sRDL79HXGGm9yzwKibb6BeruhUzy","amounts":{"energy":65000},"#
            + #""duration":1},"service":"energy"}"#
        #expect(transport.calls[1].text == order)
    }

    @Test func nothingIsOrderedWhenTheLookUpFails() async throws {
        let transport = ScriptedTransport(#"{"code":500,"key":"internal_server_error","error":"oops"}"#)
        let supplier = try supplier(transport)
        let purchase = try samplePurchase(supplier)
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
        #expect(failure.code == .serverError && failure.stage == .answered)
        #expect(transport.calls.count == 1)
    }

    @Test(arguments: [
        (1, SupplierFault.Code.unauthorized), (2, .invalidRequest), (5, .refused), (6, .insufficientBalance),
        (10, .invalidRequest), (11, .invalidRequest), (12, .invalidRequest), (20, .notFound), (24, .refused),
        (35, .unavailable), (500, .serverError), (777, .serverError),
    ])
    func codesHaveMeanings(_ code: Int, _ meaning: SupplierFault.Code) async throws {
        let transport = ScriptedTransport(#"{"code":\#(code),"key":"some.key","error":"words","request_id":"abc"}"#)
        let supplier = try supplier(transport)
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.balance() }
        #expect(failure.code == meaning && failure.stage == .answered)
        #expect(failure.detail == "code \(code): some.key, words, request abc")
    }

    @Test(arguments: ["pending": "delivering", "success": "delivered", "failed": "failed"])
    func statesAreRead(_ status: String, _ name: String) async throws {
        let hash = String(repeating: "ab", count: 32)
        let transport = ScriptedTransport(
            #"{"code":0,"result":{"id":"x","status":"\#(status)","amount":"5.4700","hash":"\#(hash)"}}"#
        )
        let supplier = try supplier(transport)
        let report = try #require(try await supplier.find(try samplePurchase(supplier)))
        #expect(report.state.name == name)
        #expect(report.charged == Sun(5_470_000))
        #expect(report.delegations.map(\.hex) == [hash])
    }

    @Test(arguments: [
        "", "<html>", "[]", #"{"code":0}"#, #"{"code":0,"result":null}"#, #"{"code":0,"result":{"balance":"-1"}}"#,
        #"{"code":0,"result":{"balance":"1e5"}}"#, #"{"code":0,"result":{"balance":true}}"#,
        #"{"code":0,"result":{"balance":"99999999999999999999"}}"#,
    ])
    func answersThatAreNoneAreBad(_ body: String) async throws {
        let supplier = try supplier(ScriptedTransport(body))
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.balance() }
        #expect(failure.code == .badAnswer && failure.stage == .answered, "\(failure)")
    }

    @Test func aRefusalInAnErrorStatusKeepsItsCode() async throws {
        let body = Array(#"{"code":6,"key":"insufficient_funds","error":"no"}"#.utf8)
        let supplier = try supplier(ScriptedTransport([SupplierAnswer(status: 402, body: body)]))
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.balance() }
        #expect(failure.code == .insufficientBalance)
    }

    @Test func aStatusAloneDoesNotSayThatThereIsNoOrder() async throws {
        let answer = SupplierAnswer(status: 404, body: Array("<html>".utf8))
        let transport = ScriptedTransport([answer, answer])
        let supplier = try supplier(transport)
        let purchase = try samplePurchase(supplier)
        let found = try await fault { () async throws(SupplierFault) in try await supplier.find(purchase) }
        let placed = try await fault { () async throws(SupplierFault) in try await supplier.place(purchase) }
        #expect(found.code == .serverError && placed.code == .serverError)
        #expect(transport.calls.count == 2, "nothing was ordered")
    }

    @Test(
        arguments: [
            "2.0000001": 2_000_001, "9007199254.740993": 9_007_199_254_740_993, "0.3": 300_000, "1e2": 100_000_000,
        ] as [String: Int64]
    )
    func amountsAreExactAndRoundedUp(_ number: String, _ sun: Int64) async throws {
        let supplier = try supplier(ScriptedTransport(#"{"code":0,"result":{"balance":\#(number)}}"#))
        #expect(try await supplier.balance() == Sun(sun))
    }

    @Test func aCallShowsNeitherHeadersNorBody() {
        let call = HTTPCall(.post, "https://x/y?z=s3cr3t", headers: [("k", "s3cr3t")], body: [1], purpose: "test")
        var dumped = ""
        dump(call, to: &dumped)
        for text in [dumped, "\(call)", String(reflecting: call)] { #expect(!text.contains("s3cr3t"), "\(text)") }
    }

    @Test func secretsAppearNowhere() async throws {
        let supplier = try supplier(ScriptedTransport())
        let failure = try await fault { () async throws(SupplierFault) in try await supplier.balance() }
        var dumped = ""
        dump(supplier, to: &dumped)
        for text in [dumped, "\(supplier)", String(reflecting: supplier), "\(failure)"] {
            #expect(!text.contains("t0ken") && !text.contains("s3cr3t"))
        }
    }

    @Test func settingsAreChecked() throws {
        #expect(throws: SupplierSettingsError.self) {
            try scripted(.tronZap, secrets: ["token": "t0ken"], ScriptedTransport())
        }
        #expect(throws: SupplierSettingsError.self) {
            try scripted(SupplierKind(rawValue: "nobody"), secrets: secrets, ScriptedTransport())
        }
        #expect(throws: SupplierSettingsError.self) {
            try scripted(.tronZap, secrets: secrets, options: ["sign_query": "true"], ScriptedTransport())
        }
        #expect(SupplierSecret("with space") == nil && SupplierSecret("") == nil && SupplierSecret("a\nb") == nil)
    }
}
