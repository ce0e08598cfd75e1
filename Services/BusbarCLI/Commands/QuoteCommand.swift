internal import ArgumentParser
internal import Models

/// `busbar quote`
struct QuoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quote",
        abstract: "What a withdrawal, or a batch of like ones, would cost now.",
        discussion: """
            The call is simulated by the nodes; wallet, pools and the chain's prices are read there, the prices of energy \
            are price-feed's. Nothing is stored, promised or bought. A price that is not fresh is shown with its age and \
            makes the answer an estimate, not a quote; where there is none, none is made up.

            --from is the hot wallet that signs and whose energy is used: of a transfer-from it is the spender, and \
            --holder has the tokens. Of an approve --to is the spender. Of --count withdrawals each has a recipient of \
            its own, like --to.

            Examples:
              busbar quote --partner p42 --from TQ… --to TR… --amount 25.5
              busbar quote --partner p42 --from TQ… --to TR… --amount 25.5 --count 20 --urgency urgent --json
              busbar quote --partner p42 --from TQ… --to TR… --amount unlimited --call approve
              busbar quote --partner p42 --from TQ… --holder TS… --to TR… --amount 3 --call transfer-from
            """
    )

    @OptionGroup var location: StackLocation
    @Option(help: "The partner.", transform: Parsing.partner) var partner: PartnerID
    @Option(help: "Its hot wallet that calls.", transform: Parsing.address) var from: TronAddress
    @Option(help: "Who receives, or may spend.", transform: Parsing.address) var to: TronAddress
    @Option(help: "USDT, at most 6 places: 25.5; of an approve also unlimited.", transform: Parsing.quoteAmount)
    var amount: QuoteInquiry.Amount
    @Option(help: "transfer, approve or transfer-from.") var call: QuoteInquiry.Call = .transfer
    @Option(help: "Whose tokens a transfer-from moves.", transform: Parsing.address) var holder: TronAddress?
    @Option(help: "How many like it, 1 to 100.") var count: Int = 1
    @Option(help: "normal, priority or urgent.", transform: Parsing.urgency) var urgency: Urgency = .normal
    @Flag(help: "Write JSON.") var json = false

    private var inquiry: QuoteInquiry {
        QuoteInquiry(
            partner: partner,
            from: from,
            to: to,
            holder: holder,
            amount: amount,
            call: call,
            count: count,
            urgency: urgency
        )
    }

    func validate() throws { try inquiry.validate() }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let report = try await QuoteDesk(operations: operations).report(on: inquiry)
        let console = Console()
        if json {
            console.line(JSONOutput.pretty(report))
        } else {
            for line in QuoteText(report: report).lines(for: console) { console.line(line) }
        }
        // What was asked for has no answer: the reason is in the report.
        if report.cost == nil { throw ExitCode.failure }
    }
}
