internal import Ledger
internal import LocalStack
internal import Models
internal import Planning
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

            let registry = variables(server.port, server.socketDirectory, user: "registry", password: password)
            try await useTheRegistry(as: try await Operations(registry))

            let role = variables(server.port, server.socketDirectory, user: "allocator", password: password)
            try await Operations.withPostgres(role) { client in
                let pools = try await RegistryView.pools(in: client)
                #expect(pools.map(\.id) == ["pool-1"])
                await #expect(throws: PostgresError.self) {
                    try await client.execute("INSERT INTO registry.revision (revision) VALUES (2)")
                }
            }
        }
    }

    /// What the commands do for people, with no more rights than the registry's own role has.
    private func useTheRegistry(as operations: Operations) async throws {
        let (id, partner) = (try #require(SupplierID("tronzap")), try #require(PartnerID("p42")))
        let wallet = try #require(TronAddress(evm: [UInt8](repeating: 7, count: 20)))
        let pool = try #require(TronAddress(evm: [UInt8](repeating: 8, count: 20)))
        try await operations.withRegistry { registry, client in
            try await registry.addPartner(partner, name: "Exchange 42", brokerUsers: ["p42"])
            #expect(try await registry.setPaused(partner, true))
            try await registry.addHotWallet(wallet, partner: partner, label: "hot-1")
            try await registry.addPool("pool-1", address: pool, permission: 2, partner: nil)
            #expect(try await registry.addSupplier(id, kind: id, rank: nil, settings: [:]) == 1)
            #expect(try await registry.setSupplier(id, state: "disabled"))
            try await registry.setPolicy(of: partner, ["block_limit": .number(7)])
            try await registry.setPolicy(of: nil, ["block_limit": .number(9)])
            #expect(try await RegistryView.partners(in: client).map(\.paused) == [true])
            #expect(try await RegistryView.wallets(of: nil, in: client).count == 1)
            #expect(try await RegistryView.suppliers(in: client).map(\.state) == ["disabled"])
            #expect(try await RegistryView.policies(in: client).map(\.policy.blockLimit) == [9, 7])
        }
        try await operations.withLedger { desk, client in
            try await desk.setTerms(of: nil, ["fee_sun": .number(5)])
            try await desk.setTerms(of: partner, ["credit_limit_sun": .number(500)])
            let answer = try await desk.credit(partner, user: nil, amount: Sun(9), key: nil, note: "n")
            #expect(answer.isNew && answer.balance == Sun(9))
            #expect(try await desk.terms().map(\.fee) == [Sun(5), Sun(5)])
            let now = operations.clock.now()
            let report = try await StatementReport.read(
                of: partner,
                user: nil,
                from: now - .seconds(3600),
                to: now + .seconds(3600),
                entries: true,
                in: client
            )
            #expect(report?.closing_sun == Sun(9) && report?.entries?.count == 1)
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
