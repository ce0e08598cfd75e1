import LocalStack
import Logging
import Models
import Schemas
import Storage
import TestSupport
import Testing

/// Who may do what with endpoints and deliveries.
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

    private func count(_ client: PostgresClient, _ query: SQL) async throws -> Int {
        let count = try await client.queryOne(query, as: Int64.self)
        return count.map(Int.init) ?? 0
    }

    @Test func theNotifierDeliversAndPeopleAddEndpointsThroughAuditedFunctionsAlone() async throws {
        try await withOwnDatabaseServer { server in
            let owner = client(server, server.superuser, server.password)
            try await owner.withConnection { try await $0.executeScript(HouseSchemas.roles) }
            try await Migrator(owner).apply(HouseSchemas.all)
            try await owner.withConnection { try await $0.executeScript(HouseSchemas.privileges) }
            for role in ["notifier", "registry", "allocator"] {
                try await owner.execute("ALTER ROLE \(identifier: role) PASSWORD 'for this test alone'")
            }
            let people = client(server, "registry", "for this test alone")
            let add: SQL = """
                SELECT notifier.add_endpoint(now(), 'somebody', '01935f3e-0000-7000-8000-000000000001', 'hook', NULL, 'webhook',
                    'https://example.com', '\\x00', 'en', '[{"events":["#"]}]', 60, 1)
                """
            try await people.execute(add)
            try await people.execute("SELECT * FROM notifier.v1_endpoint")
            try await people.execute("SELECT * FROM notifier.v1_attempt")
            await #expect(throws: PostgresError.self) {
                try await people.execute("UPDATE notifier.endpoint SET name = 'x'")
            }
            await #expect(throws: PostgresError.self) { try await people.execute("DELETE FROM notifier.pending") }

            let notifier = client(server, "notifier", "for this test alone")
            #expect(
                try await count(
                    notifier,
                    "SELECT notifier.keep_partitions('event', now(), now() - interval '3 days')::bigint"
                )
                    == 4
            )
            try await notifier.execute(
                """
                INSERT INTO notifier.event (event_id, stored_at, type, wire_type, occurred_at, body)
                VALUES ('m1', now(), 'alert.raised', 'alert.raised.v1', now(), '{}')
                """
            )
            #expect(
                try await count(owner, "SELECT count(*) FROM notifier.event_other") == 0,
                "it belongs into the partition of its day"
            )
            try await notifier.execute("UPDATE notifier.endpoint SET state = 'disabled', disabled_at = now()")
            await #expect(throws: PostgresError.self) { try await notifier.execute(add) }
            await #expect(throws: PostgresError.self) { try await notifier.execute("DELETE FROM notifier.endpoint") }
            await #expect(throws: PostgresError.self) { try await notifier.execute("SELECT * FROM registry.audit_log") }

            let other = client(server, "allocator", "for this test alone")
            await #expect(throws: PostgresError.self) {
                try await other.execute("SELECT sealed FROM notifier.endpoint")
            }
            #expect(
                try await count(
                    owner,
                    "SELECT count(*) FROM registry.audit_log WHERE action = 'endpoint.add' AND actor = 'somebody'"
                ) == 1
            )
            for client in [owner, people, notifier, other] { await client.shutDown() }
        }
    }

    @Test func oldDaysAreDroppedAndTimeMayJump() async throws {
        try await withOwnDatabaseServer { server in
            let owner = client(server, server.superuser, server.password)
            try await owner.withConnection { try await $0.executeScript(HouseSchemas.roles) }
            try await Migrator(owner).apply(HouseSchemas.all)
            let start = Timestamp(milliseconds: 1_795_000_000_000)
            func keep(_ now: Timestamp) async throws -> Int {
                try await count(
                    owner,
                    "SELECT notifier.keep_partitions('event', \(now), \(now - .seconds(35 * 86_400)))::bigint"
                )
            }
            func store(_ id: String, _ at: Timestamp) async throws {
                try await owner.execute(
                    """
                    INSERT INTO notifier.event (event_id, stored_at, type, wire_type, occurred_at, body)
                    VALUES (\(id), \(at), 'a.b', 'a.b.v1', \(at), '{}')
                    """
                )
            }
            #expect(try await keep(start) == 4)
            #expect(try await keep(start) == 0)
            try await store("today", start)
            // The clock was advanced by ten days before the partitions were made.
            let later = start + .seconds(10 * 86_400)
            try await store("ahead", later)
            _ = try await keep(later)
            try await store("ahead too", later)
            #expect(try await count(owner, "SELECT count(*) FROM notifier.event") == 3)
            _ = try await keep(start + .seconds(40 * 86_400))
            #expect(
                try await owner.query("SELECT event_id FROM notifier.event ORDER BY 1", as: String.self)
                    == ["ahead", "ahead too"]
            )
            _ = try await keep(start + .seconds(60 * 86_400))
            #expect(try await count(owner, "SELECT count(*) FROM notifier.event") == 0)
            await owner.shutDown()
        }
    }
}
