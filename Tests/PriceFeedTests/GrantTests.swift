internal import LocalStack
internal import Logging
internal import Schemas
internal import Storage
internal import TestSupport
internal import Testing

/// Who may do what with prices.
@Suite struct GrantTests {
    private func client(_ server: PostgreSQLServer, _ user: String, _ password: String) -> PostgresClient {
        let configuration = PostgresConfiguration(
            hosts: [.init("127.0.0.1", port: server.port)],
            database: "postgres",
            user: user,
            password: password
        )
        return PostgresClient(configuration, logger: Logger(label: "grants") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func theFeedWritesItsOwnSchemaAndTheAllocatorReadsItsViews() async throws {
        try await withOwnDatabaseServer { server in
            let owner = client(server, server.superuser, server.password)
            try await owner.withConnection { try await $0.executeScript(HouseSchemas.roles) }
            try await Migrator(owner).apply(HouseSchemas.all)
            try await owner.withConnection { try await $0.executeScript(HouseSchemas.privileges) }
            for role in ["prices", "allocator"] {
                try await owner.execute("ALTER ROLE \(identifier: role) PASSWORD 'for this test alone'")
            }
            await owner.shutDown()

            let feed = client(server, "prices", "for this test alone")
            #expect(try await feed.execute("UPDATE prices.feed SET decided_at = now()") == 1)
            try await feed.execute("INSERT INTO prices.energy VALUES ('burn', 1, now(), now())")
            await #expect(throws: PostgresError.self) { try await feed.execute("SELECT * FROM allocator.withdrawal") }
            // What suppliers ask was asked by the allocator.
            try await feed.execute("SELECT * FROM allocator.v1_supplier_state")
            await #expect(throws: PostgresError.self) { try await feed.execute("SELECT * FROM allocator.v1_purchase") }
            await #expect(throws: PostgresError.self) {
                try await feed.execute("UPDATE allocator.v1_supplier_state SET fault = NULL")
            }
            await #expect(throws: PostgresError.self) { try await feed.execute("DROP TABLE prices.energy") }
            await feed.shutDown()

            let reader = client(server, "allocator", "for this test alone")
            for view in ["feed", "source", "energy", "chain", "proposal", "parameter_change", "history"] {
                try await reader.execute("SELECT * FROM prices.\(identifier: "v1_" + view)")
            }
            await #expect(throws: PostgresError.self) { try await reader.execute("SELECT * FROM prices.energy") }
            await #expect(throws: PostgresError.self) {
                try await reader.execute("UPDATE prices.feed SET decided_at = now()")
            }
            await reader.shutDown()
        }
    }
}
