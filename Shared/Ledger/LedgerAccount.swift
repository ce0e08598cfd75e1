public import Models

/// An account of the books. What the house owes or earns stands above zero, what it has or spends below.
public enum LedgerAccount: Hashable, Sendable, CustomStringConvertible {
    /// What a partner has paid in advance.
    case prepaid(PartnerID)
    /// What a user of a partner has paid in advance.
    case user(PartnerID, String)
    /// Income from energy at its price, by source: `own_stake`, a supplier's id, `burn`.
    case energy(String)
    /// Income from bandwidth passed on.
    case bandwidth
    /// Income from activations passed on.
    case activation
    /// Revenue: the margin.
    case margin
    /// Revenue: the fee per withdrawal.
    case fee
    /// What was given back of all income.
    case refund
    /// What a supplier charged (its id), or the house burnt: `burn`, `bandwidth`, `activation`.
    case cost(String)
    /// TRX of the house: `deposits` (taken in), `chain` (gone to the chain), a supplier's id (held there), a wallet.
    case funds(String)

    /// The account that pays for an allocation.
    /// - Parameter user: whose balance pays; `nil` for the partner's.
    public init(payer partner: PartnerID, user: String?) {
        self = user.map { .user(partner, $0) } ?? .prepaid(partner)
    }

    /// The account's name in the database, such as `prepaid:p42`.
    public var code: String {
        switch self {
        case .prepaid(let partner): "prepaid:\(partner)"
        case .user(let partner, let user): "user:\(partner):\(user)"
        case .energy(let source): "energy:\(source)"
        case .bandwidth: "bandwidth"
        case .activation: "activation"
        case .margin: "margin"
        case .fee: "fee"
        case .refund: "refund"
        case .cost(let what): "cost:\(what)"
        case .funds(let place): "funds:\(place)"
        }
    }

    /// The code.
    public var description: String { code }
}
