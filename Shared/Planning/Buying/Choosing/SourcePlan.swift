public import Models

/// Where energy comes from.
public enum EnergySource: Sendable, Hashable, CustomStringConvertible {
    /// A pool's stake.
    case ownStake
    /// Bought.
    case supplier(SupplierID)
    /// TRX is burnt for it by the transfer, as planned.
    case burn
    /// The partner burns by himself, with his consent.
    case partnerFallback

    /// `own_stake`, a supplier's id, `burn` or `partner_fallback`, as in events and the books.
    public var description: String {
        switch self {
        case .ownStake: "own_stake"
        case .supplier(let id): id.rawValue
        case .burn: "burn"
        case .partnerFallback: "partner_fallback"
        }
    }
}

/// What a step costs, item by item, in sun.
public struct SourceCost: Sendable, Equatable {
    /// For the energy, fees per order included.
    public var energy: Sun
    /// For bytes.
    public var bandwidth: Sun
    /// For activating the wallet.
    public var activation: Sun
    /// What failing would cost, times its chance; not paid, only compared by.
    public var risk: Sun

    /// - Parameters: as the properties.
    public init(energy: Sun = .zero, bandwidth: Sun = .zero, activation: Sun = .zero, risk: Sun = .zero) {
        self.energy = energy
        self.bandwidth = bandwidth
        self.activation = activation
        self.risk = risk
    }

    /// What is paid.
    public var paid: Sun { energy + bandwidth + activation }
    /// What sources are compared by.
    public var allIn: Sun { paid + risk }
}

/// One thing to do for some withdrawals of one wallet.
public struct SourceStep: Sendable, Equatable {
    /// From where.
    public var source: EnergySource
    /// For whom, in order.
    public var serves: [WithdrawalKey]
    /// What is missing for them.
    public var missing: Energy
    /// What is ordered: of a supplier a size it sells, else ``missing``.
    public var energy: Energy
    /// Of a rental.
    public var duration: Duration?
    /// What it costs; for a fallback, the estimated burn.
    public var cost: SourceCost
}

/// Why nothing is done for a withdrawal now.
public enum UnservedReason: String, Sendable, CaseIterable {
    /// The partner is paused.
    case paused
    /// No source has, sells or may sell so much.
    case noSource = "no_source"
    /// What it would cost is more than the policy allows.
    case priceCap = "price_cap"
    /// What it would cost is more than the request allows.
    case maximumCost = "maximum_cost"
    /// A rental stands at the wallet; another beside it would lose energy when it ends.
    case expiringSource = "expiring_source"
    /// The purchase is as large as it may be: the next plan serves it.
    case blockLimit = "block_limit"
}

/// What to do for the withdrawals of one wallet that energy is missing for.
public struct SourcePlan: Sendable, Equatable {
    /// At most one of own stake, one supplier, burn and fallback each, in this order.
    public var steps: [SourceStep]
    /// Who gets nothing now, and why.
    public var unserved: [(key: WithdrawalKey, reason: UnservedReason)]

    /// - Parameters: as the properties.
    public init(steps: [SourceStep] = [], unserved: [(key: WithdrawalKey, reason: UnservedReason)] = []) {
        self.steps = steps
        self.unserved = unserved
    }

    /// Steps and reasons alike.
    public static func == (a: SourcePlan, b: SourcePlan) -> Bool {
        a.steps == b.steps && a.unserved.map(\.key) == b.unserved.map(\.key)
            && a.unserved.map(\.reason) == b.unserved.map(\.reason)
    }
}
