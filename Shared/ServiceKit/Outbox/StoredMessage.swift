internal import Messaging
internal import Models
internal import Storage

/// A row of the outbox and the message it stands for. Both ways to the broker, from memory and swept after a crash, make
/// the message from the row, so that they publish the same.
struct StoredMessage: Sendable {
    let row: OutboxMessage
    /// The service that stores and publishes it.
    let appID: String

    var id: UUIDv7 { row.id }
    var size: Int { row.body.count }

    var message: OutgoingMessage {
        OutgoingMessage(
            exchange: row.exchange,
            routingKey: row.routingKey,
            body: row.body,
            properties: MessageProperties(
                messageID: row.messageID,
                type: row.type.isEmpty ? nil : row.type,
                correlationID: row.correlationID,
                timestamp: row.createdAt,
                appID: appID,
                contentType: "application/json",
                headers: row.headers.mapValues { .string($0) }
            ),
            // Only an event that is for no partner may be heard by nobody.
            mandatory: row.exchange != Exchanges.events || MessageName.isForPartner(row.type)
        )
    }
}

extension OutboxMessage {
    /// The row for a message. Its own `timestamp`, `app_id` and `user_id` are not kept, and headers become texts.
    init(_ message: OutgoingMessage, id: UUIDv7, at moment: Timestamp) {
        let properties = message.properties
        self.init(
            id: id,
            exchange: message.exchange,
            routingKey: message.routingKey,
            messageID: properties.messageID,
            type: properties.type ?? "",
            correlationID: properties.correlationID,
            body: message.body,
            headers: properties.headers.compactMapValues(\.text),
            createdAt: moment
        )
    }
}

extension HeaderValue {
    /// Scalars as texts; tables, arrays and bytes are no headers of ours.
    fileprivate var text: String? {
        switch self {
        case .string(let value): value
        case .integer(let value): String(value)
        case .double(let value): String(value)
        case .boolean(let value): String(value)
        case .timestamp(let value): String(value)
        case .bytes, .array, .table, .null: nil
        }
    }
}
