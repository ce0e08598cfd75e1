internal import ArgumentParser
internal import Models

/// `busbar watch`
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow events as they happen, until Ctrl-C.",
        discussion: """
            Listens on a queue of its own, which is removed at the end: nobody else misses anything.

            Examples:
              busbar watch
              busbar watch --partner p42
              busbar watch --json | jq -c 'select(.type == "withdrawal.ready.v1") | .body'
            """
    )

    @OptionGroup var location: StackLocation

    @Option(help: "Only events about this partner's withdrawals, and its alerts.", transform: Parsing.partner)
    var partner: PartnerID?

    @Flag(help: "Write a line of JSON for each event.")
    var json = false

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let stream = EventStream(operations: operations, partner: partner)
        try await Interruption.cancels {
            try await stream.follow {
                if !json { Console(.errors).line(Console(.errors).styled("listening; Ctrl-C ends it", .quiet)) }
            } _: { event in
                console.line(json ? JSONOutput.line(event) : EventLine.text(event, console))
                return true
            }
        }
    }
}
