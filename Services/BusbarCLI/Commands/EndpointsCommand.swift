internal import ArgumentParser
internal import Models

/// `busbar endpoints`
struct EndpointsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoints",
        abstract: "Endpoints: who is told of what, and where.",
        discussion: """
            A partner's endpoint hears of that partner's withdrawals, one of operations of everything its rules name. \
            Webhooks are signed by Standard Webhooks; chats and mail get a text.

            Examples:
              busbar endpoints add p42-main --webhook https://hooks.exchange42.com/busbar --partner p42
              busbar endpoints add ops --slack --url-file /run/secrets/slack --severity warning --quiet 22:00-07:00
              busbar endpoints list
              busbar endpoints test p42-main
              busbar endpoints rotate p42-main --keep 24h
            """,
        subcommands: [
            EndpointsList.self, EndpointsAdd.self, EndpointsShow.self, EndpointsTest.self, EndpointsRotate.self,
            EndpointsRules.self, EndpointsDisable.self, EndpointsEnable.self, EndpointsReseal.self,
        ],
        defaultSubcommand: EndpointsList.self
    )
}

/// `busbar endpoints list`
struct EndpointsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List endpoints, those of operations first, and how they do.",
        discussion: "Example: busbar endpoints list --json"
    )

    @OptionGroup var location: StackLocation
    @Option(help: "Of this partner alone.", transform: Parsing.partner) var partner: PartnerID?
    @Flag(help: "Write JSON.") var json = false

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let endpoints = try await operations.withPostgres { try await EndpointView.all(in: $0) }
            .filter { partner == nil || $0.partner == partner }
        if json { return console.line(JSONOutput.pretty(endpoints)) }
        guard !endpoints.isEmpty else { return console.line("no endpoints; busbar endpoints add registers one") }
        for line in Self.table(endpoints, at: operations.clock.now()).lines() { console.line(line) }
    }

    static func table(_ endpoints: [EndpointView.Endpoint], at now: Timestamp) -> Table {
        var table = Table("endpoint", "partner", "channel", "target", "hears", "open", "state")
        for endpoint in endpoints {
            table.add(
                endpoint.name,
                endpoint.partner?.rawValue ?? "-",
                endpoint.channel.rawValue,
                OutsideText.line(endpoint.target, limit: 60),
                endpoint.fault ?? endpoint.rules.map(EndpointRules.text).joined(separator: "; "),
                String(endpoint.pending),
                EndpointText.state(of: endpoint, at: now)
            )
        }
        return table
    }
}

/// `busbar endpoints disable`
struct EndpointsDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Tell an endpoint nothing more; what is still to be delivered is cancelled and can be replayed.",
        discussion: "Example: busbar endpoints disable p42-main --reason \"moves to another host\""
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The endpoint.", transform: EndpointParsing.name) var name: String
    @Option(help: "Why, for those who look at it later.") var reason = "by hand"

    func validate() throws {
        guard (1...200).contains(reason.count), Parsing.isPrintable(reason) else {
            throw ValidationError("--reason takes 1 to 200 characters on one line")
        }
    }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let isThere = try await operations.withEndpoints { store, _ in
            try await store.setEnabled(name, false, reason: reason)
        }
        guard isThere else { throw Operations.unknownEndpoint(name) }
        Console().good("the endpoint \(name) is disabled; busbar endpoints enable \(name) ends it")
    }
}

/// `busbar endpoints enable`
struct EndpointsEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Tell a disabled endpoint again of what happens from now on.",
        discussion: """
            What was cancelled meanwhile is not told by itself: busbar deliveries replay --failed --endpoint NAME does so.

            Example: busbar endpoints enable p42-main
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The endpoint.", transform: EndpointParsing.name) var name: String

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let isThere = try await operations.withEndpoints { store, _ in try await store.setEnabled(name, true) }
        guard isThere else { throw Operations.unknownEndpoint(name) }
        Console().good("the endpoint \(name) is active; busbar endpoints test \(name) tries it")
    }
}
