internal import Models
internal import Storage

/// Changes of the registry, through its audited functions.
struct RegistryAdmin: Sendable {
    let postgres: PostgresClient
    /// Who does it, for the audit log.
    let actor: String
    let clock: any WallClock

    /// Adds a partner, or renames it and adds broker users that may speak for it.
    func addPartner(_ partner: PartnerID, name: String, brokerUsers: [String]) async throws {
        try await postgres.execute(
            "SELECT registry.add_partner(\(clock.now()), \(actor), \(partner), \(name), \(brokerUsers)::text[])"
        )
    }

    /// Pauses or resumes a partner. A paused one gets nothing new.
    /// - Returns: whether there is such a partner.
    func setPaused(_ partner: PartnerID, _ paused: Bool) async throws -> Bool {
        try await postgres.queryOne(
            "SELECT registry.pause_partner(\(clock.now()), \(actor), \(partner), \(paused))",
            as: Bool.self
        ) ?? false
    }

    /// Registers a hot wallet.
    func addHotWallet(_ address: TronAddress, partner: PartnerID, label: String) async throws {
        try await postgres.execute(
            "SELECT registry.add_hot_wallet(\(clock.now()), \(actor), \(address), \(partner), \(label))"
        )
    }

    /// Registers a pool behind those that are there.
    func addPool(_ id: String, address: TronAddress, permission: Int32, partner: PartnerID?) async throws {
        try await postgres.execute(
            "SELECT registry.add_pool(\(clock.now()), \(actor), \(id), \(address), \(permission), \(partner))"
        )
    }
}
