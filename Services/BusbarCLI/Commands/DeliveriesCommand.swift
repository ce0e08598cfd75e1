internal import ArgumentParser
internal import Models
internal import Planning

/// `busbar deliveries`
struct DeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "Deliveries: which endpoint was told of which event, each attempt, and telling once more.",
        discussion: """
            Examples:
              busbar deliveries list --endpoint p42-main --state dead
              busbar deliveries show 0192f0c1-93ab
              busbar deliveries replay --failed --endpoint p42-main --since 24h
            """,
        subcommands: [DeliveriesList.self, DeliveriesShow.self, DeliveriesReplay.self],
        defaultSubcommand: DeliveriesList.self
    )
}

/// Which deliveries are meant.
struct DeliveryOptions: ParsableArguments {
    @Option(help: "To this endpoint.", transform: EndpointParsing.name) var endpoint: String?
    @Option(help: "To endpoints of this partner.", transform: Parsing.partner) var partner: PartnerID?
    @Option(help: ArgumentHelp("Of events of this type: withdrawal.ready, withdrawal.*", valueName: "pattern"))
    var type: String?
    @Option(
        help: ArgumentHelp("That ended then or later: a time, a day, or how long ago: 2h, 3d.", valueName: "moment"),
        transform: Parsing.moment
    )
    var since: Moment?
    @Option(help: ArgumentHelp("That ended before then.", valueName: "moment"), transform: Parsing.moment)
    var until: Moment?

    func validate() throws {
        if let type { _ = try pattern(type) }
    }

    private func pattern(_ text: String) throws -> EventPattern {
        let patterns = try EndpointParsing.events(text)
        guard patterns.count == 1 else { throw ValidationError("--type takes one pattern") }
        return patterns[0]
    }

    /// What they say.
    func filter(at now: Timestamp) throws -> DeliveryFilter {
        var filter = DeliveryFilter()
        filter.endpoint = endpoint
        filter.partner = partner
        filter.type = try type.map(pattern)
        filter.since = since?.resolved(at: now)
        filter.until = until?.resolved(at: now)
        if let since = filter.since, let until = filter.until, until <= since {
            throw ValidationError("--until, \(until), is not after --since, \(since)")
        }
        return filter
    }
}

/// `busbar deliveries list`
struct DeliveriesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List deliveries, the newest first.",
        discussion: """
            The time is when a delivery ended; of one that is open, when it was made.

            Examples:
              busbar deliveries list
              busbar deliveries list --state dead --since 24h
              busbar deliveries list --endpoint p42-main --type withdrawal.* --limit 500 --json
            """
    )

    @OptionGroup var location: StackLocation
    @OptionGroup var which: DeliveryOptions
    @Option(help: "In this state: \(Self.states); may be repeated.", transform: Self.state)
    var state: [DeliveryFilter.State] = []
    @Option(help: "Of the event with this id, the webhook-id.") var event: String?
    @Option(help: "How many at most, up to 10000.") var limit = 20
    @Flag(help: "Write JSON.") var json = false

    private static let states = DeliveryFilter.State.allCases.map(\.rawValue).joined(separator: ", ")

    private static func state(_ text: String) throws -> DeliveryFilter.State {
        guard let state = DeliveryFilter.State(rawValue: text) else {
            throw ValidationError("\(text) is not a state of a delivery: \(states)")
        }
        return state
    }

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit takes 1 to 10000") }
    }

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let now = operations.clock.now()
        var filter = try which.filter(at: now)
        if !state.isEmpty { filter.states = Set(state) }
        filter.event = event
        let deliveries = try await operations.withPostgres { [filter] in
            try await DeliveryView.newest(limit, filter, in: $0)
        }
        if json { return console.line(JSONOutput.pretty(deliveries)) }
        guard !deliveries.isEmpty else { return console.line("no delivery fits") }
        for line in Self.table(deliveries, at: now).lines() { console.line(line) }
    }

    static func table(_ deliveries: [DeliveryView.Delivery], at now: Timestamp) -> Table {
        var table = Table("time", "delivery", "endpoint", "event", "about", "state", "tries", "answer", "ms", "remark")
        for delivery in deliveries {
            table.add(
                delivery.at.description,
                delivery.id.description,
                delivery.endpoint,
                OutsideText.line(delivery.type ?? "(no longer kept)", limit: 40),
                OutsideText.line(delivery.correlation ?? "-", limit: 60),
                delivery.state.rawValue,
                String(delivery.attempts),
                EndpointText.result(of: delivery),
                delivery.latency.map(String.init) ?? "-",
                EndpointText.remark(on: delivery, at: now)
            )
        }
        return table
    }
}

