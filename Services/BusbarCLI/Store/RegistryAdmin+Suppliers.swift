internal import Models
internal import Storage

/// Suppliers and policies, through the registry's audited functions.
extension RegistryAdmin {
    /// Adds a supplier at a rank, or behind the others.
    /// - Returns: its rank.
    func addSupplier(
        _ id: SupplierID,
        kind: SupplierID,
        rank: Int32?,
        settings: [String: RegistryValue]
    ) async throws -> Int32 {
        let json = try PostgresJSON(encoding: settings)
        return try await postgres.queryOne(
            """
            SELECT registry.add_supplier(\(clock.now()), \(actor), \(id.rawValue), \(kind.rawValue), \(rank), \(json))
            """,
            as: Int32.self
        ) ?? 0
    }

    /// Moves a supplier to a rank; the others keep their order.
    /// - Returns: the rank it had; `nil` when there is no such supplier.
    func rankSupplier(_ id: SupplierID, _ rank: Int32) async throws -> Int32? {
        try await postgres.queryOne(
            "SELECT registry.rank_supplier(\(clock.now()), \(actor), \(id.rawValue), \(rank))",
            as: Int32?.self
        ) ?? nil
    }

    /// Sets whether a supplier may be asked.
    /// - Returns: whether there is such a supplier.
    func setSupplier(_ id: SupplierID, state: String, until: Timestamp? = nil) async throws -> Bool {
        try await postgres.queryOne(
            "SELECT registry.set_supplier_state(\(clock.now()), \(actor), \(id.rawValue), \(state), \(until))",
            as: Bool.self
        ) ?? false
    }

    /// Changes the settings that are named.
    /// - Returns: whether there is such a supplier.
    func setSupplier(_ id: SupplierID, settings: [String: RegistryValue]) async throws -> Bool {
        let json = try PostgresJSON(encoding: settings)
        return try await postgres.queryOne(
            "SELECT registry.set_supplier_settings(\(clock.now()), \(actor), \(id.rawValue), \(json))",
            as: Bool.self
        ) ?? false
    }

    /// Changes what is named of a partner's policy, or of the house's; ``RegistryValue/nothing`` of a partner's: as the house.
    func setPolicy(of partner: PartnerID?, _ changes: [String: RegistryValue]) async throws {
        let json = try PostgresJSON(encoding: changes)
        if let partner {
            try await postgres.execute(
                "SELECT registry.set_partner_policy(\(clock.now()), \(actor), \(partner), \(json))"
            )
        } else {
            try await postgres.execute("SELECT registry.set_house_policy(\(clock.now()), \(actor), \(json))")
        }
    }
}
