public import Storage

/// The schemas of the house, one owner each, in the order they are made.
public enum HouseSchemas {
    /// Partners, broker users, hot wallets, pools, terms, suppliers; changed by audited functions alone.
    public static let registry = MigrationSet(
        schema: "registry",
        migrations: [
            Migration(name: "0001_partners", sql: PackageResources.Registry_0001_partners_sql),
            Migration(name: "0002_terms", sql: PackageResources.Registry_0002_terms_sql),
            Migration(name: "0003_suppliers", sql: PackageResources.Registry_0003_suppliers_sql),
            Migration(name: "0004_audited", sql: PackageResources.Registry_0004_audited_sql),
            Migration(name: "0005_announced", sql: PackageResources.Registry_0005_announced_sql),
        ]
    )

    /// The main job.
    public static let allocator = MigrationSet(
        schema: "allocator",
        migrations: [
            .messageTables(schema: "allocator"),
            Migration(name: "0001_allocation", sql: PackageResources.Allocator_0001_allocation_sql),
            Migration(name: "0002_signing_limits", sql: PackageResources.Allocator_0002_signing_limits_sql),
            Migration(name: "0003_purchases", sql: PackageResources.Allocator_0003_purchases_sql),
            Migration(name: "0004_charging", sql: PackageResources.Allocator_0004_charging_sql),
            Migration(name: "0005_batches", sql: PackageResources.Allocator_0005_batches_sql),
            Migration(name: "0006_fee_limits", sql: PackageResources.Allocator_0006_fee_limits_sql),
        ]
    )

    /// The books: append-only, and written by functions alone.
    public static let ledger = MigrationSet(
        schema: "ledger",
        migrations: [
            Migration(name: "0001_books", sql: PackageResources.Ledger_0001_books_sql),
            Migration(name: "0002_posting", sql: PackageResources.Ledger_0002_posting_sql),
            Migration(name: "0003_charging", sql: PackageResources.Ledger_0003_charging_sql),
        ]
    )

    /// What TRX and energy cost, and what the chain charges.
    public static let prices = MigrationSet(
        schema: "prices",
        migrations: [
            .messageTables(schema: "prices"),
            Migration(name: "0001_feed", sql: PackageResources.Prices_0001_feed_sql),
        ]
    )

    /// Who is told of what, and what became of it.
    public static let notifier = MigrationSet(
        schema: "notifier",
        migrations: [
            .messageTables(schema: "notifier"),
            Migration(name: "0001_deliveries", sql: PackageResources.Notifier_0001_deliveries_sql),
        ]
    )

    /// All of them.
    public static let all = [registry, allocator, ledger, prices, notifier]

    /// Makes the login roles. Run before the migrations.
    public static let roles = String(decoding: PackageResources.Grants_1_roles_sql, as: UTF8.self)

    /// Grants each role its own schema and the views it may read. Run after the migrations, every time.
    public static let privileges = String(decoding: PackageResources.Grants_2_privileges_sql, as: UTF8.self)

    /// The login roles.
    public static let roleNames = ["registry", "allocator", "ledger", "prices", "notifier"]
}
