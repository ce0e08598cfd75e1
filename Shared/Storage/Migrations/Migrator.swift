internal import Logging

/// Brings a database to the state that this program expects. Any number of processes may do so at the same time.
public struct Migrator: Sendable {
    /// A migration that was applied now.
    public struct Applied: Sendable, Hashable {
        /// Owner of the set that it belongs to.
        public let schema: String
        /// As in ``Migration/name``.
        public let name: String
    }

    private let client: PostgresClient
    /// For one migration.
    private let timeout: Duration

    /// - Parameter timeout: for the answer to one migration, or to one statement of those outside a transaction.
    public init(_ client: PostgresClient, timeout: Duration = .seconds(3600)) {
        self.client = client
        self.timeout = timeout
    }

    /// Applies what is missing, each migration in its own transaction.
    /// - Parameter wait: how long to wait for another process that is migrating.
    /// - Returns: what was applied by this call.
    /// - Throws: ``PostgresError/Code/migration`` for one that was edited or is missing here,
    ///   ``PostgresError/Code/schemaTooNew`` when the database has more than the program knows.
    @discardableResult
    public func apply(_ sets: [MigrationSet], wait: Duration = .seconds(60)) async throws -> [Applied] {
        let key = AdvisoryLockKey("busbar.migrate")
        return try await client.withLockedConnection(key, wait: wait, #fileID, #line) { _, connection in
            try await connection.executeScript(
                """
                SET statement_timeout = 0;
                SET idle_in_transaction_session_timeout = 0;
                CREATE SCHEMA IF NOT EXISTS busbar;
                CREATE TABLE IF NOT EXISTS busbar.migration (
                    schema_name text NOT NULL, position integer NOT NULL, name text NOT NULL,
                    checksum bytea NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                    PRIMARY KEY (schema_name, position), UNIQUE (schema_name, name));
                """
            )
            var applied: [Applied] = []
            for set in sets { applied += try await apply(set, on: connection) }
            return applied
        }
    }

    /// Checks that the database is exactly at what this program knows, for services that do not migrate.
    /// - Throws: as ``apply(_:wait:)``, and ``PostgresError/Code/migration`` when something is not applied yet.
    public func verify(_ sets: [MigrationSet]) async throws {
        try await client.withConnection { connection in
            for set in sets {
                let pending = try await pending(set, on: connection)
                if let first = pending.first {
                    throw PostgresError(.migration, "\(set.schema): '\(first.migration.name)' was not applied yet")
                }
            }
        }
    }

    private func apply(_ set: MigrationSet, on connection: PostgresConnection) async throws -> [Applied] {
        try await connection.executeScript("CREATE SCHEMA IF NOT EXISTS \(quoted(set.schema))")
        var applied: [Applied] = []
        for (position, migration) in try await pending(set, on: connection) {
            try await run(migration, at: position, of: set.schema, on: connection)
            client.logger.info("migrated", metadata: ["schema": "\(set.schema)", "name": "\(migration.name)"])
            applied.append(Applied(schema: set.schema, name: migration.name))
        }
        return applied
    }

    private func pending(
        _ set: MigrationSet,
        on connection: PostgresConnection
    ) async throws -> [(position: Int, migration: Migration)] {
        let rows = try await connection.query(
            """
            SELECT m.name, m.checksum = sha256(coalesce(k.text, '')::bytea), k.text IS NOT NULL
              FROM busbar.migration m
              LEFT JOIN unnest(\(set.migrations.map(\.name))::text[], \(set.migrations.map { Array($0.sql.utf8) })::bytea[])
                   AS k(name, text) ON k.name = m.name
             WHERE m.schema_name = \(set.schema) ORDER BY m.position
            """,
            as: (String, Bool, Bool).self
        )
        for (index, (name, isUnchanged, _)) in rows.enumerated() {
            guard index < set.migrations.count else {
                throw PostgresError(
                    .schemaTooNew,
                    "\(set.schema): the database has '\(name)', which this program does not know"
                )
            }
            let known = set.migrations[index].name
            guard known == name else {
                throw PostgresError(
                    .migration,
                    "\(set.schema): the database has '\(name)' in place \(index + 1), this program '\(known)'"
                )
            }
            guard isUnchanged else {
                throw PostgresError(.migration, "\(set.schema): '\(name)' was edited after it was applied")
            }
        }
        return set.migrations.enumerated().dropFirst(rows.count).map { ($0.offset, $0.element) }
    }

    private func run(
        _ migration: Migration,
        at position: Int,
        of schema: String,
        on connection: PostgresConnection
    ) async throws {
        let record: SQL = """
            INSERT INTO busbar.migration (schema_name, position, name, checksum)
            VALUES (\(schema), \(Int32(position)), \(migration.name), sha256(\(Array(migration.sql.utf8))))
            """
        var attempt = 0
        while true {
            do {
                if migration.runsOutsideTransaction {
                    for statement in SQLScript.statements(of: migration.sql) {
                        try await connection.executeScript(statement, timeout: timeout)
                    }
                    try await connection.execute(record)
                } else {
                    try await connection.withTransaction { transaction in
                        try await transaction.execute("SELECT 1")
                        try await connection.executeScript(migration.sql, timeout: timeout)
                        try await transaction.executeAndCommit(record)
                    }
                }
                return
            } catch let error as PostgresError where error.sqlState == .lockNotAvailable && attempt < 10 {
                // Waiting longer would queue everybody else behind this lock.
                attempt += 1
                try await Task.sleep(for: .milliseconds(Int.random(in: 200...1000)))
            } catch var error as PostgresError {
                error.message = "migration \(schema).\(migration.name): \(error.message)"
                throw error
            }
        }
    }
}
