internal import Models
internal import Planning

/// What an endpoint hears unless people say otherwise, and which rules make sense.
enum EndpointRules {
    /// A partner's system hears everything about its withdrawals, people of what needs a person; operations' system hears
    /// all there is.
    /// - Parameter severity: leaves out what never is so urgent.
    static func events(
        for channel: NotificationChannel,
        of partner: PartnerID?,
        from severity: AlertSeverity? = nil
    ) -> [EventPattern] {
        let names =
            switch (channel.isForPeople, partner) {
            case (false, nil): ["#"]
            case (false, _): ["withdrawal.*", "allocation.*", "batch.*", "alert.*", "notification.send"]
            case (true, nil): ["alert.#", "supplier.*", "withdrawal.failed", "notification.send"]
            case (true, _):
                [
                    "withdrawal.short", "withdrawal.failed", "withdrawal.expired", "batch.*", "alert.*",
                    "notification.send",
                ]
            }
        let patterns = names.compactMap { EventPattern($0) }
        return isMoreThanInfo(severity) ? patterns.filter(canBeUrgent) : patterns
    }

    /// What is wrong with a rule for this endpoint; `nil` when it makes sense.
    static func objection(
        to rule: RoutingRule,
        for channel: NotificationChannel,
        of partner: PartnerID?
    ) -> String? {
        if partner != nil, rule.partners != nil {
            return "an endpoint of a partner hears of that partner alone: --only-partners is for those of operations"
        }
        if !channel.isForPeople, rule.quietHours != nil || rule.digestSeconds != nil {
            return "a webhook is told at once: --quiet and --digest are for chats and mail"
        }
        if isMoreThanInfo(rule.minimumSeverity), !rule.events.contains(where: canBeUrgent) {
            return "it would hear nothing: only alert.* and notification.send have a severity, all else counts as info"
        }
        return nil
    }

    /// Patterns that no event of the house matches.
    static func strangers(in rules: [RoutingRule]) -> [EventPattern] {
        let known = Catalogue.events.map { $0.name.type } + urgent
        return rules.flatMap(\.events).filter { pattern in !known.contains(where: pattern.matches) }
    }

    /// A rule in one line: `alert.#, from critical, quiet 22:00-07:00+09:00`.
    static func text(_ rule: RoutingRule) -> String {
        var parts = [rule.events.map(\.description).joined(separator: " ")]
        if let severity = rule.minimumSeverity { parts.append("from \(severity.rawValue)") }
        if let partners = rule.partners { parts.append("of " + partners.map(\.rawValue).joined(separator: " ")) }
        if let quiet = rule.quietHours { parts.append("quiet \(quiet)") }
        if let digest = rule.digestSeconds { parts.append("every \(DurationText.short(.seconds(digest)))") }
        return parts.joined(separator: ", ")
    }

    /// Those that have a severity.
    private static let urgent =
        Catalogue.events.map { $0.name.type }.filter { $0.hasPrefix("alert.") } + [NotificationSend.name.type]

    private static func canBeUrgent(_ pattern: EventPattern) -> Bool { urgent.contains(where: pattern.matches) }
    private static func isMoreThanInfo(_ severity: AlertSeverity?) -> Bool { severity.map { $0 > .info } ?? false }
}
