internal import ArgumentParser
internal import Models
internal import Planning

/// What an endpoint hears, and when.
struct RuleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Types of events, separated by commas: withdrawal.ready, withdrawal.* (one word), alert.# (the rest), # "
                + "(all).",
            valueName: "patterns"
        ),
        transform: EndpointParsing.events
    )
    var events: [[EventPattern]] = []

    @Option(
        help: ArgumentHelp(
            "From this severity on: info, warning, critical. What has none, as withdrawals, counts as info.",
            valueName: "severity"
        ),
        transform: EndpointParsing.severity
    )
    var severity: AlertSeverity?

    @Option(
        help: ArgumentHelp(
            "Of operations' endpoints: events of these partners alone, and none of the house.",
            valueName: "partners"
        ),
        transform: EndpointParsing.partners
    )
    var onlyPartners: [[PartnerID]] = []

    @Option(
        help: ArgumentHelp(
            "Hours in which people are left alone but for what is critical: 22:00-07:00, in Seoul, or with an offset.",
            valueName: "hours"
        ),
        transform: EndpointParsing.quietHours
    )
    var quiet: QuietHours?

    @Option(
        help: ArgumentHelp(
            "Tell together what came in this time: 15m. What is critical is told at once.",
            valueName: "time"
        ),
        transform: Parsing.duration
    )
    var digest: Duration?

    func validate() throws {
        if let digest, !(60...86_400).contains(digest.components.seconds) {
            throw ValidationError("--digest takes 1m to 24h")
        }
    }

    /// Whether one of them was given.
    var isGiven: Bool {
        !events.isEmpty || severity != nil || !onlyPartners.isEmpty || quiet != nil || digest != nil
    }

    /// The rule they say.
    func rule(for channel: NotificationChannel, of partner: PartnerID?) throws -> RoutingRule {
        let given = events.flatMap { $0 }
        let partners = onlyPartners.flatMap { $0 }
        let rule = RoutingRule(
            events: given.isEmpty ? EndpointRules.events(for: channel, of: partner, from: severity) : given,
            minimumSeverity: severity,
            partners: partners.isEmpty ? nil : partners,
            quietHours: quiet,
            digestSeconds: digest.map { Int($0.components.seconds) }
        )
        do {
            try rule.check()
        } catch {
            throw ValidationError("\(error)")
        }
        if let objection = EndpointRules.objection(to: rule, for: channel, of: partner) {
            throw ValidationError(objection)
        }
        return rule
    }

    /// Warns of patterns that are likely misspelt.
    static func warn(of rules: [RoutingRule], on console: Console) {
        for pattern in EndpointRules.strangers(in: rules) {
            console.warning("no event of this version matches \(pattern): busbar watch shows what they are called")
        }
    }
}
