public import Models

/// Energy that is wanted somewhere for a time.
public struct EnergyDemand: Sendable, Hashable, Codable {
    /// Who is to have it: the wallet that will send.
    public var receiver: TronAddress
    /// At least so much.
    public var energy: Energy
    /// At least so long; whole seconds.
    public var duration: Duration
    /// Whether the receiver is to be activated on chain if it is not yet, for an extra fee.
    public var activation: Bool

    /// A demand; without activation by default.
    public init(receiver: TronAddress, energy: Energy, duration: Duration, activation: Bool = false) {
        self.receiver = receiver
        self.energy = energy
        self.duration = duration
        self.activation = activation
    }
}

/// What a supplier would ask for a demand.
public struct SupplierQuote: Sendable, Hashable {
    /// What would be delivered: at least what is wanted, in the supplier's packs.
    public var energy: Energy
    /// How long it would stay.
    public var duration: Duration
    /// All that would be paid, fees included.
    public var total: Sun
    /// The part of ``total`` that is not the energy's price: activation, processing.
    public var fees: Sun
    /// The part of ``total`` that comes back when a rental is given back at its end.
    public var refundable: Sun
    /// What it has on sale now; `nil` when it does not say.
    public var available: Energy?
    /// Until when the caller should rely on it.
    public var validUntil: Timestamp

    /// A quote.
    public init(
        energy: Energy,
        duration: Duration,
        total: Sun,
        fees: Sun = .zero,
        refundable: Sun = .zero,
        available: Energy? = nil,
        validUntil: Timestamp
    ) {
        self.energy = energy
        self.duration = duration
        self.total = total
        self.fees = fees
        self.refundable = refundable
        self.available = available
        self.validUntil = validUntil
    }

    /// What one energy costs, apart from fees and what comes back, rounded up.
    public var pricePerEnergy: SunPerEnergy? {
        SunPerEnergy(paying: (total - fees - refundable).clamped, for: energy)
    }
}

/// A demand under our key, with the most that may be paid.
public struct SupplierOrder: Sendable, Hashable, Codable {
    /// Our name for it, the same however often it is sent.
    public var key: OrderKey
    /// What is wanted.
    public var demand: EnergyDemand
    /// The most it may cost, fees included: what was quoted.
    public var maximumTotal: Sun

    /// An order.
    public init(key: OrderKey, demand: EnergyDemand, maximumTotal: Sun) {
        self.key = key
        self.demand = demand
        self.maximumTotal = maximumTotal
    }
}

/// A purchase with everything that must be stored before it is sent.
public struct PreparedPurchase: Sendable, Hashable, Codable {
    /// What is done.
    public enum Kind: String, Sendable, Codable {
        /// Energy is bought.
        case purchase
        /// A rental is ended.
        case giveBack = "give_back"
    }

    /// A signed transaction that pays, or otherwise does the purchase on chain. Only these bytes are ever sent.
    public struct Payment: Sendable, Hashable, Codable {
        /// Its id, known before it is sent.
        public var transaction: TransactionID
        /// The whole signed message.
        public var bytes: [UInt8]
        /// The last block time at which it may enter a block.
        public var expiration: Timestamp
        /// What it moves.
        public var amount: Sun

        /// A signed transaction.
        public init(transaction: TransactionID, bytes: [UInt8], expiration: Timestamp, amount: Sun) {
            self.transaction = transaction
            self.bytes = bytes
            self.expiration = expiration
            self.amount = amount
        }
    }

    /// From whom.
    public var supplier: SupplierID
    /// What is done.
    public var kind: Kind
    /// What was ordered.
    public var order: SupplierOrder
    /// What will be delivered: in the supplier's packs.
    public var energy: Energy
    /// How long it will stay; whole seconds.
    public var duration: Duration
    /// What it will cost, as far as the supplier says beforehand.
    public var total: Sun
    /// What pays on chain; `nil` with a prepaid balance.
    public var payment: Payment?
    /// The adapter's own words, such as a claim's signature. No secrets.
    public var notes: [String: String]
    /// The supplier's name for the order: to be filled in by the caller as soon as a report has told it.
    public var reference: String?

    /// A purchase, energy by default.
    public init(
        supplier: SupplierID,
        kind: Kind = .purchase,
        order: SupplierOrder,
        energy: Energy,
        duration: Duration,
        total: Sun,
        payment: Payment? = nil,
        notes: [String: String] = [:],
        reference: String? = nil
    ) {
        self.supplier = supplier
        self.kind = kind
        self.order = order
        self.energy = energy
        self.duration = duration
        self.total = total
        self.payment = payment
        self.notes = notes
        self.reference = reference
    }
}
