internal import Models
internal import Planning
internal import Storage

/// The registry's read views.
enum RegistryStore {
    /// The registry as of one revision; `nil` when it is still at `revision`.
    static func read(unlessAt revision: Int64, in connection: PostgresConnection) async throws -> RegistrySnapshot? {
        // The revision first: what is read after it is at least as new, and a change meanwhile is read again.
        let newest = try await connection.queryOne("SELECT revision FROM registry.v1_revision", as: Int64.self)
        guard let now = newest, now != revision else { return nil }
        let partners = try await connection.query(
            """
            SELECT p.partner_id, p.paused, t.margin_permille, t.fee_sun, t.charge_rule, t.payer, t.credit_limit_sun
              FROM registry.v1_partner p JOIN registry.v1_partner_terms t USING (partner_id)
            """,
            as: (PartnerID, Bool, Int32, Sun, ChargeRule, Payer, Sun).self
        )
        let users = try await connection.query(
            "SELECT user_name, partner_id FROM registry.v1_broker_user",
            as: (String, PartnerID).self
        )
        let wallets = try await connection.query(
            "SELECT address, partner_id FROM registry.v1_hot_wallet WHERE NOT disabled",
            as: (TronAddress, PartnerID).self
        )
        let pools = try await connection.query(
            "SELECT pool_id, address, permission_id, partner_id, rank FROM registry.v1_pool WHERE NOT disabled",
            as: (String, TronAddress, Int32, PartnerID?, Int32).self
        )
        let settings = try await connection.query(
            """
            SELECT supplier_id, s.key, s.value FROM registry.v1_supplier, jsonb_each_text(settings) AS s
             WHERE s.value IS NOT NULL
            """,
            as: (SupplierID, String, String).self
        )
        let suppliers = try await connection.query(
            "SELECT supplier_id, kind, rank, state, maintenance_until FROM registry.v1_supplier",
            as: (SupplierID, String, Int32, RegisteredSupplier.State, Timestamp?).self
        )
        let policies = try await connection.query(
            """
            SELECT partner_id, source_order, maximum_price, may_exceed_burning, reserve_permille, burns_remainder,
                   partner_fallback, block_limit, may_overlap
              FROM registry.v1_policy
            """,
            as: (PartnerID, SourcePolicy.Order, Int64?, Bool, Int32, Bool, Bool, Int32, Bool).self
        )
        return RegistrySnapshot(
            revision: now,
            partners: partners.map {
                .init(
                    id: $0.0,
                    paused: $0.1,
                    terms: PricingTerms(marginPermille: $0.2, fee: $0.3, chargeRule: $0.4, payer: $0.5),
                    creditLimit: $0.6
                )
            },
            entitlements: users.reduce(into: [:]) { $0[$1.0, default: []].insert($1.1) },
            hotWallets: Dictionary(uniqueKeysWithValues: wallets.map { ($0.0, $0.1) }),
            pools: pools.map { .init(id: $0.0, address: $0.1, permissionID: $0.2, partner: $0.3, rank: $0.4) },
            suppliers: suppliers.map { supplier in
                RegisteredSupplier(
                    id: supplier.0,
                    kind: supplier.1,
                    rank: supplier.2,
                    state: supplier.3,
                    maintenanceUntil: supplier.4,
                    settings: settings.filter { $0.0 == supplier.0 }.reduce(into: [:]) { $0[$1.1] = $1.2 }
                )
            },
            policies: Dictionary(
                uniqueKeysWithValues: policies.map {
                    let policy = SourcePolicy(
                        order: $0.1,
                        maximumPrice: $0.2.map { SunPerEnergy(rawValue: $0) },
                        mayExceedBurning: $0.3,
                        reservePerMille: Int64($0.4),
                        burnsRemainder: $0.5,
                        partnerFallback: $0.6,
                        blockLimit: Int($0.7),
                        mayOverlap: $0.8
                    )
                    return ($0.0, policy)
                }
            )
        )
    }
}

extension ChargeRule: PostgresValue {}
extension Payer: PostgresValue {}
extension RegisteredSupplier.State: PostgresValue {}
extension SourcePolicy.Order: PostgresValue {}
