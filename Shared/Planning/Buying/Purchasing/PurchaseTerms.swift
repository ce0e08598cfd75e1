public import Models

/// What is bought by one purchase, for whom, and what it was said to cost. Never changes.
public struct PurchaseOrder: Sendable, Equatable, Codable {
    /// The acquisition it brings energy for.
    public let acquisition: UUIDv7
    /// Which purchase of the acquisition it is, from 1.
    public let number: Int32
    /// Who sells.
    public let supplier: SupplierID
    /// Who receives: the sender of the transfers.
    public let wallet: TronAddress
    /// What is ordered, a size that the supplier sells.
    public let energy: Energy
    /// For how long.
    public let duration: Duration
    /// What the supplier said it costs, with all its fees.
    public let quoted: Sun

    /// An order as it was chosen; that the supplier sells this size is not checked.
    public init(
        acquisition: UUIDv7,
        number: Int32,
        supplier: SupplierID,
        wallet: TronAddress,
        energy: Energy,
        duration: Duration,
        quoted: Sun
    ) {
        self.acquisition = acquisition
        self.number = number
        self.supplier = supplier
        self.wallet = wallet
        self.energy = energy
        self.duration = duration
        self.quoted = quoted
    }

    /// Our name for it at the supplier.
    public var key: OrderKey { OrderKey(acquisition: acquisition, number: number) }
}

/// When it is certain that a supplier which has never heard of a purchase will not carry it out.
public enum AbsenceRule: Sendable, Equatable, Codable {
    /// When it is asked this long after the last attempt to place ended: a request may still be on its way before.
    case after(Duration)
    /// When the payment can never land on the chain any more, which only the chain says (``PurchaseEvent/paymentDead``): a
    /// node that is behind knows of no payment, however late it is by the clock.
    case oncePaymentIsDead
}

/// What sets one supplier's purchases apart from another's.
public struct PurchaseRules: Sendable, Equatable, Codable {
    /// What an unknown order means.
    public var absence: AbsenceRule
    /// Whether placing the same prepared purchase once more can never buy twice: the supplier returns the first order for
    /// the same key, or the payment is one transaction that lands once.
    public var isRepeatable: Bool
    /// Whether an order is looked up by what was prepared. Where that needs the supplier's own reference, an order without
    /// one is asked for by placing it again.
    public var isFoundByKey: Bool
    /// Whether the energy is given back by us rather than ending by itself.
    public var isReturnable: Bool

    /// - Parameters: as the properties. What is not found by its key has to be repeatable, and is taken as such.
    public init(
        absence: AbsenceRule,
        isRepeatable: Bool,
        isFoundByKey: Bool = true,
        isReturnable: Bool = false
    ) {
        self.absence = absence
        self.isRepeatable = isRepeatable || !isFoundByKey
        self.isFoundByKey = isFoundByKey
        self.isReturnable = isReturnable
    }

    /// From what an adapter says of its supplier.
    /// - Parameters:
    ///   - paysOnChain: whether the payment is a transaction of ours.
    ///   - idempotentCreate: whether the supplier takes a repeated order for the first one.
    ///   - isFoundByKey: whether an order is looked up without the supplier's own reference.
    ///   - lookupDelay: how long after a call of unknown outcome "never heard of it" is to be believed; of no use where it is
    ///     the chain that is paid.
    ///   - givesBack: whether we end the rental.
    public init(
        paysOnChain: Bool,
        idempotentCreate: Bool,
        isFoundByKey: Bool,
        lookupDelay: Duration,
        givesBack: Bool
    ) {
        self.init(
            absence: paysOnChain ? .oncePaymentIsDead : .after(lookupDelay),
            isRepeatable: idempotentCreate || paysOnChain,
            isFoundByKey: isFoundByKey,
            isReturnable: givesBack
        )
    }

    /// Prepaid, the client's order id only looks up (TronZap, DOMAIN 4.1): an order counts as unknown when it is not
    /// there half a minute after it was sent.
    public static let lookUpOnly = PurchaseRules(absence: .after(.seconds(30)), isRepeatable: false)
    /// Prepaid, a repeated order id returns the first order, and finds it too.
    public static let idempotent = PurchaseRules(absence: .after(.seconds(30)), isRepeatable: true)
    /// Prepaid, a repeated order id returns the first order; looked up by the supplier's id alone (CatFee, DOMAIN 4.4).
    public static let askedByRepeating = PurchaseRules(
        absence: .after(.seconds(30)),
        isRepeatable: true,
        isFoundByKey: false
    )
    /// Paid on chain, ends by itself (TronNRG, DOMAIN 4.2).
    public static let paidOnChain = PurchaseRules(
        absence: .oncePaymentIsDead,
        isRepeatable: true
    )
    /// Rented from a contract and given back by us (JustLend, DOMAIN 4.3).
    public static let rentedOnChain = PurchaseRules(
        absence: .oncePaymentIsDead,
        isRepeatable: true,
        isReturnable: true
    )

