internal import ArgumentParser
internal import Models
internal import Planning

/// `busbar supplier list`
struct SupplierList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List suppliers, the one asked first at the top, with what they ask and how they do.",
        discussion: """
            Prices and balances are those the allocator has asked for last. The figures are of each supplier's newest 200 \
            purchases: filled, how many delivered what was ordered; to chain, from the order until the chain showed the \
            energy; as quoted, how many were charged within a thousandth of their quote; time kept, how much of the ordered \
            time the energy stayed.

            Example: busbar supplier list --json
            """
    )

    @OptionGroup var location: StackLocation
    @Flag(help: "Write JSON.") var json = false

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let suppliers = try await operations.withPostgres {
            try await SupplierView.suppliers(at: operations.clock.now(), in: $0)
        }
        if json { return console.line(JSONOutput.pretty(suppliers)) }
        guard !suppliers.isEmpty else { return console.line("no suppliers; busbar supplier add registers one") }
        for line in Self.lines(suppliers) { console.line(line) }
    }

    /// How they do, then their settings.
    static func lines(_ suppliers: [SupplierReport]) -> [String] {
        table(suppliers).lines() + [""] + settings(suppliers).lines()
    }

    private static func table(_ suppliers: [SupplierReport]) -> Table {
        var table = Table(
            "rank",
            "supplier",
            "sun/energy",
            "age",
            "balance TRX",
            "purchases",
            "filled",
            "to chain p50",
            "p95",
            "as quoted",
            "time kept",
            "state"
        )
        for supplier in suppliers {
            let (known, health) = (supplier.known, supplier.known?.health)
            table.add(
                String(supplier.registered.rank),
                supplier.registered.id,
                known?.price.map { "\($0)" } ?? "-",
                supplier.age.map { $0 < 60 ? "\($0) s" : DurationText.text(.seconds($0)) } ?? "-",
                known?.balance?.fixedTRX ?? "-",
                String(supplier.purchases),
                share(health?.fillRatePerMille),
                health?.medianTimeToChain.map(DurationText.text) ?? "-",
                health?.slowTimeToChain.map(DurationText.text) ?? "-",
                share(health?.priceAccuracyPerMille),
                share(health?.durationKeptPerMille),
                state(of: supplier)
            )
        }
        return table
    }

    private static func settings(_ suppliers: [SupplierReport]) -> Table {
        var table = Table("supplier", "kind", "settings")
        for supplier in suppliers.map(\.registered) {
            let settings = supplier.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            table.add(supplier.id, supplier.kind, settings.joined(separator: " "))
        }
        return table
    }

    /// Whether it is bought from, or why not, and what its last call failed with.
    private static func state(of supplier: SupplierReport) -> String {
        (supplier.obstacle ?? "available") + (supplier.known?.fault.map { "; last call: \($0)" } ?? "")
    }

    private static func share(_ perMille: Int64?) -> String {
        perMille.map { "\($0 / 10).\($0 % 10) %" } ?? "-"
    }
}
