internal import Models
internal import Planning
internal import Storage

extension RegistryView {
    /// A supplier of energy.
    struct Supplier: Codable, Sendable {
        var id: String
        var kind: String
        var rank: Int32
        /// `active`, `disabled` or `maintenance`.
        var state: String
        /// When maintenance ends by itself.
        var maintenanceUntil: Timestamp?
        var settings: [String: RegistryValue]

        enum CodingKeys: String, CodingKey {
            case id, kind, rank, state, settings
            case maintenanceUntil = "maintenance_until"
        }
    }

    /// A policy that holds for somebody.
    struct Policy: Codable, Sendable {
        /// Without one, the house's.
        var partner: String?
        var policy: SourcePolicy
    }

    /// In the order they are asked.
    static func suppliers(in connection: some PostgresQuerying) async throws -> [Supplier] {
        try await connection.query(
            """
            SELECT supplier_id, kind, rank, state, maintenance_until, settings
              FROM registry.v1_supplier ORDER BY rank
            """,
            as: (String, String, Int32, String, Timestamp?, PostgresJSON).self
        ).map {
            Supplier(
                id: $0.0,
                kind: $0.1,
                rank: $0.2,
                state: $0.3,
                maintenanceUntil: $0.4,
                settings: try $0.5.decode([String: RegistryValue].self)
            )
        }
    }

    /// The house's policy first, then what holds for each partner.
    static func policies(in connection: some PostgresQuerying) async throws -> [Policy] {
        try await connection.query(
            """
            SELECT NULL::text, source_order, maximum_price, may_exceed_burning, reserve_permille, burns_remainder,
                   partner_fallback, block_limit, may_overlap
              FROM registry.v1_house_policy
            UNION ALL
            SELECT partner_id, source_order, maximum_price, may_exceed_burning, reserve_permille, burns_remainder,
                   partner_fallback, block_limit, may_overlap
              FROM registry.v1_policy
             ORDER BY 1 NULLS FIRST
            """,
            as: (String?, String, Int64?, Bool, Int32, Bool, Bool, Int32, Bool).self
        ).map {
            Policy(
                partner: $0.0,
                policy: SourcePolicy(
                    order: SourcePolicy.Order(rawValue: $0.1) ?? .priority,
                    maximumPrice: $0.2.map { SunPerEnergy(rawValue: $0) },
                    mayExceedBurning: $0.3,
                    reservePerMille: Int64($0.4),
                    burnsRemainder: $0.5,
                    partnerFallback: $0.6,
                    blockLimit: Int($0.7),
                    mayOverlap: $0.8
                )
            )
        }
    }
}
