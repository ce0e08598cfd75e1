public import Models

/// What is known of a supplier without asking: limits and habits.
public struct SupplierTerms: Sendable, Hashable {
    /// For how long energy can be rented.
    public enum Durations: Sendable, Hashable {
        /// One of these.
        case fixed([Duration])
        /// Anything between.
        case any(ClosedRange<Duration>)
    }

    /// What makes a purchase one and the same for the supplier.
    public enum NaturalKey: String, Sendable, Hashable {
        /// Our order key.
        case orderKey = "order_key"
        /// The transaction that pays.
        case payment
        /// Who rents for whom: there is one rental a pair.
        case pair
    }

    /// How a purchase of unknown outcome is looked up.
    public enum Lookup: String, Sendable, Hashable {
        /// `find` answers from what was prepared.
        case byKey = "by_key"
        /// `find` needs the supplier's reference. Without one, placing the same purchase again is how to ask: it
        /// returns the first order, or buys if there was none.
        case byPlacingAgain = "by_placing_again"
    }

    /// What is paid back, and when.
    public enum RefundPolicy: String, Sendable, Hashable {
        /// Nothing.
        case none
        /// Orders that the supplier could not fulfil.
        case failedOrders = "failed_orders"
        /// The time that was not used.
        case unusedTime = "unused_time"
    }

    /// The least that can be bought.
    public var minimumEnergy: Energy
    /// The most that can be bought in one order.
    public var maximumEnergy: Energy
    /// Orders are multiples of this.
    public var energyStep: Energy
    /// For how long.
    public var durations: Durations
    /// Whether the supplier itself takes a repeated order for the first one.
    public var idempotentCreate: Bool
    /// What makes a purchase one and the same.
    public var naturalKey: NaturalKey
    /// How a purchase of unknown outcome is looked up.
    public var lookup: Lookup
    /// How long after a call of unknown outcome "never heard of it" is to be believed.
    public var lookupDelay: Duration
    /// Whether it activates receivers that are not on chain yet.
    public var activatesReceiver: Bool
    /// What is paid back.
    public var refundPolicy: RefundPolicy
    /// Whether it takes the energy back as soon as it was used once.
    public var reclaimOnUse: Bool
    /// Whether orders are paid by a transaction of the purchasing wallet instead of a prepaid balance.
    public var paysOnChain: Bool
    /// Whether rentals are ended by us.
    public var givesBack: Bool

    /// Terms of a supplier with a prepaid balance, unless said otherwise.
    public init(
        minimumEnergy: Energy,
        maximumEnergy: Energy,
        energyStep: Energy = Energy(1),
        durations: Durations,
        idempotentCreate: Bool,
        naturalKey: NaturalKey,
        lookup: Lookup,
        lookupDelay: Duration = .seconds(30),
        activatesReceiver: Bool,
        refundPolicy: RefundPolicy,
        reclaimOnUse: Bool = false,
        paysOnChain: Bool = false,
        givesBack: Bool = false
    ) {
        self.minimumEnergy = minimumEnergy
        self.maximumEnergy = maximumEnergy
        self.energyStep = energyStep
        self.durations = durations
        self.idempotentCreate = idempotentCreate
        self.naturalKey = naturalKey
        self.lookup = lookup
        self.lookupDelay = lookupDelay
        self.activatesReceiver = activatesReceiver
        self.refundPolicy = refundPolicy
        self.reclaimOnUse = reclaimOnUse
        self.paysOnChain = paysOnChain
        self.givesBack = givesBack
    }

    /// The least energy on sale that covers `energy`.
    /// - Returns: `nil` when no order is that large.
    public func sold(for energy: Energy) -> Energy? {
        let wanted = max(energy, minimumEnergy, Energy(1)).rawValue
        let step = max(energyStep.rawValue, 1)
        let (sum, overflow) = wanted.addingReportingOverflow(step - 1)
        guard !overflow else { return nil }
        let amount = Energy(sum / step * step)
        return amount <= maximumEnergy ? amount : nil
    }

    /// The shortest rental on sale that lasts at least so long.
    /// - Returns: `nil` when none does.
    public func rental(lasting duration: Duration) -> Duration? {
        switch durations {
        case .fixed(let choices): choices.filter { $0 >= duration }.min()
        case .any(let range): duration <= range.upperBound ? max(duration, range.lowerBound) : nil
        }
    }
}
