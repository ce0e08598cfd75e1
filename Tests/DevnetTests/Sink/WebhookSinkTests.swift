internal import Models
internal import Testing
internal import Webhooks

@testable internal import Devnet

/// What a sink decides and remembers, without a server.
@Suite struct WebhookSinkTests {
    private let now = Timestamp(milliseconds: 1_790_000_000_000)
    private let sink = WebhookSink()

    private func secret(_ byte: UInt8 = 1) throws -> WebhookSecret {
        // 24 bytes of one kind, in base64.
        try WebhookSecret("whsec_" + ["", "AQEB", "AgIC", "AwMD"][Int(byte)].repeated(8))
    }

    private func signed(
        _ id: String,
        _ body: String,
        _ secrets: [WebhookSecret],
        at time: Timestamp
    ) -> [(
        name: String, value: String
    )] {
        let seconds = time.milliseconds / 1000
        let signature = WebhookSignature.header(id: id, timestamp: seconds, body: Array(body.utf8), secrets: secrets)
        return [
            ("webhook-id", id), ("webhook-timestamp", String(seconds)), ("webhook-signature", signature),
        ]
    }

    private func status(_ reply: SinkReply?) -> Int? {
        if case .answer(let status, _, _, _) = reply?.kind { status } else { nil }
    }

    private func summary(_ name: String) throws -> JSON {
        try #require(sink.summary["sinks"]?.array?.first { $0["name"]?.string == name })
    }

    private func deliver(_ id: String, _ secrets: [WebhookSecret], at time: Timestamp? = nil) -> Int? {
        let body = #"{"type":"withdrawal.ready.v1","timestamp":"\#(now - .seconds(1))","data":{}}"#
        let headers = signed(id, body, secrets, at: time ?? now)
        return status(sink.receive("acme", headers: headers, body: Array(body.utf8), at: now))
    }

    @Test func aGenuineDeliveryIsVerifiedAndAForgedOneRefused() throws {
        let secret = try secret()
        let other = try self.secret(2)
        _ = try sink.change("acme") { $0.secrets = [secret] }
        #expect(deliver("msg_1", [secret]) == 200)
        #expect(deliver("msg_2", [other]) == 401)
        // Signed by both, as it is while one is replaced.
        #expect(deliver("msg_3", [other, secret]) == 200)
        let body = Array("{}".utf8)
        #expect(status(sink.receive("acme", headers: [], body: body, at: now)) == 401)
        let summary = try summary("acme")
        #expect(summary["received"]?.int == 4 && summary["verified"]?.int == 2 && summary["refused"]?.int == 2)
        #expect(summary["accepted"]?.int == 2 && summary["unique"]?.int == 2)
        let deliveries = try #require(sink.deliveries(of: "acme", after: 0, limit: 10)?["deliveries"]?.array)
        #expect(deliveries.map { $0["number"]?.int } == [1, 2, 3, 4])
        #expect(deliveries[0]["age_ms"]?.int == 1_000 && deliveries[0]["type"]?.string == "withdrawal.ready.v1")
        #expect(deliveries[1]["verdict"]?.string?.hasPrefix("refused: ") == true)
    }

    @Test func aSignatureIsGoodForFiveMinutesBothWays() throws {
        let secret = try secret()
        _ = try sink.change("acme") { $0.secrets = [secret] }
        #expect(deliver("a", [secret], at: now - .seconds(300)) == 200)
        #expect(deliver("b", [secret], at: now + .seconds(300)) == 200)
        #expect(deliver("c", [secret], at: now - .seconds(301)) == 401)
        #expect(deliver("d", [secret], at: now + .seconds(301)) == 401)
    }

    @Test func bothSecretsOfARotationAreGood() throws {
        let (old, new) = (try secret(1), try secret(2))
        _ = try sink.change("acme") { $0.secrets = [old, new] }
        #expect(deliver("a", [old]) == 200)
        #expect(deliver("b", [new]) == 200)
        #expect(deliver("c", [try secret(3)]) == 401)
    }

    @Test func whatWasAcceptedBeforeIsADuplicate() throws {
        #expect(deliver("msg_1", []) == 200)
        #expect(deliver("msg_1", []) == 200)
        #expect(deliver("msg_2", []) == 200)
        let summary = try summary("acme")
        #expect(summary["accepted"]?.int == 3 && summary["unique"]?.int == 2 && summary["duplicates"]?.int == 1)
        #expect(summary["verified"]?.int == 0)
    }

    @Test func anAttemptThatFailedIsNoDuplicate() throws {
        let behaviour = SinkBehaviour(mode: .status(500, retryAfter: nil, location: nil), after: 1, count: 2)
        _ = try sink.change("acme") { $0.behaviour = behaviour }
        #expect(["a", "b", "b", "b", "c"].map { deliver($0, []) } == [200, 500, 500, 200, 200])
        let summary = try summary("acme")
        #expect(summary["failed"]?.int == 2 && summary["unique"]?.int == 3 && summary["duplicates"]?.int == 0)
    }

    @Test func allSinksTogetherKeepABoundedAmount() throws {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for number in 0..<300 {
            let name = number % 3 == 0 ? "small" : "large"
            _ = sink.receive(name, headers: [("webhook-id", "\(number)")], body: body, at: now)
        }
        let kept = ["small", "large"].reduce(0) {
            $0 + (sink.deliveries(of: $1, after: 0, limit: 1_000)?["deliveries"]?.array?.count ?? 0)
        }
        #expect(kept > 16 && kept <= 64)
        #expect(try summary("small")["unique"]?.int == 100 && summary("large")["unique"]?.int == 200)
        // What is left are the newest.
        let newest = sink.deliveries(of: "large", after: 199, limit: 10)?["deliveries"]?.array
        #expect(newest?.map { $0["id"]?.string } == ["299"])
    }

    @Test func oneSinkKeepsTheLastThousand() throws {
        for number in 1...1_500 { _ = sink.receive("acme", headers: [("webhook-id", "\(number)")], body: [], at: now) }
        let deliveries = sink.deliveries(of: "acme", after: 0, limit: 5_000)?["deliveries"]?.array ?? []
        #expect(deliveries.count == 1_000 && deliveries.first?["number"]?.int == 501)
        #expect(sink.deliveries(of: "acme", after: 1_490, limit: 4)?["deliveries"]?.array?.count == 4)
        sink.reset()
        #expect(sink.deliveries(of: "acme", after: 0, limit: 1) == nil)
    }
}

extension String {
    fileprivate func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
