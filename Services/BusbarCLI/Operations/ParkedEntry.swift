internal import Messaging
internal import Models

/// A message in a parking place, and what its headers tell about how it got there.
struct ParkedEntry: Codable, Sendable {
    /// Its message id, or `#` and a hash of it where it has none.
    var id: String
    var type: String?
    /// Where it was consumed, and where a replay puts it.
    var queue: String
    /// What went wrong last.
    var reason: String
    var attempts: Int64?
    /// When it was set aside.
    var parkedAt: String?
    var parkedBy: String?
    /// The broker user who sent it.
    var user: String?
    /// Bytes of the body.
    var size: Int
    /// How often it was replayed already.
    var replays: Int64

    enum CodingKeys: String, CodingKey {
        case id, type, queue, reason, attempts, user, size, replays
        case parkedAt = "parked_at"
        case parkedBy = "parked_by"
    }

    init(_ delivery: Delivery) {
        let headers = delivery.properties.headers
        let death = Self.firstDeath(headers)
        id = Self.id(of: delivery)
        type = delivery.properties.type
        queue = headers["x-origin-queue"]?.string ?? death?["queue"]?.string ?? Self.queue(of: delivery.queue)
        reason =
            headers["x-last-error"]?.string ?? death?["reason"]?.string.map { "the broker set it aside: \($0)" } ?? ""
        attempts = headers["x-attempt"]?.number ?? death?["count"]?.number
        parkedAt = headers["x-parked-at"]?.string ?? death?["time"]?.moment
        parkedBy = headers["x-parked-by"]?.string ?? (death == nil ? nil : "broker")
        user = headers["x-user-id"]?.string ?? delivery.properties.userID
        size = delivery.body.count
        replays = headers[Self.replaysHeader]?.number ?? 0
    }

    static let replaysHeader = "x-replays"
    static let originalIDHeader = "x-original-message-id"
    private static let suffix = ".parked"

    /// What a person names it by.
    static func id(of delivery: Delivery) -> String {
        if let id = delivery.properties.messageID, !id.isEmpty { return id }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in delivery.body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return "#" + String(hash, radix: 16)
    }

    static func parkingPlace(of queue: String) -> String { queue.hasSuffix(suffix) ? queue : queue + suffix }
    static func queue(of parkingPlace: String) -> String {
        parkingPlace.hasSuffix(suffix) ? String(parkingPlace.dropLast(suffix.count)) : parkingPlace
    }

    /// The message for its queue, as it was before it was set aside.
    ///
    /// It goes to that queue alone: through its exchange an event would reach others a second time. Its id is new, or the
    /// inbox that knows it as parked would drop it; and it is the same whenever this replay is repeated, so that a
    /// replay that was cut off between publishing and acknowledging does nothing twice.
    static func replay(_ delivery: Delivery) -> OutgoingMessage {
        // What no queue was bound for has never been heard: it goes the way it was meant to go.
        guard delivery.queue != Exchanges.unrouted else {
            return OutgoingMessage(
                exchange: delivery.exchange,
                routingKey: delivery.routingKey,
                body: delivery.body,
                properties: delivery.properties,
                mandatory: true
            )
        }
        let entry = ParkedEntry(delivery)
        var properties = delivery.properties
        let original = properties.headers[originalIDHeader]?.string ?? entry.id
        let number = entry.replays + 1
        for name in properties.headers.keys where isHistory(name) { properties.headers[name] = nil }
        let mark = "~\(number)"
        properties.messageID = String(original.prefix(64 - mark.utf8.count)) + mark
        properties.headers[originalIDHeader] = .string(original)
        properties.headers[replaysHeader] = .integer(number)
        properties.userID = entry.user
        properties.persistent = true
        return OutgoingMessage(
            exchange: "",
            routingKey: entry.queue,
            body: delivery.body,
            properties: properties,
            mandatory: true
        )
    }

    private static func isHistory(_ header: String) -> Bool {
        [
            "x-origin-", "x-parked-", "x-death", "x-first-death-", "x-last-", "x-attempt", "x-user-id",
            "x-delivery-count",
        ]
        .contains { header.hasPrefix($0) }
    }

    private static func firstDeath(_ headers: [String: HeaderValue]) -> [String: HeaderValue]? {
        guard case .array(let deaths) = headers["x-death"], case .table(let first) = deaths.first else { return nil }
        return first
    }
}

extension HeaderValue {
    /// A number, also where an outbox has made it a text.
    fileprivate var number: Int64? { integer ?? string.flatMap { Int64($0) } }

    fileprivate var moment: String? {
        guard case .timestamp(let seconds) = self else { return nil }
        return Timestamp(milliseconds: Int64(clamping: seconds) * 1000).description
    }
}
