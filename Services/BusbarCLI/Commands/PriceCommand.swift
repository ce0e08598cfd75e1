internal import ArgumentParser
internal import Models

/// `busbar price`
struct PriceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "price",
        abstract: "What TRX and energy cost, and what the chain charges.",
        discussion: """
            Examples:
              busbar price
              busbar price --json | jq '.energy[] | select(.source == "burn")'
              busbar price history trx_usd --hours 24
            """,
        subcommands: [PriceNow.self, PriceHistory.self],
        defaultSubcommand: PriceNow.self
    )
}

/// `busbar price now`
struct PriceNow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "now",
        abstract: "The newest prices by source, with their age.",
        discussion: """
            Reads what price-feed has stored. A price that is not fresh is the last good one, and says so.

            Example: busbar price --json
            """
    )

    @OptionGroup var location: StackLocation
    @Flag(help: "Write JSON.") var json = false

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let report = try await operations.withPostgres {
            try await PriceView.current(at: operations.clock.now(), in: $0)
        }
        if json { return console.line(JSONOutput.pretty(report)) }
        for line in PriceTables(report: report).lines(for: console) { console.line(line) }
    }
}

/// `busbar price history`
struct PriceHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "How a price has moved; without a series, which there are.",
        discussion: """
            By minute up to three hours, by hour beyond, unless --by says otherwise. At most 10,000 values.

            Examples:
              busbar price history
              busbar price history trx_usd --hours 24
              busbar price history energy.justlend_rent --hours 2 --by minute --json
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "A series, such as trx_usd.") var series: String?
    @Option(help: "How far back.") var hours: Int64 = 3
    @Option(help: "minute or hour.") var by: Step?
    @Flag(help: "Write JSON.") var json = false

    /// How far apart values are.
    enum Step: String, ExpressibleByArgument, CaseIterable {
        case minute
        case hour
    }

    func validate() throws {
        guard (1...100_000).contains(hours) else { throw ValidationError("--hours takes 1 to 100000") }
    }

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        guard let series else {
            let known = try await operations.withPostgres { try await PriceView.series(in: $0) }
            if json { return console.line(JSONOutput.pretty(known)) }
            for name in known { console.line(name) }
            if known.isEmpty { console.line("no history yet; price-feed writes it") }
            return
        }
        let step = by ?? (hours <= 3 ? .minute : .hour)
        let start = operations.clock.now() - .seconds(hours * 3600)
        let values = try await operations.withPostgres {
            try await PriceView.history(of: series, by: step.rawValue, since: start, in: $0)
        }
        if json { return console.line(JSONOutput.pretty(values)) }
        guard !values.isEmpty else {
            return console.line("nothing of \(series) in that time; busbar price history shows which series there are")
        }
        var table = Table(step.rawValue, "last", "low", "high")
        for value in values { table.add(value.at.description, value.last, value.low, value.high) }
        for line in table.lines() { console.line(line) }
    }
}
