internal import LocalStack
internal import Models
internal import Storage
internal import TestSupport
internal import Testing

@testable import BusbarCLI

@Suite struct MigrationTests {
    private func variables(_ port: Int, _ socket: String, user: String, password: String) -> [String: String] {
        [
            "BUSBAR_ENVIRONMENT": "local", "BUSBAR_DATABASE_HOSTS": "127.0.0.1:\(port)", "BUSBAR_DATABASE_USER": user,
            "BUSBAR_DATABASE_PASSWORD": password, "BUSBAR_DATABASE_NAME": "postgres", "BUSBAR_DATABASE_TLS": "disable",
        ]
    }

    @Test func anEmptyServerBecomesReadyForItsRolesAndStaysSo() async throws {
        try await withOwnDatabaseServer { server in
            let owner = variables(
                server.port,
                server.socketDirectory,
                user: server.superuser,
                password: server.password
            )
            // A quote, a backslash and a dollar sign, which a statement put together by hand would trip over.
            let password = #"it's \a $word$ of many"#
            let applied = try await Operations.withPostgres(owner) { client in
                async let first = DatabaseMigration.run(client, rolePassword: password)
                async let second = DatabaseMigration.run(client, rolePassword: password)
                let (one, two) = try await (first, second)
                return one.count + two.count
            }
            #expect(applied >= 3)
            let again = try await Operations.withPostgres(owner) { try await DatabaseMigration.run($0).count }
            #expect(again == 0)

            let role = variables(server.port, server.socketDirectory, user: "allocator", password: password)
            try await Operations.withPostgres(role) { client in
                let pools = try await RegistryView.pools(in: client)
                #expect(pools.isEmpty)
                await #expect(throws: PostgresError.self) {
                    try await client.execute("INSERT INTO registry.revision (revision) VALUES (2)")
                }
            }
        }
    }

    @Test func theRegistryRefusesInWordsOfPeople() async throws {
        try await House.with { house in
            let operations = house.operations
            let wallet = try #require(TronAddress(evm: [UInt8](repeating: 7, count: 20)))
            let partner = try #require(PartnerID("p42"))
            let error = await #expect(throws: OperationError.self) {
                try await operations.withRegistry { registry, _ in
                    try await registry.addHotWallet(wallet, partner: partner, label: "hot-1")
                }
            }
            #expect(error?.message == "there is no such partner")
            try await operations.withRegistry { registry, _ in
                try await registry.addPartner(partner, name: "Exchange 42", brokerUsers: ["p42", "p42-b"])
                try await registry.addHotWallet(wallet, partner: partner, label: "hot-1")
            }
            let (partners, wallets) = try await operations.withPostgres { client in
                (try await RegistryView.partners(in: client), try await RegistryView.wallets(of: partner, in: client))
            }
            #expect(partners.map(\.brokerUsers) == [["p42", "p42-b"]])
            #expect(partners.map(\.wallets) == [1])
            #expect(wallets.map(\.address) == [wallet])
            let actors = try await house.database.sql("SELECT DISTINCT actor FROM registry.audit_log")
            #expect(actors.contains(operations.actor))
        }
    }
}
