internal import ArgumentParser
internal import Models

/// `busbar wallet`
struct WalletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wallet",
        abstract: "Hot wallets of partners: the addresses that send USDT and get the energy.",
        discussion: """
            Examples:
              busbar wallet add TQ… --partner p42 --label hot-1
              busbar wallet list --partner p42
            """,
        subcommands: [WalletAdd.self, WalletList.self]
    )
}

/// `busbar wallet add`
struct WalletAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Register a hot wallet.",
        discussion: "Example: busbar wallet add TQ… --partner p42 --label hot-1"
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "Its address.", transform: Parsing.address) var address: TronAddress
    @Option(help: "Whose it is.", transform: Parsing.partner) var partner: PartnerID
    @Option(help: "As people call it.") var label: String

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        try await operations.withRegistry { registry, postgres in
            if let known = try await RegistryView.wallets(of: nil, in: postgres).first(where: { $0.address == address })
            {
                throw OperationError("\(address) is registered already, as \(known.label) of \(known.partner)")
            }
            try await registry.addHotWallet(address, partner: partner, label: label)
        }
        Console().good("\(address) is \(label) of \(partner)")
    }
}

/// `busbar wallet list`
struct WalletList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List hot wallets.",
        discussion: "Example: busbar wallet list --partner p42 --json"
    )

    @OptionGroup var location: StackLocation
    @Option(help: "Only this partner's.", transform: Parsing.partner) var partner: PartnerID?
    @Flag(help: "Write JSON.") var json = false

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let wallets = try await operations.withPostgres { try await RegistryView.wallets(of: partner, in: $0) }
        if json { return console.line(JSONOutput.pretty(wallets)) }
        guard !wallets.isEmpty else { return console.line("no hot wallets; busbar wallet add registers one") }
        var table = Table("address", "partner", "label", "state")
        for wallet in wallets {
            table.add(wallet.address.base58, wallet.partner, wallet.label, wallet.disabled ? "disabled" : "active")
        }
        for line in table.lines() { console.line(line) }
    }
}
