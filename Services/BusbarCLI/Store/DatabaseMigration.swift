internal import Schemas
internal import Storage

/// Brings a database to what this version of the house expects: login roles, tables, privileges, passwords.
enum DatabaseMigration {
    /// Does all of it; what is there already stays as it is. Any number of processes may do so at the same time.
    /// - Parameter rolePassword: set for every login role of the house; left as it is when nil.
    /// - Returns: the migrations that this call applied.
    @discardableResult
    static func run(_ client: PostgresClient, rolePassword: String? = nil) async throws -> [Migrator.Applied] {
        try await client.withConnection { try await $0.executeScript(HouseSchemas.roles) }
        let applied = try await Migrator(client).apply(HouseSchemas.all)
        try await client.withConnection { connection in
            try await connection.withTransaction { transaction in
                // Two that grant at the same moment would fail on each other's rows of the catalogue.
                let key = AdvisoryLockKey("busbar.grants").rawValue
                try await transaction.execute("SELECT pg_advisory_xact_lock(\(key))")
                try await connection.executeScript(HouseSchemas.privileges)
                if let rolePassword { try await set(rolePassword, in: transaction) }
            }
        }
        return applied
    }

    private static func set(_ password: String, in transaction: PostgresTransaction) async throws {
        // The server quotes name and password: a statement of this kind takes no parameters.
        let statements = try await transaction.query(
            """
            SELECT format('ALTER ROLE %I PASSWORD %L', role, \(password)::text)
              FROM unnest(\(HouseSchemas.roleNames)::text[]) AS role
            """,
            as: String.self
        )
        for statement in statements { try await transaction.execute(SQL(trusted: statement)) }
    }
}
