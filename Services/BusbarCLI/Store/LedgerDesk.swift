internal import Ledger
internal import Models
internal import Storage

/// What people book and change in the ledger and in partners' terms, with an entry of the audit log.
struct LedgerDesk: Sendable {
    let postgres: PostgresClient
    /// Who does it.
    let actor: String
    let clock: any WallClock

    /// Books a deposit by hand, or takes back what was booked wrongly. The audit log says so in the same transaction.
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
        let key = "manual:" + (key ?? UUIDv7(at: now).description)
        return try await postgres.withTransaction { transaction in
            let answer = try await Books(in: transaction).credit(
                partner,
                user: user,
                amount: amount,
                key: key,
                actor: actor,
                note: note,
                at: now
            )
            guard answer.isNew else { return answer }
            let action = user == nil ? "partner.credit" : "user.credit"
            let subject = LedgerAccount(payer: partner, user: user).code
            try await transaction.execute(
                """
                SELECT registry.record(\(now), \(actor), \(action), \(subject),
                    jsonb_build_object('amount_sun', \(amount), 'key', \(key)::text, 'note', \(note)::text,
                                       'entry', \(answer.entry)))
                """
            )
            return answer
        }
    }

    /// What is changed in the terms of a partner, or of the house; `nil` leaves it as it is.
    struct Terms: Sendable {
        var marginPermille: Int32?
        var fee: Sun?
        var chargeRule: String?
        var payer: String?
        var creditLimit: Sun?

        var isEmpty: Bool {
            marginPermille == nil && fee == nil && chargeRule == nil && payer == nil && creditLimit == nil
        }
    }

    /// Changes the terms of a partner; those of the house without one.
    func set(_ terms: Terms, of partner: PartnerID?) async throws {
        let now = clock.now()
        guard let partner else {
            try await postgres.execute(
                """
                SELECT registry.set_house_terms(\(now), \(actor), \(terms.marginPermille), \(terms.fee),
                                                \(terms.chargeRule), \(terms.payer))
                """
            )
            return
        }
        try await postgres.execute(
            """
            SELECT registry.set_partner_terms(\(now), \(actor), \(partner), \(terms.marginPermille), \(terms.fee),
                                              \(terms.chargeRule), \(terms.payer), \(terms.creditLimit))
            """
        )
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
