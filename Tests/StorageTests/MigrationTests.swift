internal import Models
internal import Storage
internal import TestSupport
internal import Testing

@Suite struct MigrationTests {
    private let first = Migration(
        name: "0001_a",
        sql: "CREATE TABLE own.a (id bigint); CREATE TABLE own.b (id bigint);"
    )
    private let second = Migration(
        name: "0002_f",
        sql: "CREATE FUNCTION own.f() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$; SELECT own.f();"
    )

    private func set(_ migrations: Migration...) -> [MigrationSet] {
        [MigrationSet(schema: "own", migrations: migrations)]
    }

    @Test func migrationsAreAppliedOnceAndInOrder() async throws {
        try await withClient { client, _ async throws in
            let migrator = Migrator(client)
            #expect(try await migrator.apply(set(first)).map(\.name) == ["0001_a"])
            #expect(try await migrator.apply(set(first, second)).map(\.name) == ["0002_f"])
            #expect(try await migrator.apply(set(first, second)).isEmpty)
            try await migrator.verify(set(first, second))
            let pending = await failure { try await migrator.verify(set(first, second, .init(name: "3", sql: ""))) }
            #expect(pending?.message == "own: '3' was not applied yet")
        }
    }

    @Test func aDifferentHistoryIsRefused() async throws {
        try await withClient { client, _ async throws in
            let migrator = Migrator(client)
            try await migrator.apply(set(first, second))
            let edited = await failure {
                try await migrator.apply(set(first, .init(name: "0002_f", sql: "SELECT 2")))
            }
            #expect(edited?.code == .migration)
            #expect(edited?.message == "own: '0002_f' was edited after it was applied")
            let missing = await failure { try await migrator.apply(set(second)) }
            #expect(missing?.code == .migration)
            #expect(missing?.message == "own: the database has '0001_a' in place 1, this program '0002_f'")
            let old = await failure { try await migrator.apply(set(first)) }
            #expect(old?.code == .schemaTooNew)
            #expect(old?.message == "own: the database has '0002_f', which this program does not know")
        }
    }

    @Test func aFailingMigrationLeavesNothingAndIsNamed() async throws {
        try await withClient { client, _ async throws in
            let broken = Migration(name: "0002_x", sql: "CREATE TABLE own.c (id bigint); SELECT 1 / 0;")
            let error = await failure { try await Migrator(client).apply(set(first, broken)) }
            #expect(error?.message == "migration own.0002_x: division by zero")
            #expect(try await client.query("SELECT to_regclass('own.c') IS NULL", as: Bool.self) == [true])
            #expect(try await client.query("SELECT count(*) FROM busbar.migration", as: Int.self) == [1])
        }
    }

    @Test func anIndexIsBuiltConcurrently() async throws {
        try await withClient { client, _ async throws in
            let index = Migration(
                name: "0002_i",
                sql: """
                    -- busbar:no-transaction
                    CREATE INDEX CONCURRENTLY IF NOT EXISTS a_id ON own.a (id);
                    CREATE INDEX CONCURRENTLY IF NOT EXISTS b_id ON own.b (id);
                    """
            )
            #expect(try await Migrator(client).apply(set(first, index)).count == 2)
            #expect(try await client.query("SELECT to_regclass('own.b_id') IS NULL", as: Bool.self) == [false])
        }
    }

    @Test func fiveProcessesAtOnceApplyEachOnce() async throws {
        try await withDatabase { database in
            let sets = set(first, second, .messageTables(schema: "own"))
            let applied = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        let client = makeClient(database) { $0.poolSize = 1 }
                        let count = try await Migrator(client).apply(sets).count
                        await client.shutDown()
                        return count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(applied == 3)
        }
    }
}