/// `busbar deliveries show`
struct DeliveriesShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one delivery: every attempt, what the receiver answered last, and the event.",
        discussion: "Example: busbar deliveries show 0192f0c1-93ab"
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The delivery's id, or the beginning of it.", transform: DeliveryID.reading) var id: DeliveryID
    @Flag(help: "Write JSON.") var json = false

    /// All there is to see of one.
    struct Report: Codable, Sendable {
        var delivery: DeliveryView.Delivery
        var attempts: [DeliveryView.Attempt]
        /// `nil` when it is no longer kept.
        var event: DeliveryView.Event?
    }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let report = try await operations.withPostgres { client in
            let found = try await DeliveryView.within([id.range], in: client)
            let delivery = try DeliveryID.resolve([id], among: found)[0]
            return Report(
                delivery: delivery,
                attempts: try await DeliveryView.attempts(of: [delivery.id], in: client)[delivery.id] ?? [],
                event: try await DeliveryView.event(of: delivery.id, in: client)
            )
        }
        let console = Console()
        if json { return console.line(JSONOutput.pretty(report)) }
        for line in Self.lines(report, at: operations.clock.now(), console) { console.line(line) }
    }

    static func lines(_ report: Report, at now: Timestamp, _ console: Console) -> [String] {
        let delivery = report.delivery
        let remark = EndpointText.remark(on: delivery, at: now)
        let state = console.styled(delivery.state.rawValue, EndpointText.style(of: delivery.state))
        let owner = delivery.partner.map { "partner \($0)" } ?? "operations"
        var lines = [
            "\(console.styled(report.event?.type ?? delivery.type ?? "an event no longer kept", .strong))"
                + "  to \(delivery.endpoint), \(delivery.channel) of \(owner)",
            "  delivery: \(delivery.id)",
            "  state: \(state)\(remark.isEmpty ? "" : ", \(remark)")",
            "  made at: \(delivery.createdAt)",
        ]
        if let finished = delivery.finishedAt { lines.append("  ended at: \(finished)") }
        if delivery.state == .pending, let due = delivery.dueAt { lines.append("  due at: \(due)") }
        lines.append("")
        if report.attempts.isEmpty {
            lines.append("no attempt yet")
        } else {
            lines += attempts(report.attempts).lines()
            if let answer = report.attempts.last?.answer, !answer.isEmpty {
                lines += ["", "answered last:"] + OutsideText.lines(answer).map { "  \($0)" }
            }
        }
        lines.append("")
        guard let event = report.event else { return lines + ["the event \(delivery.event) is no longer kept"] }
        lines.append(
            "event \(event.id), \(event.occurredAt)\(event.correlation.map { ", \(OutsideText.line($0))" } ?? "")"
        )
        return lines + JSONOutput.pretty(event.body).split(separator: "\n").map(String.init)
    }

    private static func attempts(_ attempts: [DeliveryView.Attempt]) -> Table {
        var table = Table("try", "started at", "ms", "outcome", "status", "address", "detail")
        for attempt in attempts {
            table.add(
                String(attempt.number),
                attempt.startedAt.description,
                String(attempt.latency),
                attempt.outcome,
                attempt.status.map(String.init) ?? "-",
                attempt.address.map { OutsideText.line($0, limit: 60) } ?? "-",
                attempt.detail.map { OutsideText.line($0, limit: 120) } ?? ""
            )
        }
        return table
    }
}
