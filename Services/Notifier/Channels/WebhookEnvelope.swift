internal import Models
internal import Webhooks

/// What a webhook's receiver gets: the event as it came, in the envelope of Standard Webhooks 1.0.0.
enum WebhookEnvelope {
    /// `{"type":"withdrawal.ready.v1","timestamp":"2026-11-21T09:30:00.000Z","data":{…}}`: the same bytes at every attempt.
    static func body(of event: NotifiedEvent) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(event.body.utf8.count + event.wireType.utf8.count + 80)
        body += Array(#"{"type":"#.utf8)
        body += quoted(event.wireType)
        body += Array(#","timestamp":""#.utf8)
        body += Array(event.occurredAt.description.utf8)
        body += Array(#"","data":"#.utf8)
        body += Array(event.body.utf8)
        body.append(UInt8(ascii: "}"))
        return body
    }

    /// The headers of one attempt, by Standard Webhooks: who signs again signs another second.
    /// - Parameters:
    ///   - body: As it is sent, byte by byte.
    ///   - now: Of this attempt.
    ///   - secrets: Each that is valid now signs: two while one replaces the other, none for an endpoint without.
    /// - Throws: `WebhookEnvelopeError` for a message id that cannot be signed; no receiver could tell what it means.
    static func headers(
        of event: NotifiedEvent,
        body: [UInt8],
        at now: Timestamp,
        secrets: [WebhookSecret]
    ) throws(WebhookEnvelopeError) -> [(name: String, value: String)] {
        guard WebhookSignature.isSignable(id: event.id) else { throw WebhookEnvelopeError(id: event.id) }
        let seconds = now.milliseconds / 1000
        var headers = [
            (name: "content-type", value: "application/json"), (name: "user-agent", value: userAgent),
            (name: WebhookHeaderName.id, value: event.id), (name: WebhookHeaderName.timestamp, value: String(seconds)),
        ]
        if !secrets.isEmpty {
            let signature = WebhookSignature.header(id: event.id, timestamp: seconds, body: body, secrets: secrets)
            headers.append((name: WebhookHeaderName.signature, value: signature))
        }
        if let trace = event.traceparent, isTrace(trace) { headers.append((name: "traceparent", value: trace)) }
        return headers
    }

    /// What our requests call themselves.
    static let userAgent = "Busbar-Notifier/1"

    /// W3C Trace Context: hexadecimal digits and hyphens. Anything else that a message brought along stays here.
    private static func isTrace(_ text: String) -> Bool {
        (55...128).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
                    || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "f"))
                    || $0 == UInt8(ascii: "-")
            }
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                quoted += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: quoted.append(byte)
            }
        }
        return quoted + [UInt8(ascii: "\"")]
    }
}

/// A message cannot be sent as a webhook.
struct WebhookEnvelopeError: Error, Hashable, CustomStringConvertible {
    let id: String

    var description: String { "the message id \(id.debugDescription) cannot be signed" }
}
