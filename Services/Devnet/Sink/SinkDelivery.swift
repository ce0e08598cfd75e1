internal import Models

/// What a sink makes of a signature.
enum SinkVerdict: Sendable, Hashable {
    /// One of its secrets made it, at about this time.
    case verified
    /// It has no secret to check with.
    case unchecked
    /// Why it is not genuine.
    case refused(String)

    var text: String {
        switch self {
        case .verified: "verified"
        case .unchecked: "unchecked"
        case .refused(let reason): "refused: \(reason)"
        }
    }
}

/// A request as it came to a sink.
struct SinkDelivery: Sendable {
    var at: Timestamp
    /// The `webhook-id`, by which a receiver knows what it has already.
    var id: String?
    /// The envelope's `type`.
    var type: String?
    /// From the envelope's `timestamp` to its arrival.
    var age: Duration?
    var verdict: SinkVerdict
    /// What it was answered; `nil`: nothing.
    var status: Int?
    /// In the order in which they came.
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    /// Reads a request's envelope, where its body is one.
    init(headers: [(name: String, value: String)], body: [UInt8], at now: Timestamp, verdict: SinkVerdict) {
        let envelope = try? JSON(parsing: body)
        at = now
        id = headers.first { $0.name == "webhook-id" }?.value
        type = envelope?["type"]?.string
        age = envelope?["timestamp"]?.string.flatMap { Timestamp($0) }.map { now - $0 }
        self.verdict = verdict
        self.headers = headers
        self.body = body
    }

    /// About what it takes to keep it.
    var bytes: Int { body.count + headers.reduce(256) { $0 + $1.name.utf8.count + $1.value.utf8.count + 64 } }

    func json(number: Int) -> JSON {
        var fields = Fields()
        fields.add("number", Int64(number))
        fields.add("at", at.description)
        fields.add("id", id.map { .string($0) })
        fields.add("type", type.map { .string($0) })
        fields.add("age_ms", age.map { .int($0.wholeMilliseconds) })
        fields.add("verdict", verdict.text)
        fields.add("status", status.map { .int(Int64($0)) })
        fields.add("headers", .object(headers.map { .init(key: $0.name, value: .string($0.value)) }))
        fields.add("body", String(decoding: body, as: UTF8.self))
        return fields.json
    }
}
