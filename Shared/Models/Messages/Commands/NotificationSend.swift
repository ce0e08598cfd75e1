/// `notification.send.v1`: tell people something in words of one's own. Hears: notifier.
public struct NotificationSend: Message, Equatable {
    /// A command; its queue is `notifier.notification.send`.
    public static let name = MessageName.command("notification.send", for: "notifier")

    /// Chosen by the sender.
    public var notificationID: UUIDv7
    /// The name of the endpoint that is to hear of it, whatever its rules say; `nil` leaves it to the rules of all.
    public var endpoint: String?
    /// How urgent it is.
    public var severity: AlertSeverity
    /// One line; at most 200 characters.
    public var title: String
    /// Plain text; at most 8,000 characters.
    public var text: String
    /// Whose matter it is: that partner's endpoints hear of it too.
    public var partnerID: PartnerID?

    /// Takes the fields as they are; decoding refuses a title or text that is empty or too long.
    public init(
        notificationID: UUIDv7,
        endpoint: String?,
        severity: AlertSeverity,
        title: String,
        text: String,
        partnerID: PartnerID? = nil
    ) {
        self.notificationID = notificationID
        self.endpoint = endpoint
        self.severity = severity
        self.title = title
        self.text = text
        self.partnerID = partnerID
    }

    enum CodingKeys: String, CodingKey {
        case notificationID = "notification_id"
        case endpoint
        case severity
        case title
        case text
        case partnerID = "partner_id"
    }

    /// Throws `DecodingError` for a missing or malformed field, and a title or text that is empty or too long.
    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        notificationID = try body.decode(UUIDv7.self, forKey: .notificationID)
        endpoint = try body.decodeIfPresent(String.self, forKey: .endpoint)
        severity = try body.decode(AlertSeverity.self, forKey: .severity)
        title = try body.text(.title, atMost: 200)
        text = try body.text(.text, atMost: 8000)
        partnerID = try body.decodeIfPresent(PartnerID.self, forKey: .partnerID)
    }

    /// The notification.
    public var correlationID: String? { notificationID.description }
}

extension KeyedDecodingContainer<NotificationSend.CodingKeys> {
    fileprivate func text(_ key: Key, atMost limit: Int) throws -> String {
        let text = try decode(String.self, forKey: key)
        guard (1...limit).contains(text.unicodeScalars.count) else {
            let reason = "must have 1 to \(limit) characters, not \(text.unicodeScalars.count)"
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: reason)
        }
        return text
    }
}
