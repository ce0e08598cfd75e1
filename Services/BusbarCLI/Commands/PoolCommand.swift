internal import ArgumentParser
internal import Models

/// `busbar pool`
struct PoolCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pool",
        abstract: "Pools: wallets whose stake is delegated to hot wallets.",
        discussion: """
            Examples:
              busbar pool add house-1 TQ… --permission 2
              busbar pool add p42-own TR… --permission 3 --partner p42
              busbar pool list
            """,
        subcommands: [PoolAdd.self, PoolList.self]
    )
}

/// `busbar pool add`
struct PoolAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Register a pool behind those that are there.",
        discussion: """
            The permission is the active permission of the pool's account that lets the allocator's key delegate and \
            undelegate; 2 is the first one a TRON account has.

            Example: busbar pool add house-1 TQ… --permission 2
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "1 to 32 of a-z, 0-9, _ and -.") var id: String
    @Argument(help: "Its address.", transform: Parsing.address) var address: TronAddress
    @Option(help: "The active permission to sign with, 0 to 9.") var permission: Int32 = 2
    @Option(help: "Whose it is; without, it is the house's and serves everyone.", transform: Parsing.partner)
    var partner: PartnerID?

    func validate() throws {
        guard PartnerID(id) != nil else {
            throw ValidationError("\(id) is not a pool id: 1 to 32 of a-z, 0-9, _ and -")
        }
        guard (0...9).contains(permission) else { throw ValidationError("--permission takes 0 to 9") }
    }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        try await operations.withRegistry { registry, postgres in
            let known = try await RegistryView.pools(in: postgres)
            if known.contains(where: { $0.id == id }) { throw OperationError("there is a pool \(id) already") }
            if let same = known.first(where: { $0.address == address }) {
                throw OperationError("\(address) is the pool \(same.id) already")
            }
            try await registry.addPool(id, address: address, permission: permission, partner: partner)
        }
        Console().good("pool \(id) at \(address), \(partner.map { "of \($0)" } ?? "of the house")")
    }
}

/// `busbar pool list`
struct PoolList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List pools, the one used first at the top.",
        discussion: "Example: busbar pool list --json"
    )

    @OptionGroup var location: StackLocation
    @Flag(help: "Write JSON.") var json = false

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let pools = try await operations.withPostgres { try await RegistryView.pools(in: $0) }
        if json { return console.line(JSONOutput.pretty(pools)) }
        guard !pools.isEmpty else { return console.line("no pools; busbar pool add registers one") }
        var table = Table("pool", "address", "permission", "owner", "state")
        for pool in pools {
            table.add(
                pool.id,
                pool.address.base58,
                String(pool.permission),
                pool.partner ?? "house",
                pool.disabled ? "disabled" : "active"
            )
        }
        for line in table.lines() { console.line(line) }
    }
}
