internal import Models
internal import Synchronization
internal import Webhooks

/// What becomes of a request to a sink.
struct SinkReply: Sendable {
    enum Kind: Sendable {
        case answer(status: Int, retryAfter: Int?, location: String?, body: JSON)
        case hang
        case drop
    }

    var kind: Kind
    var latency: Duration?
}

/// Receivers of webhooks under `/sink/<name>`: they check signatures as the Standard Webhooks specification says, remember
/// what came, and fail as they are told.
///
/// A name that nobody has registered takes everything unchecked.
final class WebhookSink: Sendable {
    /// How many there may be.
    static let limit = 10_000
    /// What all of them keep together, in bytes. Beyond it, the one that keeps most forgets the older half.
    static let memory = 64 << 20
    /// How many ids all of them remember together.
    static let idLimit = 2_000_000

    private struct Sinks {
        var all: [String: SinkBook] = [:]
        var bytes = 0
        var ids = 0
    }

    private let sinks = Mutex(Sinks())

    /// Takes a delivery, or does what the sink was told to do.
    /// - Returns: `nil` when there are too many sinks for another.
    func receive(
        _ name: String,
        headers: [(name: String, value: String)],
        body: [UInt8],
        at now: Timestamp
    ) -> SinkReply? {
        let secrets = sinks.withLock { $0.all[name]?.secrets ?? [] }
        let verdict = Self.verdict(headers, body, secrets, now)
        var delivery = SinkDelivery(headers: headers, body: body, at: now, verdict: verdict)
        return sinks.withLock { sinks in
            guard sinks.all[name] != nil || sinks.all.count < Self.limit else { return nil }
            var book = sinks.all.removeValue(forKey: name) ?? SinkBook()
            let before = (bytes: book.bytes, ids: book.ids.count)
            let reply = book.take(&delivery, remembersIDs: sinks.ids < Self.idLimit)
            sinks.bytes += book.bytes - before.bytes
            sinks.ids += book.ids.count - before.ids
            sinks.all[name] = book
            if sinks.bytes > Self.memory { Self.forget(&sinks) }
            return reply
        }
    }

    /// Changes a sink, which begins with it where there is none.
    func change(_ name: String, _ body: (inout SinkBook) -> Void) throws(ControlError) -> JSON {
        let summary: JSON? = sinks.withLock { sinks in
            guard sinks.all[name] != nil || sinks.all.count < Self.limit else { return nil }
            var book = sinks.all.removeValue(forKey: name) ?? SinkBook()
            sinks.bytes -= book.bytes
            sinks.ids -= book.ids.count
            body(&book)
            sinks.bytes += book.bytes
            sinks.ids += book.ids.count
            sinks.all[name] = book
            return book.summary(name)
        }
        guard let summary else { throw ControlError("there are \(Self.limit) sinks, and no room for another") }
        return summary
    }

    /// Every sink at a glance.
    var summary: JSON {
        let all = sinks.withLock { $0.all }
        return ["sinks": .array(all.sorted { $0.key < $1.key }.map { $0.value.summary($0.key) })]
    }

    /// One sink, with what came to it after the delivery of that number.
    /// - Returns: `nil` when there is none of that name.
    func deliveries(of name: String, after number: Int, limit: Int) -> JSON? {
        guard let book = sinks.withLock({ $0.all[name] }) else { return nil }
        var fields = Fields(book.summary(name))
        let deliveries = book.deliveries.after(number).prefix(limit)
        fields.add("deliveries", .array(deliveries.map { $0.element.json(number: $0.number) }))
        return fields.json
    }

    /// Forgets every sink.
    func reset() { sinks.withLock { $0 = Sinks() } }

    private static func forget(_ sinks: inout Sinks) {
        guard let (name, _) = sinks.all.max(by: { $0.value.bytes < $1.value.bytes }),
            var book = sinks.all.removeValue(forKey: name)
        else { return }
        sinks.bytes -= book.bytes
        book.forgetOlderHalf()
        sinks.bytes += book.bytes
        sinks.all[name] = book
    }

    private static func verdict(
        _ headers: [(name: String, value: String)],
        _ body: [UInt8],
        _ secrets: [WebhookSecret],
        _ now: Timestamp
    ) -> SinkVerdict {
        guard !secrets.isEmpty else { return .unchecked }
        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
        guard let id = header("webhook-id"), let timestamp = header("webhook-timestamp"),
            let signature = header("webhook-signature")
        else { return .refused("webhook-id, webhook-timestamp or webhook-signature is missing") }
        guard let seconds = Int64(timestamp) else { return .refused("webhook-timestamp is no number of seconds") }
        var reason = ""
        for secret in secrets {
            do throws(WebhookSignatureError) {
                try WebhookSignature.verify(
                    id: id,
                    timestamp: seconds,
                    body: body,
                    header: signature,
                    secret: secret,
                    now: now
                )
                return .verified
            } catch {
                reason = "\(error)"
            }
        }
        return .refused(reason)
    }
}
