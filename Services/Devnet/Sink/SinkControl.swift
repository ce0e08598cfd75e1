internal import Models
internal import Webhooks

/// `/devnet/sink`: secrets and behaviour of the sinks, and what came to them.
enum SinkControl {
    private static let known = [
        "secret", "secrets", "mode", "status", "retry_after", "location", "after", "count", "latency_ms", "clear",
    ]

    /// Whether a sink may be called so: like an endpoint of the notifier.
    static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 95
            }
    }

    /// Changes what the body names; `clear` first forgets all about the sink.
    static func change(_ sink: WebhookSink, _ name: String, _ body: JSON) throws(ControlError) -> JSON {
        guard isName(name) else {
            throw ControlError("a sink's name is 1 to 64 of a-z, 0-9, - and _: \(name)")
        }
        let request = try ControlRequest(body, known: known)
        let secrets = try secrets(request)
        let behaviour = try behaviour(request)
        let latency = try request.milliseconds("latency_ms", 0...600_000)
        let clear = try request.bool("clear", default: false)
        return try sink.change(name) { book in
            if clear { book = SinkBook() }
            if let secrets { book.secrets = secrets }
            if let behaviour { book.behaviour = behaviour }
            if let latency { book.behaviour.latency = latency == .zero ? nil : latency }
        }
    }

    private static func secrets(_ request: ControlRequest) throws(ControlError) -> [WebhookSecret]? {
        let texts: [JSON]
        if let one = request.fields["secret"] {
            guard !request.has("secrets") else { throw ControlError("secret and secrets are the same thing: name one") }
            texts = [one]
        } else if let several = request.fields["secrets"] {
            guard let array = several.array, array.count <= 8 else {
                throw ControlError("secrets must be an array of at most 8")
            }
            texts = array
        } else {
            return nil
        }
        var secrets: [WebhookSecret] = []
        for text in texts {
            guard let text = text.string else { throw ControlError("a secret must be a string: whsec_…") }
            do throws(WebhookSecretError) {
                secrets.append(try WebhookSecret(text))
            } catch {
                throw ControlError("\(error)")
            }
        }
        return secrets
    }

    private static func behaviour(_ request: ControlRequest) throws(ControlError) -> SinkBehaviour? {
        let aims = ["status", "retry_after", "location", "after", "count"]
        guard let mode = request.fields["mode"] else {
            if let stray = aims.first(where: request.has) { throw ControlError("\(stray) is for a mode: name one") }
            return nil
        }
        var behaviour = SinkBehaviour()
        switch mode.string {
        case "ok": behaviour.mode = .ok
        case "hang": behaviour.mode = .hang
        case "drop": behaviour.mode = .drop
        case "status":
            behaviour.mode = .status(
                Int(try request.int("status", 200...599)),
                retryAfter: request.has("retry_after") ? Int(try request.int("retry_after", 0...604_800)) : nil,
                location: request.fields["location"]?.string
            )
        default: throw ControlError("mode must be ok, hang, drop or status")
        }
        if mode.string != "status", let stray = aims.prefix(3).first(where: request.has) {
            throw ControlError("\(stray) is for the mode status")
        }
        behaviour.after = Int(try request.int("after", 0...1_000_000_000, default: 0))
        behaviour.count = request.has("count") ? Int(try request.int("count", 1...1_000_000_000)) : nil
        return behaviour
    }
}
