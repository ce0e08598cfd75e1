internal import Models
internal import Schemas
internal import ServiceKit
internal import Tron

/// Takes requests for withdrawals, gets energy to the wallets that send, and says how each one ended.
@main
struct AllocatorApp {
    static func main() async {
        await ServiceKit.run(
            "allocator",
            schema: ServiceSchema(
                HouseSchemas.allocator,
                reading: [HouseSchemas.registry, HouseSchemas.prices, HouseSchemas.ledger]
            ),
            keys: AllocatorConfiguration.keys
        ) { service in
            let configuration = AllocatorConfiguration(service.configuration)
            let key = try KeyFile(path: configuration.keyFile).open(password: Password(configuration.keyPassword))
            let purchasingKey = try configuration.purchasingKeyFile.map {
                try KeyFile(path: $0).open(password: Password(configuration.purchasingPassword ?? ""))
            }
            let chain = try NodeGateway(service)
            service.add("tron", chain)
            let allocator = Allocator(
                service: service,
                configuration: configuration,
                chain: chain,
                key: key,
                purchasingKey: purchasingKey
            )
            service.add("suppliers", allocator.desk)

            service.consume(WithdrawalRequest.self, configuration) { try await allocator.requests.handle($0, $1) }
            service.consume(WithdrawalSettle.self, configuration) { try await allocator.commands.settle($0, $1) }
            service.consume(WithdrawalCancel.self, configuration) { try await allocator.commands.cancel($0, $1) }
            service.loop("registry", every: .seconds(1)) { try await allocator.registry.refresh() }
            service.loop("prices", every: .seconds(2)) { _ = try await allocator.prices.current() }
            service.loop("needs", every: .zero) { try await allocator.resolveNeeds() }
            service.loop("recipients", every: configuration.pollInterval) { try await allocator.recipients.catchUp() }
            service.leader("chain") { try await allocator.keeper.run() }
            service.leader("solidity") { try await allocator.keepSolid() }
            service.leader("purchases") { try await allocator.purchases.run() }
            service.leaderLoop("quotes", every: .seconds(1)) { try await allocator.quotes.run() }
            service.leaderLoop("refunds", every: .seconds(5)) { try await allocator.refunds.run() }
            service.leader("sweep") { try await allocator.sweep() }
        }
    }
}
