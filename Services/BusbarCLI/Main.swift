internal import ArgumentParser

@main
struct Busbar: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "busbar",
        abstract: "Operations command line and local stack of Busbar.",
        groupedSubcommands: [
            CommandGroup(name: "Local stack", subcommands: [Up.self, Down.self, Status.self, Env.self]),
            CommandGroup(
                name: "Operations",
                subcommands: [
                    Migrate.self, AuditCommand.self, Parked.self, Request.self, Watch.self, PriceCommand.self,
                    QuoteCommand.self, StatementCommand.self, PurchasesCommand.self, DeliveriesCommand.self,
                    NotifyCommand.self,
                ]
            ),
            CommandGroup(name: "Measuring", subcommands: [BenchCommand.self]),
            CommandGroup(
                name: "Registry",
                subcommands: [
                    PartnerCommand.self, UserCommand.self, WalletCommand.self, PoolCommand.self, SupplierCommand.self,
                    EndpointsCommand.self, Keys.self,
                ]
            ),
        ]
    )
}
