internal import ArgumentParser
internal import Models

/// `busbar supplier`
struct SupplierCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supplier",
        abstract: "Suppliers: who sells energy, and in which order they are asked.",
        discussion: """
            Examples:
              busbar supplier add tronzap --set token_env=TRONZAP_TOKEN --set secret_env=TRONZAP_SECRET
              busbar supplier list
              busbar supplier rank catfee 1
              busbar supplier maintenance tronzap --until 2026-11-22T06:00:00Z
            """,
        subcommands: [
            SupplierList.self, SupplierAdd.self, SupplierSet.self, SupplierRank.self, SupplierDisable.self,
            SupplierEnable.self, SupplierMaintenance.self,
        ]
    )
}

/// `busbar supplier add`
struct SupplierAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Register a supplier, behind those that are there or at a rank.",
        discussion: """
            Settings are the adapter's: base_url, limits, and where its credentials are found. A credential is named by a \
            variable (token_env=TRONZAP_TOKEN) or a file (secret_file=/run/secrets/tronzap), never given itself.

            Example: busbar supplier add tronzap --set token_env=TRONZAP_TOKEN --set secret_env=TRONZAP_SECRET
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "1 to 32 of a-z, 0-9, _ and -.", transform: SupplierParsing.id) var id: SupplierID
    @Option(
        help: "Whose protocol it speaks: \(SupplierParsing.known). By default its id.",
        transform: SupplierParsing.id
    )
    var kind: SupplierID?
    @Option(help: "Where it stands, from 1; those behind move.") var rank: Int32?
    @Option(name: .customLong("set"), help: "A setting, key=value; may be repeated.") var settings: [String] = []

    func validate() throws {
        if let rank, rank < 1 { throw ValidationError("--rank begins at 1") }
        _ = try SupplierParsing.settings(settings)
    }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let kind = kind ?? id
        let given = try SupplierParsing.settings(settings)
        let place = try await operations.withRegistry { registry, postgres in
            if try await RegistryView.suppliers(in: postgres).contains(where: { $0.id == id.rawValue }) {
                throw OperationError(
                    "there is a supplier \(id) already",
                    hint: "busbar supplier set changes its settings"
                )
            }
            return try await registry.addSupplier(id, kind: kind, rank: rank, settings: given)
        }
        let console = Console()
        console.good("supplier \(id), \(kind), is number \(place)")
        if !SupplierParsing.kinds.contains(kind.rawValue) {
            console.warning("no adapter of ours speaks \(kind): \(SupplierParsing.known)")
        }
    }
}

/// `busbar supplier set`
struct SupplierSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Change settings of a supplier; an empty value takes one away.",
        discussion: "Example: busbar supplier set tronzap maximum_energy=1000000 base_url="
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The supplier.", transform: SupplierParsing.id) var id: SupplierID
    @Argument(help: "key=value") var settings: [String]

    func validate() throws { _ = try SupplierParsing.settings(settings) }

    func run() async throws {
        let changes = try SupplierParsing.settings(settings)
        try await SupplierChange.make(id, location) { try await $0.setSupplier(id, settings: changes) }
        Console().good("supplier \(id): \(settings.joined(separator: " "))")
    }
}

/// `busbar supplier rank`
struct SupplierRank: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rank",
        abstract: "Move a supplier in the order they are asked; the others keep theirs.",
        discussion: "Example: busbar supplier rank catfee 1"
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The supplier.", transform: SupplierParsing.id) var id: SupplierID
    @Argument(help: "Where it shall stand, from 1; beyond the last means last.") var rank: Int32

    func validate() throws {
        guard rank >= 1 else { throw ValidationError("ranks begin at 1") }
    }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let suppliers = try await operations.withRegistry { registry, postgres in
            guard try await registry.rankSupplier(id, rank) != nil else { throw SupplierChange.unknown(id) }
            return try await RegistryView.suppliers(in: postgres)
        }
        Console().good("asked in this order: " + suppliers.map(\.id).joined(separator: ", "))
    }
}

/// `busbar supplier disable`
struct SupplierDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Buy nothing more of a supplier; what is under way is followed to its end.",
        discussion: "Example: busbar supplier disable tronnrg"
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The supplier.", transform: SupplierParsing.id) var id: SupplierID

    func run() async throws {
        try await SupplierChange.make(id, location) { try await $0.setSupplier(id, state: "disabled") }
        Console().good("supplier \(id) is disabled; busbar supplier enable \(id) ends it")
    }
}

/// `busbar supplier enable`
struct SupplierEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Buy of a supplier again, that was disabled or in maintenance.",
        discussion: "Example: busbar supplier enable tronnrg"
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The supplier.", transform: SupplierParsing.id) var id: SupplierID

    func run() async throws {
        try await SupplierChange.make(id, location) { try await $0.setSupplier(id, state: "active") }
        Console().good("supplier \(id) is active")
    }
}

/// `busbar supplier maintenance`
struct SupplierMaintenance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance",
        abstract: "Buy nothing of a supplier for a while.",
        discussion: "Example: busbar supplier maintenance tronzap --until 2026-11-22T06:00:00Z"
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The supplier.", transform: SupplierParsing.id) var id: SupplierID
    @Option(help: "When it ends by itself; without, when somebody enables it.", transform: Parsing.time)
    var until: Timestamp?

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        if let until, until <= operations.clock.now() {
            throw OperationError("\(until) is over", hint: "--until takes a time to come, in UTC")
        }
        try await SupplierChange.make(id, location) { try await $0.setSupplier(id, state: "maintenance", until: until) }
        Console().good(
            "supplier \(id) is in maintenance " + (until.map { "until \($0)" } ?? "until busbar supplier enable \(id)")
        )
    }
}
