internal import ArgumentParser
internal import FoundationEssentials
internal import LocalStack
internal import Messaging
internal import ServiceKit
internal import Storage

/// `busbar migrate`
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database to what this version expects, and write the broker's definitions.",
        discussion: """
            Makes the login roles, applies missing migrations and sets privileges. May be run at any time, by several \
            processes at once; what is there stays.

            The broker's queues are declared by whoever uses them. Their policies (limits, dead-lettering) are set by \
            whoever administers the broker: --definitions writes a file for rabbitmqctl import_definitions.

            Examples:
              busbar migrate
              busbar migrate --role-password-file /run/secrets/roles
              busbar migrate --definitions deploy/definitions.json --only-definitions
            """
    )

    @OptionGroup var location: StackLocation

    @Option(help: "File whose first line becomes the password of the login roles.")
    var rolePasswordFile: String?

    @Option(help: "Where to write the broker's definitions.json: topology and policies.")
    var definitions: String?

    @Flag(help: "Leave the database alone.")
    var onlyDefinitions = false

    @Option(help: "Vhost in the definitions.")
    var vhost = "busbar"

    func validate() throws {
        if onlyDefinitions, definitions == nil { throw ValidationError("--only-definitions needs --definitions FILE") }
    }

    func run() async throws {
        let console = Console()
        if let definitions {
            let text = Topology.house.definitions(vhost: vhost, policies: BrokerPolicy.house)
            if LocalFile.read(definitions) == text {
                console.good("\(definitions) is up to date")
            } else {
                try Data(text.utf8).write(to: URL(filePath: definitions))
                console.good("wrote \(definitions); rabbitmqctl import_definitions applies it")
            }
        }
        guard !onlyDefinitions else { return }
        let password = try rolePasswordFile.map { try SecretPrompt.text(file: $0) }
        // Without a clock: no domain time is stored, and a devnet may start later.
        let variables = try Operations.findVariables(location.layout)
        let applied = try await Operations.withPostgres(variables) { client in
            try await DatabaseMigration.run(client, rolePassword: password)
        }
        for migration in applied { console.good("applied \(migration.schema) \(migration.name)") }
        if applied.isEmpty { console.good("the database is up to date") }
        if password != nil { console.good("the roles have their password") }
    }
}
