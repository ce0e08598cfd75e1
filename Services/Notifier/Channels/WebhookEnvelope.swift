internal import Models

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