    var paysOnChain: Bool {
        switch absence {
        case .after: false
        case .oncePaymentIsDead: true
        }
    }
}

/// How long a purchase waits for what. Domain time.
public struct PurchaseLimits: Sendable, Equatable, Codable {
    /// A call without an outcome is given up after this; longer than the timeout of any single call.
    public var call: Duration
    /// Between an outcome that is not known and the first look-up; doubled after every one up to ``longestPause``.
    public var firstPause: Duration
    /// The longest time between two look-ups, no shorter than ``call``: a repetition settles something only when no earlier
    /// one can still be on its way.
    public var longestPause: Duration
    /// How often one purchase is placed at most to buy. A payment on chain and a claim are repeated as long as they may count,
    /// and where repeating is how to ask, an order is repeated until it is answered.
    public var placements: Int
    /// How long after its beginning it may still be placed again to buy; what is answered as new later is an alarm.
    public var placeWithin: Duration
    /// The energy should be on chain so long after the supplier has accepted, or was paid.
    public var deliver: Duration
    /// What is not on chain so long after, by a look-up and a reading made after ``deliver``, is given up and its money
    /// claimed back.
    public var abandon: Duration
    /// As ``abandon``, but even when the supplier answers nothing; `nil`: never, so that nothing is bought a second time
    /// before the first is certain.
    public var writeOff: Duration?
    /// How much less than ordered still counts as all of it, in thousandths: the chain's total weight moves.
    public var tolerancePerMille: Int64
    /// How much earlier than paid for energy may end without being called early.
    public var earlySlack: Duration

    /// The house's limits: all together resolve a purchase within 180 s once faults are over.
    public init(
        call: Duration = .seconds(15),
        firstPause: Duration = .seconds(1),
        longestPause: Duration = .seconds(15),
        placements: Int = 2,
        placeWithin: Duration = .seconds(60),
        deliver: Duration = .seconds(60),
        abandon: Duration = .seconds(90),
        writeOff: Duration? = nil,
        tolerancePerMille: Int64 = 10,
        earlySlack: Duration = .seconds(60)
    ) {
        self.call = call
        self.firstPause = firstPause
        self.longestPause = max(longestPause, call)
        self.placements = placements
        self.placeWithin = placeWithin
        self.deliver = deliver
        self.abandon = abandon
        self.writeOff = writeOff
        self.tolerancePerMille = tolerancePerMille
        self.earlySlack = earlySlack
    }
}

/// What a supplier says about a purchase: its word, which only the chain proves.
public struct PurchaseReport: Sendable, Equatable, Codable {
    /// Where the supplier says it stands.
    public enum State: Sendable, Equatable, Codable {
        /// Ordered, and paid from the prepaid balance where there is one.
        case accepted
        /// Being delegated.
        case delivering
        /// All of it delegated.
        case delivered
        /// So much of it delegated, and no more will come.
        case partial(Energy)
        /// It will not be delivered; whether the money was given back, `nil` when the supplier does not say.
        case failed(refunded: Bool?)
        /// Withdrawn, or undone by the chain, before it was carried out: what was taken is all that it costs.
        case cancelled
    }

    /// Where the supplier says it stands.
    public var state: State
    /// The supplier's own name for it.
    public var reference: String?
    /// Transactions that delegate.
    public var delegations: [TransactionID]
    /// What was taken from us, whatever of it has come back; `nil` when the supplier does not say.
    public var charged: Sun?
    /// When the energy ends.
    public var expiresAt: Timestamp?

    /// - Parameters: as the properties.
    public init(
        _ state: State,
        reference: String? = nil,
        delegations: [TransactionID] = [],
        charged: Sun? = nil,
        expiresAt: Timestamp? = nil
    ) {
        self.state = state
        self.reference = reference
        self.delegations = delegations
        self.charged = charged
        self.expiresAt = expiresAt
    }
}
