public import Models
internal import Storage

/// What happened on a payer's account in a period, from its beginning up to and not including its end.
public struct Statement: Sendable, Equatable {
    /// Entries of one kind, summed.
    public struct Line: Sendable, Equatable {
        /// `credit`, `debit`, `charge`, `refund`.
        public var kind: String
        /// Of charges the source of the energy, of refunds the reason.
        public var label: String
        /// How many entries.
        public var count: Int64
        /// Of charges: what was promised.
        public var energy: Energy
        /// Of charges: what the energy cost.
        public var energyCost: Sun
        /// Of charges: what bandwidth cost.
        public var bandwidthCost: Sun
        /// Of charges: what activations cost.
        public var activationCost: Sun
        /// Of charges: the margin.
        public var margin: Sun
        /// Of charges: the fee.
        public var fee: Sun
        /// What the balance moved by.
        public var amount: Sun
    }

    /// One entry.
    public struct Entry: Sendable, Equatable {
        /// Its number in the books: grows with time, with gaps.
        public var number: Int64
        /// When, in domain time.
        public var at: Timestamp
        /// What it is about.
        public var kind: String
        /// The withdrawal it is about.
        public var withdrawal: String?
        /// What people were told.
        public var note: String?
        /// What makes it unique.
        public var key: String
        /// What the balance moved by.
        public var amount: Sun
    }

    /// The balance before the first entry.
    public var opening: Sun
    /// By kind and label.
    public var lines: [Line]
    /// The balance after the last entry: ``opening`` and all amounts.
    public var closing: Sun
}

extension Books {
    /// The statement of a partner's prepaid balance, or of a user's.
    ///
    /// It is one statement, so its figures agree with each other whatever is booked meanwhile.
    /// - Returns: `nil` when nothing was ever booked there.
    public func statement(
        of partner: PartnerID,
        user: String? = nil,
        from start: Timestamp,
        to end: Timestamp
    ) async throws -> Statement? {
        let code = LedgerAccount(payer: partner, user: user).code
        let rows = try await database.query(
            """
            WITH entry AS MATERIALIZED (
                SELECT p.at, p.kind, coalesce(d.source, CASE WHEN p.kind = 'refund' THEN p.note END, '') AS label,
                       p.amount_sun, d.energy, d.energy_sun, d.bandwidth_sun, d.activation_sun, d.margin_sun, d.fee_sun
                  FROM ledger.v1_posting p LEFT JOIN ledger.v1_debit d ON p.kind = 'charge' AND d.entry_id = p.entry_id
                 WHERE p.partner_id = \(partner) AND p.account = \(code) AND p.at >= \(start)
            )
            SELECT '' AS kind, '' AS label, 0::bigint, 0::bigint,
                   (b.balance_sun - (SELECT coalesce(sum(amount_sun), 0) FROM entry))::bigint,
                   (b.balance_sun - (SELECT coalesce(sum(amount_sun), 0) FROM entry WHERE at >= \(end)))::bigint,
                   0::bigint, 0::bigint, 0::bigint, 0::bigint
              FROM ledger.v1_balance b WHERE b.code = \(code)
            UNION ALL
            SELECT kind, label, count(*), coalesce(sum(energy), 0)::bigint, coalesce(sum(energy_sun), 0)::bigint,
                   coalesce(sum(bandwidth_sun), 0)::bigint, coalesce(sum(activation_sun), 0)::bigint,
                   coalesce(sum(margin_sun), 0)::bigint, coalesce(sum(fee_sun), 0)::bigint, sum(amount_sun)::bigint
              FROM entry WHERE at < \(end) GROUP BY kind, label
            ORDER BY 1, 2
            """,
            as: (String, String, Int64, Energy, Sun, Sun, Sun, Sun, Sun, Sun).self
        )
        guard let first = rows.first, first.0.isEmpty else { return nil }
        return Statement(
            opening: first.4,
            lines: rows.dropFirst().map {
                Statement.Line(
                    kind: $0.0,
                    label: $0.1,
                    count: $0.2,
                    energy: $0.3,
                    energyCost: $0.4,
                    bandwidthCost: $0.5,
                    activationCost: $0.6,
                    margin: $0.7,
                    fee: $0.8,
                    amount: $0.9
                )
            },
            closing: first.5
        )
    }

    /// The single entries of a statement, in the order of their numbers, a page at a time.
    /// - Parameters:
    ///   - number: only those after this one.
    ///   - limit: how many at most.
    public func entries(
        of partner: PartnerID,
        user: String? = nil,
        from start: Timestamp,
        to end: Timestamp,
        after number: Int64 = 0,
        limit: Int = 5000
    ) async throws -> [Statement.Entry] {
        try await database.query(
            """
            SELECT entry_id, at, kind, withdrawal_id, note, key, amount_sun FROM ledger.v1_posting
             WHERE partner_id = \(partner) AND account = \(LedgerAccount(payer: partner, user: user).code)
               AND at >= \(start) AND at < \(end) AND entry_id > \(number) ORDER BY entry_id LIMIT \(limit)
            """,
            as: (Int64, Timestamp, String, String?, String?, String, Sun).self
        ).map {
            Statement.Entry(
                number: $0.0,
                at: $0.1,
                kind: $0.2,
                withdrawal: $0.3,
                note: $0.4,
                key: $0.5,
                amount: $0.6
            )
        }
    }
}
