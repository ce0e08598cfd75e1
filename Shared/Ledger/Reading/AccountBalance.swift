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
