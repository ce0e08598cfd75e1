internal import Models

/// What was heard and somebody is to be told of: a message of the house as it is stored and delivered.
struct NotifiedEvent: Sendable, Hashable {
    /// The message's own id, the same on every delivery: a webhook's `webhook-id`.
    var id: String
    /// When it was stored; finds it among the partitions.
    var storedAt: Timestamp
    /// Without version: `withdrawal.ready`.
    var type: String
    /// As it came: `withdrawal.ready.v1`.
    var wireType: String
    /// Whose event it is; `nil` for the house's own.
    var partner: PartnerID?
    /// `partner:withdrawal` of what belongs to one.
    var correlationID: String?
    /// Of alerts.
    var severity: AlertSeverity?
    /// When it happened, by the message's `timestamp`.
    var occurredAt: Timestamp
    /// The W3C trace it continues.
    var traceparent: String?
    /// The JSON object as it came, byte by byte.
    var body: String
}
