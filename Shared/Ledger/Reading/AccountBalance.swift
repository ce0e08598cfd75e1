public import Models
internal import Storage

/// What an account shows.
public struct AccountBalance: Sendable, Equatable {
    /// The account's code, such as `prepaid:p42` or `energy:own_stake`.
    public var code: String
    /// The partner's user, of a user's account.
    public var user: String?
    /// Above zero: owed or earned by the house. Below: had or spent by it, or owed to it within a payer's credit limit.
    public var balance: Sun
    /// How far a payer may go below zero; `nil` for the house's own accounts.
    public var creditLimit: Sun?
}

extension Books {
    /// The balances of a partner and its users.
    public func balances(of partner: PartnerID) async throws -> [AccountBalance] {
        try await balances("WHERE partner_id = \(partner) ORDER BY kind, user_id")
    }

    /// The balances of one payer: a partner's own, or a user's. `nil` when nothing was ever booked there.
    public func balance(of partner: PartnerID, user: String? = nil) async throws -> AccountBalance? {
        try await balances("WHERE code = \(LedgerAccount(payer: partner, user: user).code)").first
    }

    /// The balances of the house's own accounts.
    public func houseBalances() async throws -> [AccountBalance] {
        try await balances("WHERE partner_id IS NULL ORDER BY code")
    }

    private func balances(_ condition: SQL) async throws -> [AccountBalance] {
        try await database.query(
            "SELECT code, user_id, balance_sun, credit_limit_sun FROM ledger.v1_balance \(condition)",
            as: (String, String?, Sun, Sun?).self
        ).map { AccountBalance(code: $0.0, user: $0.1, balance: $0.2, creditLimit: $0.3) }
    }
}

extension Books {
    /// What payers can still spend, credit included, by a reading that locks nothing. Accounts that were never opened are left
    /// out.
    public func room(of accounts: [LedgerAccount]) async throws -> [LedgerAccount: Sun] {
        guard !accounts.isEmpty else { return [:] }
        let rows = try await database.query(
            """
            SELECT code, least(balance_sun::numeric + credit_limit_sun, 9223372036854775807)::bigint
              FROM ledger.v1_balance WHERE code = ANY(\(accounts.map(\.code))::text[]) AND credit_limit_sun IS NOT NULL
            """,
            as: (String, Sun).self
        )
        let codes = Dictionary(rows, uniquingKeysWith: { first, _ in first })
        return accounts.reduce(into: [:]) { room, account in room[account] = codes[account.code] }
    }

    /// The sheets that allocations are charged by at present, open or earned. Those that nothing is charged for are left out.
    public func sheets(of allocations: [UUIDv7]) async throws -> [UUIDv7: CostSheet] {
        guard !allocations.isEmpty else { return [:] }
        let rows = try await database.query(
            """
            SELECT allocation_id, source, energy, energy_price, energy_sun, bandwidth_sun, activation_sun, margin_sun, fee_sun,
                   total_sun, baseline_sun
              FROM ledger.v1_debit
             WHERE allocation_id = ANY(\(allocations)::uuid[]) AND conclusion IS DISTINCT FROM 'refunded'
            """,
            as: (UUIDv7, String, Energy, Int64, Sun, Sun, Sun, Sun, Sun, Sun, Sun).self
        )
        return rows.reduce(into: [:]) { sheets, row in
            sheets[row.0] = CostSheet(
                source: row.1,
                energy: row.2,
                energyPrice: SunPerEnergy(rawValue: row.3),
                energyCost: row.4,
                bandwidthCost: row.5,
                activationCost: row.6,
                margin: row.7,
                fee: row.8,
                total: row.9,
                baseline: row.10
            )
        }
    }
}
