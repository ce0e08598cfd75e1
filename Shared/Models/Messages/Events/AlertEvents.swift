/// Something that people should know of or act on: what its events have in common.
public struct Alert: Codable, Sendable, Equatable {
    /// The same in every event about it.
    public var alertID: UUIDv7
    /// 1, 2, 3 … per alert: drop what is not newer than the last seen.
    public var sequence: Int
    /// What it is about, for rules and templates: `energy_low`.
    public var kind: AlertKind
    /// How urgent it is now.
    public var severity: AlertSeverity
    /// Whose matter it is; absent for the house's own.
    public var partnerID: PartnerID?
    /// What it is about: a pool, wallet, partner, supplier or endpoint by its name.
    public var subject: String
    /// One sentence in English, for people.
    public var summary: String
    /// The particulars by name, as text.
    public var details: [String: String]
    /// When it was raised.
    public var raisedAt: Timestamp

    /// Takes the fields as they are; nothing is checked.
    public init(
        alertID: UUIDv7,
        sequence: Int,
        kind: AlertKind,
        severity: AlertSeverity,
        partnerID: PartnerID?,
        subject: String,
        summary: String,
        details: [String: String] = [:],
        raisedAt: Timestamp
    ) {
        self.alertID = alertID
        self.sequence = sequence
        self.kind = kind
        self.severity = severity
        self.partnerID = partnerID
        self.subject = subject
        self.summary = summary
        self.details = details
        self.raisedAt = raisedAt
    }

    enum CodingKeys: String, CodingKey {
        case alertID = "alert_id"
        case sequence
        case kind
        case severity
        case partnerID = "partner_id"
        case subject
        case summary
        case details
        case raisedAt = "raised_at"
    }
}

/// A message about one alert. Its JSON has the fields of the ``Alert`` beside its own, without a level between.
public protocol AlertEvent: Message, Equatable {
    /// What all of its events say.
    var alert: Alert { get }
}

extension AlertEvent {
    /// Whose matter it is: the end of the routing key; `nil` for the house's own.
    public var routingPartner: PartnerID? { alert.partnerID }
    /// The alert.
    public var correlationID: String? { alert.alertID.description }
}

/// `alert.raised.v1`: something is amiss, or worth knowing.
public struct AlertRaised: AlertEvent {
    /// An event; the routing key is `alert.raised`, for a partner's matter `alert.raised.<partner>`.
    public static let name = MessageName.event("alert.raised")
    /// The whole content.
    public var alert: Alert

    /// Wraps an alert.
    public init(_ alert: Alert) { self.alert = alert }

    /// From the fields of the alert; `DecodingError` as they throw it.
    public init(from decoder: any Decoder) throws { alert = try Alert(from: decoder) }
    /// As the fields of the alert.
    public func encode(to encoder: any Encoder) throws { try alert.encode(to: encoder) }
}

/// `alert.escalated.v1`: an alert that still stands has become more urgent, or nobody has acted on it.
public struct AlertEscalated: AlertEvent {
    /// An event; the routing key is `alert.escalated`, for a partner's matter `alert.escalated.<partner>`.
    public static let name = MessageName.event("alert.escalated")
    /// The alert as it is now.
    public var alert: Alert
    /// How urgent it was until now.
    public var previousSeverity: AlertSeverity
    /// Why it was escalated, for people.
    public var reason: String
    /// When it was.
    public var at: Timestamp

    /// Takes the fields as they are; nothing is checked.
    public init(_ alert: Alert, previousSeverity: AlertSeverity, reason: String, at: Timestamp) {
        self.alert = alert
        self.previousSeverity = previousSeverity
        self.reason = reason
        self.at = at
    }

    private enum CodingKeys: String, CodingKey {
        case previousSeverity = "previous_severity"
        case reason
        case at
    }

    /// From the fields of the alert and its own beside them; `DecodingError` as they throw it.
    public init(from decoder: any Decoder) throws {
        let own = try decoder.container(keyedBy: CodingKeys.self)
        alert = try Alert(from: decoder)
        previousSeverity = try own.decode(AlertSeverity.self, forKey: .previousSeverity)
        reason = try own.decode(String.self, forKey: .reason)
        at = try own.decode(Timestamp.self, forKey: .at)
    }

    /// As the fields of the alert and its own beside them.
    public func encode(to encoder: any Encoder) throws {
        try alert.encode(to: encoder)
        var own = encoder.container(keyedBy: CodingKeys.self)
        try own.encode(previousSeverity, forKey: .previousSeverity)
        try own.encode(reason, forKey: .reason)
        try own.encode(at, forKey: .at)
    }
}

/// `alert.resolved.v1`: what an alert was about is well again.
public struct AlertResolved: AlertEvent {
    /// An event; the routing key is `alert.resolved`, for a partner's matter `alert.resolved.<partner>`.
    public static let name = MessageName.event("alert.resolved")
    /// The alert as it was last.
    public var alert: Alert
    /// Since when it is well again.
    public var resolvedAt: Timestamp

    /// Takes the fields as they are; nothing is checked.
    public init(_ alert: Alert, resolvedAt: Timestamp) {
        self.alert = alert
        self.resolvedAt = resolvedAt
    }

    private enum CodingKeys: String, CodingKey { case resolvedAt = "resolved_at" }

    /// From the fields of the alert and its own beside them; `DecodingError` as they throw it.
    public init(from decoder: any Decoder) throws {
        let own = try decoder.container(keyedBy: CodingKeys.self)
        alert = try Alert(from: decoder)
        resolvedAt = try own.decode(Timestamp.self, forKey: .resolvedAt)
    }

    /// As the fields of the alert and its own beside them.
    public func encode(to encoder: any Encoder) throws {
        try alert.encode(to: encoder)
        var own = encoder.container(keyedBy: CodingKeys.self)
        try own.encode(resolvedAt, forKey: .resolvedAt)
    }
}
