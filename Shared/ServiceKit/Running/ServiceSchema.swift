public import Storage

/// Where a service's tables are, and which state of the database it was made for.
public struct ServiceSchema: Sendable {
    /// The owner: its outbox and inbox are in this schema.
    public let name: String
    /// Everything that must have been migrated before it starts, its own schema included.
    public let migrations: [MigrationSet]

    /// - Parameter others: schemas whose read views it uses.
    public init(_ own: MigrationSet, reading others: [MigrationSet] = []) {
        name = own.schema
        migrations = [own] + others
    }

    /// Checks that the database is exactly there.
    /// - Throws: ``StartRefused`` when it is not and waiting will not help.
    func verify(by postgres: PostgresClient) async throws {
        do {
            try await Migrator(postgres).verify(migrations)
        } catch let error as PostgresError where error.code == .migration || error.code == .schemaTooNew {
            let advice =
                error.code == .schemaTooNew
                ? "this program is older than the database" : "run `busbar migrate`"
            throw StartRefused(description: "the database schema does not fit: \(error.message); \(advice)")
        } catch let error as PostgresError where error.sqlState == .undefinedTable {
            throw StartRefused(description: "the database was never migrated; run `busbar migrate`")
        }
    }
}
