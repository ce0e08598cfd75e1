import Foundation
import Models
import Testing
import Webhooks

@testable import Notifier

@Suite struct WebhookEnvelopeTests {
    private let body = #"{"b":1.50,"a":"é 한","nested":{"x":[1, 2]}}"#

    private func event(id: String = "019a", trace: String? = nil) throws -> NotifiedEvent {
        var event = try Texts.event("withdrawal.ready", body: body)
        event.id = id
        event.traceparent = trace
        return event
    }

    @Test func theEventIsInTheEnvelopeByteByByte() throws {
        let sent = String(decoding: WebhookEnvelope.body(of: try event()), as: UTF8.self)
        let expected =
            #"{"type":"withdrawal.ready.v1","timestamp":"\#((Texts.now - .seconds(65)).description)","data":"# + body
            + "}"
        #expect(sent == expected)
    }

    @Test func everyEventOfTheCatalogueIsAValidEnvelope() throws {
        for name in Texts.names {
            let bytes = WebhookEnvelope.body(of: try Texts.event(name))
            let json = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
            #expect(Set(json.keys) == ["type", "timestamp", "data"])
            #expect(json["type"] as? String == name.wireName)
            #expect(Timestamp(try #require(json["timestamp"] as? String)) == Texts.now - .seconds(65))
            #expect(json["data"] is [String: Any])
        }
    }

    @Test func aTypeFromOutsideCannotLeaveItsString() throws {
        var event = try event()
        event.wireType = "a\",\"data\":1,\"x\":\"\\\n\u{1}"
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(WebhookEnvelope.body(of: event))) as? [String: Any]
        )
        #expect(json["type"] as? String == event.wireType)
        #expect(Set(json.keys) == ["type", "timestamp", "data"])
    }

    @Test func everyValidSecretSignsWhatIsSent() throws {
        let secrets = [WebhookSecret.generate(), WebhookSecret.generate()]
        let event = try event(id: "msg_1")
        let body = WebhookEnvelope.body(of: event)
        let headers = try WebhookEnvelope.headers(of: event, body: body, at: Texts.now, secrets: secrets)
        let named = Dictionary(uniqueKeysWithValues: headers.map { ($0.name, $0.value) })
        #expect(named["webhook-id"] == "msg_1")
        #expect(named["content-type"] == "application/json")
        #expect(named["user-agent"]?.hasPrefix("Busbar-Notifier/") ?? false)
        let timestamp = try #require(named["webhook-timestamp"].flatMap { Int64($0) })
        #expect(timestamp == Texts.now.milliseconds / 1000)
        let signature = try #require(named["webhook-signature"])
        for secret in secrets {
            try WebhookSignature.verify(
                id: "msg_1",
                timestamp: timestamp,
                body: body,
                header: signature,
                secret: secret,
                now: Texts.now
            )
        }
        #expect(throws: WebhookSignatureError.self) {
            try WebhookSignature.verify(
                id: "msg_1",
                timestamp: timestamp,
                body: body,
                header: signature,
                secret: WebhookSecret.generate(),
                now: Texts.now
            )
        }
    }

    @Test func withoutASecretNothingIsSigned() throws {
        let names = try WebhookEnvelope.headers(of: event(), body: [], at: Texts.now, secrets: []).map(\.name)
        #expect(names == ["content-type", "user-agent", "webhook-id", "webhook-timestamp"])
    }

    @Test(arguments: ["", "a.b", "a b", "a\r\nx: y", "é"])
    func anIdThatCannotBeSignedIsRefused(id: String) throws {
        let event = try event(id: id)
        #expect(throws: WebhookEnvelopeError(id: id)) {
            try WebhookEnvelope.headers(of: event, body: [], at: Texts.now, secrets: [])
        }
    }

    @Test func theTraceGoesOnUnlessItIsNone() throws {
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let sent = try WebhookEnvelope.headers(of: event(trace: trace), body: [], at: Texts.now, secrets: [])
        #expect(sent.last?.name == "traceparent" && sent.last?.value == trace)
        for bad in ["", "00-x", trace + "\r\nx: y", trace.uppercased()] {
            let sent = try WebhookEnvelope.headers(of: event(trace: bad), body: [], at: Texts.now, secrets: [])
            #expect(!sent.map(\.name).contains("traceparent"), "\(bad.debugDescription)")
        }
    }
}
