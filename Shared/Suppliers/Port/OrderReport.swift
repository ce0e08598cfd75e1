public import Models

/// How an order stands, in the supplier's words. Only the chain proves that energy has arrived.
public struct OrderReport: Sendable, Hashable {
    /// Where an order is in its life.
    public enum State: Sendable, Hashable {
        /// Taken and paid.
        case accepted
        /// Being delegated.
        case delivering
        /// Delegated, the supplier says.
        case delivered
        /// Less than was ordered was delegated, and no more will come.
        case partial(Energy)
        /// Nothing will come. `nil` when the supplier does not say whether the price was paid back.
        case failed(refunded: Bool?)
        /// Withdrawn, or undone by the chain, before anything was delegated: ``OrderReport/charged`` is all that it has cost.
        case cancelled

        /// Its name in tables and events, in snake case.
        public var name: String {
            switch self {
            case .accepted: "accepted"
            case .delivering: "delivering"
            case .delivered: "delivered"
            case .partial: "partial"
            case .failed: "failed"
            case .cancelled: "cancelled"
            }
        }

        /// Whether the supplier will do no more about it.
        public var isFinal: Bool {
            switch self {
            case .accepted, .delivering: false
            case .delivered, .partial, .failed, .cancelled: true
            }
        }
    }

    /// Where it is.
    public var state: State
    /// The supplier's name for it, for ``PreparedPurchase/reference``.
    public var reference: String?
    /// The transactions that delegate, as far as the supplier names them.
    public var delegations: [TransactionID]
    /// What was charged, whatever of it came back; below zero for a rental given back, of what the chain has paid out. `nil`
    /// when the supplier does not say.
    public var charged: Sun?
    /// What was ordered, or is said to have been delivered.
    public var energy: Energy?
    /// When the energy ends; `nil` when the supplier does not say.
    public var expires: Timestamp?

    /// A report.
    public init(
        state: State,
        reference: String? = nil,
        delegations: [TransactionID] = [],
        charged: Sun? = nil,
        energy: Energy? = nil,
        expires: Timestamp? = nil
    ) {
        self.state = state
        self.reference = reference
        self.delegations = delegations
        self.charged = charged
        self.energy = energy
        self.expires = expires
    }
}
