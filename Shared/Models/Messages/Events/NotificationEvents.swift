/// `notification.delivered.v1`: receivers have taken what they were told; all deliveries of one transaction.
public struct NotificationDelivered: Message, Equatable {
    /// An event for the house, bound to no partner; the routing key is `notification.delivered`.
    public static let name = MessageName.event("notification.delivered")

    /// One event at one endpoint.
    public struct Delivery: Codable, Sendable, Equatable {
        /// The same through all attempts and replays.
        public var deliveryID: UUIDv7
        /// The message id of what was told: the `webhook-id`.
        public var eventID: String
        /// Its type, without version: `withdrawal.ready`.
        public var eventType: String
        /// The endpoint's name.
        public var endpoint: String
        /// By which way it went.
        public var channel: NotificationChannel
        /// Whose endpoint it is; absent for operations'.
        public var partnerID: PartnerID?
        /// How many it took, this one included.
        public var attempts: Int
        /// From storing the event to its acceptance by the receiver, in milliseconds.
        public var latency: Int64

        /// Takes the fields as they are; nothing is checked.
        public init(
            deliveryID: UUIDv7,
            eventID: String,
            eventType: String,
            endpoint: String,
            channel: NotificationChannel,
            partnerID: PartnerID?,
            attempts: Int,
            latency: Int64
        ) {
            self.deliveryID = deliveryID
            self.eventID = eventID
            self.eventType = eventType
            self.endpoint = endpoint
            self.channel = channel
            self.partnerID = partnerID
            self.attempts = attempts
            self.latency = latency
        }

        enum CodingKeys: String, CodingKey {
            case deliveryID = "delivery_id"
            case eventID = "event_id"
            case eventType = "event_type"
            case endpoint
            case channel
            case partnerID = "partner_id"
            case attempts
            case latency = "latency_ms"
        }
    }

    /// At least one; a body stays below 64 KiB with 150 of them.
    public var deliveries: [Delivery]
    /// When this was stored.
    public var at: Timestamp

    /// Takes the fields as they are; nothing is checked.
    public init(deliveries: [Delivery], at: Timestamp) {
        self.deliveries = deliveries
        self.at = at
    }
}

/// `notification.dead.v1`: a delivery is given up. People may replay it.
public struct NotificationDead: Message, Equatable {
    /// An event for the house, bound to no partner; the routing key is `notification.dead`.
    public static let name = MessageName.event("notification.dead")

    /// The same through all attempts and replays.
    public var deliveryID: UUIDv7
    /// The message id of what was to be told: the `webhook-id`.
    public var eventID: String
    /// Its type, without version: `withdrawal.ready`.
    public var eventType: String
    /// The endpoint's name.
    public var endpoint: String
    /// By which way it was to go.
    public var channel: NotificationChannel
    /// Whose endpoint it is; absent for operations'.
    public var partnerID: PartnerID?
    /// How many there were; 0 when it was given up without one.
    public var attempts: Int
    /// What became of the last one, for people.
    public var reason: String
    /// When it was given up.
    public var at: Timestamp

    /// Takes the fields as they are; nothing is checked.
    public init(
        deliveryID: UUIDv7,
        eventID: String,
        eventType: String,
        endpoint: String,
        channel: NotificationChannel,
        partnerID: PartnerID?,
        attempts: Int,
        reason: String,
        at: Timestamp
    ) {
        self.deliveryID = deliveryID
        self.eventID = eventID
        self.eventType = eventType
        self.endpoint = endpoint
        self.channel = channel
        self.partnerID = partnerID
        self.attempts = attempts
        self.reason = reason
        self.at = at
    }

    enum CodingKeys: String, CodingKey {
        case deliveryID = "delivery_id"
        case eventID = "event_id"
        case eventType = "event_type"
        case endpoint
        case channel
        case partnerID = "partner_id"
        case attempts
        case reason
        case at
    }
}
