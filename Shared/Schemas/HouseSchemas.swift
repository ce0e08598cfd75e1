public import Storage

/// The schemas of the house, one owner each, in the order they are made.
public enum HouseSchemas {
    /// Partners, broker users, hot wallets, pools.
    public static let registry = MigrationSet(
        schema: "registry",
        migrations: [Migration(name: "0001_partners", sql: PackageResources.Registry_0001_partners_sql)]
    )

    /// The main job.
    public static let allocator = MigrationSet(
        schema: "allocator",
        migrations: [
            .messageTables(schema: "allocator"),
            Migration(name: "0001_allocation", sql: PackageResources.Allocator_0001_allocation_sql),
            Migration(name: "0002_signing_limits", sql: PackageResources.Allocator_0002_signing_limits_sql),
        ]
    )

    /// All of them.
    public static let all = [registry, allocator]

    /// Makes the login roles. Run before the migrations.
    public static let roles = String(decoding: PackageResources.Grants_1_roles_sql, as: UTF8.self)

    /// Grants each role its own schema and the views it may read. Run after the migrations, every time.
    public static let privileges = String(decoding: PackageResources.Grants_2_privileges_sql, as: UTF8.self)

    /// The login roles.
    public static let roleNames = ["registry", "allocator"]
}
