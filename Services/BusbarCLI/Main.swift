internal import ArgumentParser

@main
struct Busbar: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "busbar",
        abstract: "Operations command line and local stack of Busbar.",
        subcommands: [Up.self, Down.self, Status.self, Env.self]
    )
}
