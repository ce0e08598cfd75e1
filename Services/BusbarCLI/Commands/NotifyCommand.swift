internal import ArgumentParser
internal import Models
internal import Planning

/// `busbar notify`
struct NotifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "Notifications by hand.",
        discussion: "Example: busbar notify test --severity critical",
        subcommands: [NotifyTest.self]
    )
}

/// `busbar notify test`
struct NotifyTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Raise an alert that means nothing, and show who is told of it.",
        discussion: """
            Publishes an alert.raised and follows it: to whom the rules say it goes, when, and what they answered. Exit status \
            1 when somebody who was to be told at once was not.

            Examples:
              busbar notify test
              busbar notify test --severity critical --kind energy_low
              busbar notify test --partner p42 --json
            """
    )

    @OptionGroup var location: StackLocation
    @Option(help: "info, warning or critical.", transform: EndpointParsing.severity)
    var severity: AlertSeverity = .warning
    @Option(help: "Whose matter it is; without, the house's own.", transform: Parsing.partner) var partner: PartnerID?
    @Option(help: "What it is about, for templates: energy_low.", transform: Self.kind) var kind: AlertKind = .test
    @Option(help: "Seconds to wait at most.") var timeout = 30
    @Flag(help: "Write JSON.") var json = false

    private static func kind(_ text: String) throws -> AlertKind {
        guard let kind = AlertKind(text) else {
            throw ValidationError("\(text) is not a kind of alert: \(AlertKind.textForm)")
        }
        return kind
    }

    func validate() throws {
        guard (1...600).contains(timeout) else { throw ValidationError("--timeout takes 1 to 600 seconds") }
    }

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let report = try await operations.withPostgres { client in
            let endpoints = try await EndpointView.all(in: client)
            let event = RoutedEvent(type: AlertRaised.name.type, partner: partner, severity: severity)
            let expected = AlertAudience.of(event, endpoints, at: operations.clock.now())
            if expected.isEmpty {
                return AlertAudience.Report(alert: nil, told: [], silent: endpoints.map(\.name))
            }
            let trial = NotificationTrial(operations: operations)
            try await trial.send(alert(trial.id, operations))
            let names = Set(expected.map(\.name))
            let told = try await trial.follow(for: .seconds(timeout), in: client) { deliveries in
                names.isSubset(of: deliveries.map(\.endpoint))
                    && deliveries.allSatisfy { NotificationTrial.isTold($0, at: operations.clock.now()) }
            }
            let silent = endpoints.map(\.name).filter { name in !told.contains { $0.endpoint == name } }
            return AlertAudience.Report(
                alert: trial.id,
                told: told,
                silent: silent,
                missing: expected.map(\.name).filter { name in !told.contains { $0.endpoint == name } }
            )
        }
        if json {
            console.line(JSONOutput.pretty(report))
        } else {
            for line in report.lines(at: operations.clock.now(), console) { console.line(line) }
        }
        if !report.isGood(at: operations.clock.now()) { throw ExitCode.failure }
    }

    private func alert(_ id: UUIDv7, _ operations: Operations) -> AlertRaised {
        AlertRaised(
            Alert(
                alertID: id,
                sequence: 1,
                kind: kind,
                severity: severity,
                partnerID: partner,
                subject: "busbar notify test",
                summary: "This is a test of the alerts: nothing is wrong, and nothing has to be done.",
                details: ["raised_by": operations.actor],
                raisedAt: operations.clock.now()
            )
        )
    }
}
