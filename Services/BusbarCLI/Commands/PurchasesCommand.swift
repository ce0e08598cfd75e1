internal import ArgumentParser
internal import Models
internal import Planning

/// `busbar purchases`
struct PurchasesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purchases",
        abstract: "What was bought from suppliers, the newest first.",
        discussion: """
            What was charged, refunded and is still owed is by the supplier's word or the chain, as far as known; amounts are in TRX, in \
            JSON in sun. Time to chain goes from placing the order until the chain showed all of its energy.

            Examples:
              busbar purchases
              busbar purchases --supplier tronzap --state disputed
              busbar purchases --limit 500 --json
            """
    )

    @OptionGroup var location: StackLocation
    @Option(help: "Of this supplier alone.", transform: SupplierParsing.id) var supplier: SupplierID?
    @Option(help: "In this state alone: \(Self.states).", transform: Self.state) var state: PurchaseState?
    @Option(help: "How many at most, up to 10000.") var limit = 20
    @Flag(help: "Write JSON.") var json = false

    private static let states = PurchaseState.allCases.map(\.rawValue).joined(separator: ", ")

    private static func state(_ text: String) throws -> PurchaseState {
        guard let state = PurchaseState(rawValue: text) else {
            throw ValidationError("\(text) is not a state of a purchase: \(states)")
        }
        return state
    }

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit takes 1 to 10000") }
    }

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let purchases = try await operations.withPostgres {
            try await PurchaseView.newest(limit, of: supplier, in: state, on: $0)
        }
        if json { return console.line(JSONOutput.pretty(purchases)) }
        guard !purchases.isEmpty else { return console.line("nothing was bought that fits") }
        for line in Self.table(purchases).lines() { console.line(line) }
    }

    static func table(_ purchases: [PurchaseView.Purchase]) -> Table {
        var table = Table(
            "time",
            "supplier",
            "order key",
            "wallet",
            "state",
            "ordered",
            "on chain",
            "quoted",
            "charged",
            "refunded",
            "owed",
            "to chain ms",
            "reason"
        )
        for purchase in purchases {
            table.add(
                purchase.at.description,
                purchase.supplier,
                purchase.key,
                purchase.wallet.base58,
                purchase.state,
                String(purchase.ordered.rawValue),
                String(purchase.onChain.rawValue),
                purchase.quoted.fixedTRX,
                purchase.charged?.fixedTRX ?? "-",
                purchase.refunded.fixedTRX,
                purchase.owed.fixedTRX,
                purchase.timeToChain.map { String($0) } ?? "-",
                purchase.reason ?? ""
            )
        }
        return table
    }
}
