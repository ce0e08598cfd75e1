internal import Models
internal import Planning
internal import Storage

/// What the registry and the allocator's books know of a partner and its hot wallet, for a quote.
struct QuoteView: Sendable {
    /// A pool that may serve the partner.
    struct Pool: Sendable, Hashable {
        var id: String
        var address: TronAddress
    }

    var isPaused: Bool
    /// Whose the wallet is, and whether it is disabled; `nil`: not registered.
    var wallet: (partner: String, disabled: Bool)?
    var terms: PricingTerms
    var pools: [Pool]
    /// Promised of the wallet, or about to be taken away from it.
    var promised: Energy
    var withheld: Energy
    /// What energy that stands at the wallet is charged by.
    var standing: EnergyOffer

    /// - Returns: `nil` when there is no such partner.
    static func read(
        _ partner: PartnerID,
        _ wallet: TronAddress,
        in connection: some PostgresQuerying
    ) async throws -> QuoteView? {
        let terms = try await connection.queryOne(
            """
            SELECT p.paused, t.margin_permille, t.fee_sun, t.charge_rule, t.payer
              FROM registry.v1_partner p JOIN registry.v1_partner_terms t USING (partner_id)
             WHERE p.partner_id = \(partner)
            """,
            as: (Bool, Int32, Sun, String, String).self
        )
        guard let terms else { return nil }
        let owner = try await connection.queryOne(
            "SELECT partner_id, disabled FROM registry.v1_hot_wallet WHERE address = \(wallet)",
            as: (String, Bool).self
        )
        let pools = try await connection.query(
            """
            SELECT pool_id, address FROM registry.v1_pool
             WHERE NOT disabled AND (partner_id IS NULL OR partner_id = \(partner)) ORDER BY rank
            """,
            as: (String, TronAddress).self
        )
        let position = try await connection.queryOne(
            """
            SELECT promised_energy, withheld_energy, energy_source, energy_price
              FROM allocator.wallet_position WHERE wallet = \(wallet)
            """,
            as: (Energy, Energy, String, Int64).self
        )
        return QuoteView(
            isPaused: terms.0,
            wallet: owner.map { (partner: $0.0, disabled: $0.1) },
            terms: PricingTerms(
                marginPermille: terms.1,
                fee: terms.2,
                chargeRule: ChargeRule(rawValue: terms.3) ?? .ifNotReused,
                payer: Payer(rawValue: terms.4) ?? .partner
            ),
            pools: pools.map { Pool(id: $0.0, address: $0.1) },
            promised: position?.0 ?? .zero,
            withheld: position?.1 ?? .zero,
            standing: position.map { EnergyOffer(source: $0.2, price: SunPerEnergy(rawValue: $0.3)) } ?? .standing
        )
    }
}
