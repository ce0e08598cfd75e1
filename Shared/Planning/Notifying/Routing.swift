public import Models

/// What of an event decides who hears of it.
public struct RoutedEvent: Sendable, Hashable {
    /// Without version: `withdrawal.ready`.
    public var type: String
    /// Whose event it is; `nil` for the house's own.
    public var partner: PartnerID?
    /// Of alerts and of what people send.
    public var severity: AlertSeverity?

    /// Takes the parts as they are.
    public init(type: String, partner: PartnerID?, severity: AlertSeverity? = nil) {
        self.type = type
        self.partner = partner
        self.severity = severity
    }
}

/// When an endpoint is to hear of an event; `nil`: not at all.
///
/// A partner's endpoint hears of that partner's events alone, operations' of all. Of the rules that take the event, the one
/// that lets it through first decides. Quiet hours and digests are for people, and never hold what is critical.
/// - Parameters:
///   - rules: the endpoint's.
///   - owner: whose endpoint it is; `nil` for operations'.
///   - isForPeople: whether people read what it gets (``NotificationChannel/isForPeople``).
///   - now: when the event was heard; the answer is never earlier.
public func route(
    _ event: RoutedEvent,
    rules: [RoutingRule],
    owner: PartnerID?,
    isForPeople: Bool,
    at now: Timestamp
) -> Timestamp? {
    if let owner, event.partner != owner { return nil }
    let waits = isForPeople && event.severity != .critical
    return rules.lazy.filter { $0.takes(event) }.map { waits ? $0.time(of: now) : now }.min()
}

extension RoutingRule {
    fileprivate func takes(_ event: RoutedEvent) -> Bool {
        if let minimumSeverity, event.severity ?? .info < minimumSeverity { return false }
        if let partners {
            guard let partner = event.partner, partners.contains(partner) else { return false }
        }
        return events.contains { $0.matches(event.type) }
    }

    /// When people may be told of what is heard now.
    fileprivate func time(of now: Timestamp) -> Timestamp {
        var time = now
        if let digestSeconds, digestSeconds > 0 {
            let interval = Int64(min(digestSeconds, Self.longestDigest)) * 1000
            time = Timestamp(milliseconds: (now.milliseconds / interval + 1) * interval)
        }
        return quietHours?.end(at: time) ?? time
    }
}
