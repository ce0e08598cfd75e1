public import Models

/// What a partner has agreed to pay beyond the base cost, and what it pays for withdrawals that come to nothing.
public struct PricingTerms: Sendable, Equatable {
    /// Our margin in thousandths of the base cost, 0 to 10,000.
    public var marginPermille: Int32
    /// Our fee per withdrawal.
    public var fee: Sun
    /// What is charged when a withdrawal that was ready is not sent in time.
    public var chargeRule: ChargeRule
    /// Whose balance pays.
    public var payer: Payer

    /// Takes the terms as they are; pricing checks them.
    public init(
        marginPermille: Int32,
        fee: Sun,
        chargeRule: ChargeRule = .ifNotReused,
        payer: Payer = .partner
    ) {
        self.marginPermille = marginPermille
        self.fee = fee
        self.chargeRule = chargeRule
        self.payer = payer
    }
}

/// What a partner pays for energy that stood ready and whose withdrawal was not sent, given up, or sent late.
public enum ChargeRule: String, Codable, Sendable, CaseIterable {
    /// The energy, if nobody else could use it; the house's default.
    case ifNotReused = "if_not_reused"
    /// All that was prepared, whether others used it or not.
    case always
    /// Nothing.
    case never
}

/// Whose balance an allocation is charged to.
public enum Payer: String, Codable, Sendable, CaseIterable {
    /// The partner's prepaid balance, with its credit limit.
    case partner
    /// The balance of the partner's user, without credit; a request without user is charged to the partner.
    case user

    /// The user whose balance pays; `nil` for the partner's.
    /// - Parameter user: whom the request names.
    public func user(of user: String?) -> String? { self == .user ? user : nil }
}
