internal import FoundationEssentials
public import Models

/// A message that waits in an outbox for the broker.
public struct OutboxMessage: Sendable, Hashable {
    /// Key of the row; sorts by time.
    public var id: UUIDv7
    /// Empty for the default exchange, where the routing key names a queue.
    public var exchange: String
    /// Type without version, for events bound to a partner with the partner: `withdrawal.ready.p42`.
    public var routingKey: String
    /// The AMQP property of the name; also what inboxes deduplicate by.
    public var messageID: String
    /// With version, such as `withdrawal.ready.v1`.
    public var type: String
    /// The AMQP property of the name, such as `partner:withdrawal`; `nil` leaves it out.
    public var correlationID: String?
    /// As it is published: JSON in UTF-8. A `bytea`, so that not a byte changes on the way.
    public var body: [UInt8]
    /// AMQP headers, texts only; kept as `jsonb`, which refuses U+0000.
    public var headers: [String: String]
    /// Domain time of the cause.
    public var createdAt: Timestamp

    /// - Parameter messageID: the text form of `id` unless another is given.
    public init(
        id: UUIDv7,
        exchange: String,
        routingKey: String,
        messageID: String? = nil,
        type: String,
        correlationID: String? = nil,
        body: [UInt8],
        headers: [String: String] = [:],
        createdAt: Timestamp
    ) {
        self.id = id
        self.exchange = exchange
        self.routingKey = routingKey
        self.messageID = messageID ?? id.description
        self.type = type
        self.correlationID = correlationID
        self.body = body
        self.headers = headers
        self.createdAt = createdAt
    }
}

extension PostgresJSON {
    /// An object of texts, written directly: a general encoder costs more than the rest of the row.
    init(_ headers: [String: String]) {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            bytes.appendJSON(name)
            bytes.append(UInt8(ascii: ":"))
            bytes.appendJSON(value)
        }
        bytes.append(UInt8(ascii: "}"))
        self.init(bytes: bytes)
    }

    /// An object of texts; with any other value in it, nothing.
    var headers: [String: String] {
        if bytes == Array("{}".utf8) { return [:] }
        // Written by `init(_: [String: String])`; anything else was put there by hand and is no header of ours.
        return (try? JSONDecoder().decode([String: String].self, from: Data(bytes))) ?? [:]
    }
}

extension [UInt8] {
    fileprivate mutating func appendJSON(_ text: String) {
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<32:
                append(contentsOf: "\\u00".utf8)
                append(contentsOf: [byte].hex.utf8)
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }
}
