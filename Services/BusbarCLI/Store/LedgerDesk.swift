internal import Ledger
internal import Models
internal import Storage

/// What people book and change in the ledger and in partners' terms, with an entry of the audit log.
struct LedgerDesk: Sendable {
    let postgres: PostgresClient
    /// Who does it.
    let actor: String
    let clock: any WallClock

    /// Books a deposit by hand, or takes back what was booked wrongly. The audit log says so in the same call.
    /// - Parameters:
    ///   - user: whose balance; `nil` for the partner's own.
    ///   - amount: below zero is taken back.
    ///   - key: the same one is booked once; a new one when `nil`.
    func credit(
        _ partner: PartnerID,
        user: String?,
        amount: Sun,
        key: String?,
        note: String
    ) async throws -> CreditAnswer {
        let now = clock.now()
        return try await Books(in: postgres).creditByHand(
            partner,
            user: user,
            amount: amount,
            key: "manual:" + (key ?? UUIDv7(at: now).description),
            actor: actor,
            note: note,
            at: now
        )
    }

    /// Changes what is named in the terms of a partner, or of the house without one. ``RegistryValue/nothing`` of a partner's
    /// means as the house again, and no credit.
    func setTerms(of partner: PartnerID?, _ changes: [String: RegistryValue]) async throws {
        let json = try PostgresJSON(encoding: changes)
        if let partner {
            try await postgres.execute(
                "SELECT registry.set_partner_terms(\(clock.now()), \(actor), \(partner), \(json))"
            )
        } else {
            try await postgres.execute("SELECT registry.set_house_terms(\(clock.now()), \(actor), \(json))")
        }
    }

    /// Terms as they hold.
    struct Standing: Codable, Sendable {
        /// `nil` for the house's own.
        var partner: String?
        var marginPermille: Int32
        var fee: Sun
        var chargeRule: String
        var payer: String
        var creditLimit: Sun

        enum CodingKeys: String, CodingKey {
            case partner
            case marginPermille = "margin_permille"
            case fee = "fee_sun"
            case chargeRule = "charge_rule"
            case payer
            case creditLimit = "credit_limit_sun"
        }
    }

    /// The house's own terms, then each partner's as they result from both.
    func terms() async throws -> [Standing] {
        try await postgres.query(
            """
            SELECT NULL::text, margin_permille, fee_sun, charge_rule, payer, 0::bigint FROM registry.house_terms
            UNION ALL
            (SELECT partner_id, margin_permille, fee_sun, charge_rule, payer, credit_limit_sun
               FROM registry.v1_partner_terms ORDER BY partner_id)
            """,
            as: (String?, Int32, Sun, String, String, Sun).self
        ).map {
            Standing(
                partner: $0.0,
                marginPermille: $0.1,
                fee: $0.2,
                chargeRule: $0.3,
                payer: $0.4,
                creditLimit: $0.5
            )
        }
    }
}
