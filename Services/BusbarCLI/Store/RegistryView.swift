internal import Models
internal import Storage

/// What the registry holds, for people.
enum RegistryView {
    /// A partner.
    struct Partner: Codable, Sendable {
        var id: String
        var name: String
        var paused: Bool
        /// Who may speak for it.
        var brokerUsers: [String]
        var wallets: Int64

        enum CodingKeys: String, CodingKey {
            case id, name, paused, wallets
            case brokerUsers = "broker_users"
        }
    }

    /// A hot wallet.
    struct Wallet: Codable, Sendable {
        var address: TronAddress
        var partner: String
        var label: String
        var disabled: Bool
    }

    /// A pool. Without a partner it is the house's.
    struct Pool: Codable, Sendable {
        var id: String
        var address: TronAddress
        var permission: Int32
        var partner: String?
        var rank: Int32
        var disabled: Bool
    }

    static func partners(in connection: some PostgresQuerying) async throws -> [Partner] {
        try await connection.query(
            """
            SELECT p.partner_id, p.display_name, p.paused,
                   ARRAY(SELECT u.user_name FROM registry.v1_broker_user u WHERE u.partner_id = p.partner_id ORDER BY 1),
                   (SELECT count(*) FROM registry.v1_hot_wallet w WHERE w.partner_id = p.partner_id)
              FROM registry.v1_partner p ORDER BY p.partner_id
            """,
            as: (String, String, Bool, [String], Int64).self
        ).map { Partner(id: $0.0, name: $0.1, paused: $0.2, brokerUsers: $0.3, wallets: $0.4) }
    }

    /// - Parameter partner: only this partner's.
    static func wallets(of partner: PartnerID?, in connection: some PostgresQuerying) async throws -> [Wallet] {
        try await connection.query(
            """
            SELECT address, partner_id, label, disabled FROM registry.v1_hot_wallet
             WHERE \(partner)::text IS NULL OR partner_id = \(partner) ORDER BY partner_id, label, address
            """,
            as: (TronAddress, String, String, Bool).self
        ).map { Wallet(address: $0.0, partner: $0.1, label: $0.2, disabled: $0.3) }
    }

    static func pools(in connection: some PostgresQuerying) async throws -> [Pool] {
        try await connection.query(
            "SELECT pool_id, address, permission_id, partner_id, rank, disabled FROM registry.v1_pool ORDER BY rank",
            as: (String, TronAddress, Int32, String?, Int32, Bool).self
        ).map { Pool(id: $0.0, address: $0.1, permission: $0.2, partner: $0.3, rank: $0.4, disabled: $0.5) }
    }
}
