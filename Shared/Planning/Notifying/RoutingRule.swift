public import Models

/// What an endpoint wants to hear of, and when. An endpoint has one or more, and hears of what any of them takes.
public struct RoutingRule: Sendable, Hashable {
    /// By type; one that matches suffices.
    public var events: [EventPattern]
    /// Nothing less urgent; what has no severity counts as `info`.
    public var minimumSeverity: AlertSeverity?
    /// Of operations' endpoints: events of these partners alone, and none of the house's own.
    public var partners: [PartnerID]?
    /// When people are left alone: what comes then is delivered at their end.
    public var quietHours: QuietHours?
    /// People get what has gathered every so many seconds, 1 to 86,400, counted from 1970.
    public var digestSeconds: Int?

    /// So many patterns may be in ``events``.
    public static let mostPatterns = 64
    /// A digest comes once a day at least.
    public static let longestDigest = 86_400

    /// Takes the parts as they are; ``check()`` says whether they can be kept.
    public init(
        events: [EventPattern],
        minimumSeverity: AlertSeverity? = nil,
        partners: [PartnerID]? = nil,
        quietHours: QuietHours? = nil,
        digestSeconds: Int? = nil
    ) {
        self.events = events
        self.minimumSeverity = minimumSeverity
        self.partners = partners
        self.quietHours = quietHours
        self.digestSeconds = digestSeconds
    }

    /// Whether it can be kept. Reading one from JSON checks it too.
    public func check() throws(RoutingRuleError) {
        guard !events.isEmpty else { throw .noEvents }
        guard events.count <= Self.mostPatterns else { throw .tooManyEvents(events.count) }
        if let partners, partners.isEmpty { throw .noPartners }
        if let digestSeconds, !(1...Self.longestDigest).contains(digestSeconds) { throw .badDigest(digestSeconds) }
    }
}

extension RoutingRule: Codable {
    enum CodingKeys: String, CodingKey {
        case events
        case minimumSeverity = "minimum_severity"
        case partners
        case quietHours = "quiet_hours"
        case digestSeconds = "digest_seconds"
    }

    /// Only `events` has to be there. `DecodingError` for a malformed field, and for what ``check()`` refuses.
    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        events = try body.decode([EventPattern].self, forKey: .events)
        minimumSeverity = try body.decodeIfPresent(AlertSeverity.self, forKey: .minimumSeverity)
        partners = try body.decodeIfPresent([PartnerID].self, forKey: .partners)
        quietHours = try body.decodeIfPresent(QuietHours.self, forKey: .quietHours)
        digestSeconds = try body.decodeIfPresent(Int.self, forKey: .digestSeconds)
        do {
            try check()
        } catch {
            throw DecodingError.dataCorruptedError(forKey: error.field, in: body, debugDescription: "\(error)")
        }
    }
}

/// Why a rule cannot be kept.
public enum RoutingRuleError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It would take nothing.
    case noEvents
    /// More patterns than ``RoutingRule/mostPatterns``.
    case tooManyEvents(Int)
    /// An empty list of partners takes nothing; without the list it takes all.
    case noPartners
    /// A digest of so many seconds.
    case badDigest(Int)

    var field: RoutingRule.CodingKeys {
        switch self {
        case .noEvents, .tooManyEvents: .events
        case .noPartners: .partners
        case .badDigest: .digestSeconds
        }
    }

    /// The field, and what it may be.
    public var description: String {
        switch self {
        case .noEvents: "events is empty: the rule would take nothing; # takes all"
        case .tooManyEvents(let count): "events has \(count) patterns, \(RoutingRule.mostPatterns) are possible"
        case .noPartners: "partners is empty: the rule would take nothing; leave it out to take all"
        case .badDigest(let seconds):
            "digest_seconds is \(seconds), it must be 1 to \(RoutingRule.longestDigest)"
        }
    }
}
