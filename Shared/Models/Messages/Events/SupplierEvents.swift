/// `supplier.order_settled.v1`: it is decided what became of an order at a supplier.
public struct SupplierOrderSettled: Message, Equatable {
    /// An event for the house, bound to no partner; the routing key is `supplier.order_settled`.
    public static let name = MessageName.event("supplier.order_settled")

    /// What became of it.
    public enum Outcome: String, Codable, Sendable, CaseIterable {
        /// The chain shows its energy, all or a part of it.
        case proven
        /// Nothing was bought.
        case failed
        /// Nothing came, and the money is back.
        case refunded
        /// Nothing came, and the money is not back yet.
        case disputed
    }

    /// Who was to deliver.
    public var supplier: SupplierID
    /// Our name for the order there.
    public var orderKey: OrderKey
    /// The acquisition it was for.
    public var acquisitionID: UUIDv7
    /// Where the energy was to go.
    public var wallet: TronAddress
    /// What became of it.
    public var outcome: Outcome
    /// What was ordered.
    public var ordered: Energy
    /// What the chain shows of it.
    public var delivered: Energy
    /// What it was to cost.
    public var quoted: Sun
    /// What was charged, as far as known.
    public var charged: Sun?
    /// What of that came back.
    public var refunded: Sun
    /// From the first order to the reading of the chain that shows it, in milliseconds.
    public var timeToChain: Int64?
    /// Why nothing came of it.
    public var reason: String?

    /// Takes the fields as they are; nothing is checked.
    public init(
        supplier: SupplierID,
        orderKey: OrderKey,
        acquisitionID: UUIDv7,
        wallet: TronAddress,
        outcome: Outcome,
        ordered: Energy,
        delivered: Energy,
        quoted: Sun,
        charged: Sun?,
        refunded: Sun,
        timeToChain: Int64?,
        reason: String?
    ) {
        self.supplier = supplier
        self.orderKey = orderKey
        self.acquisitionID = acquisitionID
        self.wallet = wallet
        self.outcome = outcome
        self.ordered = ordered
        self.delivered = delivered
        self.quoted = quoted
        self.charged = charged
        self.refunded = refunded
        self.timeToChain = timeToChain
        self.reason = reason
    }

    /// The acquisition, as the other events about it.
    public var correlationID: String? { acquisitionID.description }

    enum CodingKeys: String, CodingKey {
        case supplier
        case orderKey = "order_key"
        case acquisitionID = "acquisition_id"
        case wallet
        case outcome
        case ordered = "energy_ordered"
        case delivered = "energy_delivered"
        case quoted = "quoted_sun"
        case charged = "charged_sun"
        case refunded = "refunded_sun"
        case timeToChain = "time_to_chain_ms"
        case reason
    }
}

/// `supplier.status_changed.v1`: a supplier can be asked again, or not for now.
public struct SupplierStatusChanged: Message, Equatable {
    /// An event for the house, bound to no partner; the routing key is `supplier.status_changed`.
    public static let name = MessageName.event("supplier.status_changed")

    /// Who.
    public var supplier: SupplierID
    /// Whether it is asked for new orders.
    public var isAvailable: Bool
    /// Why not: its registered state, or the fault that made it so.
    public var reason: String?
    /// Until when it is not asked, where that is known.
    public var until: Timestamp?
    /// When this was decided.
    public var at: Timestamp

    /// Takes the fields as they are; nothing is checked.
    public init(supplier: SupplierID, isAvailable: Bool, reason: String?, until: Timestamp?, at: Timestamp) {
        self.supplier = supplier
        self.isAvailable = isAvailable
        self.reason = reason
        self.until = until
        self.at = at
    }

    enum CodingKeys: String, CodingKey {
        case supplier
        case isAvailable = "available"
        case reason
        case until
        case at
    }
}
