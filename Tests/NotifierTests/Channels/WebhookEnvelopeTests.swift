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
        let old = WebhookSecret.generate()
        let new = WebhookSecret.generate()
        let gone = WebhookSecret.generate()
        var secrets = EndpointSecrets()
        secrets.secrets = [
            EndpointSecrets.SigningSecret(secret: new),
            EndpointSecrets.SigningSecret(secret: old, validUntil: Texts.now + .seconds(1)),
            EndpointSecrets.SigningSecret(secret: gone, validUntil: Texts.now - .seconds(1)),
        ]
        let event = try event(id: "msg_1")
        let body = WebhookEnvelope.body(of: event)
        let headers = WebhookHeaders.all(of: event, body: body, secrets: secrets, at: Texts.now)
        let named = Dictionary(uniqueKeysWithValues: headers.map { ($0.name, $0.value) })
        #expect(named["webhook-id"] == "msg_1")
        #expect(named["content-type"] == "application/json")
        let timestamp = try #require(named["webhook-timestamp"].flatMap { Int64($0) })
        #expect(timestamp == Texts.now.milliseconds / 1000)
        let signature = try #require(named["webhook-signature"])
        func verify(_ secret: WebhookSecret) throws {
            try WebhookSignature.verify(
                id: "msg_1",
                timestamp: timestamp,
                body: body,
                header: signature,
                secret: secret,
                now: Texts.now
            )
        }
        try verify(new)
        try verify(old)
        #expect(throws: WebhookSignatureError.self) { try verify(gone) }
    }
}
