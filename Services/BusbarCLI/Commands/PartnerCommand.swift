internal import ArgumentParser
internal import Messaging
internal import Models
internal import ServiceKit

/// `busbar partner`
struct PartnerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partner",
        abstract: "Partners: who may ask for withdrawals.",
        discussion: """
            Examples:
              busbar partner add p42 --name "Exchange 42" --user p42
              busbar partner list
              busbar partner pause p42
            """,
        subcommands: [
            PartnerAdd.self, PartnerList.self, PartnerPause.self, PartnerResume.self, PartnerPolicy.self,
            PartnerTerms.self, PartnerCredit.self, PartnerBalance.self, PartnerDemo.self,
        ]
    )
}

/// `busbar partner add`
struct PartnerAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Register a partner and make its queue; of one that is there, change the name or add broker users.",
        discussion: """
            The broker users must exist at the broker: rabbitmqctl add_user, and set_permissions so that they may write \
            busbar.commands and read their queue.

            Example: busbar partner add p42 --name "Exchange 42" --user p42
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "1 to 32 of a-z, 0-9, _ and -.", transform: Parsing.partner) var id: PartnerID
    @Option(help: "As people call it.") var name: String
    @Option(name: .customLong("user"), help: "A broker user that may speak for it; may be repeated.")
    var users: [String] = []

    func validate() throws {
        guard !name.isEmpty else { throw ValidationError("--name is empty") }
        for user in users where !(1...128).contains(user.count) {
            throw ValidationError("--user takes 1 to 128 characters")
        }
    }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        // The queue first: a partner without its queue would miss its events, a queue without partner stays empty.
        try await operations.withBroker { try await $0.declare(.partner(id)) }
        try await operations.withRegistry { registry, _ in
            try await registry.addPartner(id, name: name, brokerUsers: users)
        }
        let console = Console()
        console.good("partner \(id); its events arrive in \(Topology.eventsQueue(of: id))")
        if users.isEmpty { console.warning("no broker user may speak for it yet: --user names one") }
    }
}

/// `busbar partner list`
struct PartnerList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List partners.",
        discussion: "Example: busbar partner list --json"
    )

    @OptionGroup var location: StackLocation
    @Flag(help: "Write JSON.") var json = false

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let partners = try await operations.withPostgres { try await RegistryView.partners(in: $0) }
        if json { return console.line(JSONOutput.pretty(partners)) }
        guard !partners.isEmpty else { return console.line("no partners yet; busbar partner add makes one") }
        var table = Table("partner", "name", "state", "wallets", "broker users")
        for partner in partners {
            table.add(
                partner.id,
                partner.name,
                partner.paused ? "paused" : "active",
                String(partner.wallets),
                partner.brokerUsers.joined(separator: ", ")
            )
        }
        for line in table.lines() { console.line(line) }
    }
}

/// `busbar partner pause`
struct PartnerPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Refuse new requests of a partner; what is under way goes on.",
        discussion: "Example: busbar partner pause p42"
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The partner.", transform: Parsing.partner) var id: PartnerID

    func run() async throws {
        try await PartnerPausing.set(id, paused: true, location)
        Console().good("partner \(id) is paused; busbar partner resume \(id) ends it")
    }
}

/// `busbar partner resume`
struct PartnerResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Take requests of a paused partner again.",
        discussion: "Example: busbar partner resume p42"
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The partner.", transform: Parsing.partner) var id: PartnerID

    func run() async throws {
        try await PartnerPausing.set(id, paused: false, location)
        Console().good("partner \(id) is active")
    }
}

private enum PartnerPausing {
    static func set(_ id: PartnerID, paused: Bool, _ location: StackLocation) async throws {
        let operations = try await Operations.find(location.layout)
        let isThere = try await operations.withRegistry { registry, _ in
            try await registry.setPaused(id, paused)
        }
        guard isThere else { throw OperationError("there is no partner \(id)", hint: "busbar partner list shows them") }
    }
}
