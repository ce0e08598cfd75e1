public import Models

/// A withdrawal that energy is missing for.
public struct EnergyWant: Sendable, Equatable {
    /// Whose.
    public var key: WithdrawalKey
    /// What is missing for it alone, more than zero.
    public var missing: Energy
    /// ``Urgency/rank``.
    public var urgency: Int16
    /// `max_cost_sun` of the request: the most its share of a purchase or burn may cost.
    public var maximumCost: Sun?

    /// - Parameters: as the properties.
    public init(key: WithdrawalKey, missing: Energy, urgency: Int16 = 0, maximumCost: Sun? = nil) {
        self.key = key
        self.missing = missing
        self.urgency = urgency
        self.maximumCost = maximumCost
    }
}

/// What the pools that may serve the partner can bring.
public struct OwnStakeOffer: Sendable, Equatable {
    /// What can be delegated now.
    public var usable: Energy
    /// What the pools' stake is worth in all: the reserve is a share of it.
    public var total: Energy
    /// What using it costs: what else it could earn (opportunity cost).
    public var price: SunPerEnergy
    /// Bandwidth of delegating and taking back, paid for once (DOMAIN 1.4: about 555 bytes); zero when staked for.
    public var bandwidth: Bandwidth

    /// - Parameters: as the properties.
    public init(
        usable: Energy,
        total: Energy,
        price: SunPerEnergy = SunPerEnergy(rawValue: 0),
        bandwidth: Bandwidth = .zero
    ) {
        self.usable = usable
        self.total = total
        self.price = price
        self.bandwidth = bandwidth
    }
}

/// What a supplier asks for a rental of one length.
public struct RentalPrice: Sendable, Equatable {
    /// For how long.
    public var duration: Duration
    /// Per energy ordered.
    public var price: SunPerEnergy
    /// Besides, per order.
    public var fee: Sun

    /// - Parameters: as the properties.
    public init(duration: Duration, price: SunPerEnergy, fee: Sun = .zero) {
        self.duration = duration
        self.price = price
        self.fee = fee
    }
}

/// A supplier as it can be asked now.
public struct SupplierOffer: Sendable, Equatable {
    /// How old its price may be to be chosen by.
    public static let priceAge: Duration = .seconds(120)

    /// Who.
    public var supplier: SupplierID
    /// Its place in the order of priority, from 1.
    public var rank: Int32
    /// The least it sells.
    public var minimum: Energy
    /// The most it sells in one order.
    public var maximum: Energy
    /// What it sells is a multiple of this; at least 1.
    public var step: Energy
    /// What it has now; `nil`: it does not say.
    public var available: Energy?
    /// What it asks, by length of the rental.
    public var prices: [RentalPrice]
    /// What our prepaid balance, or the purchasing wallet, can pay; `nil`: enough.
    public var balance: Sun?
    /// Whether it activates a wallet that is not, and for how much.
    public var activation: Sun?
    /// Bytes that we pay for when buying: payment, claim, return; zero for an order over HTTP.
    public var bandwidth: Bandwidth
    /// Energy of our own that buying takes, such as for calls of a rental contract.
    public var ownEnergy: Energy
    /// The chance that a purchase fails, in thousandths: ``SupplierHealth/failurePerMille``.
    public var failurePerMille: Int64
    /// Whether it may be asked at all: active in the registry, its breaker lets calls through, and it was not tried for this
    /// acquisition before.
    public var isOpen: Bool

    /// - Parameters: as the properties.
    public init(
        supplier: SupplierID,
        rank: Int32,
        minimum: Energy,
        maximum: Energy,
        step: Energy = Energy(1),
        available: Energy? = nil,
        prices: [RentalPrice],
        balance: Sun? = nil,
        activation: Sun? = nil,
        bandwidth: Bandwidth = .zero,
        ownEnergy: Energy = .zero,
        failurePerMille: Int64 = 50,
        isOpen: Bool = true
    ) {
        self.supplier = supplier
        self.rank = rank
        self.minimum = minimum
        self.maximum = maximum
        self.step = step
        self.available = available
        self.prices = prices
        self.balance = balance
        self.activation = activation
        self.bandwidth = bandwidth
        self.ownEnergy = ownEnergy
        self.failurePerMille = failurePerMille
        self.isOpen = isOpen
    }

    /// The smallest order that brings so much; `nil` when it sells or has none of that size.
    public func pack(for energy: Energy) -> Energy? {
        guard energy > .zero else { return nil }
        let unit = max(step.rawValue, 1)
        let (steps, rest) = max(energy, minimum).rawValue.quotientAndRemainder(dividingBy: unit)
        let (size, isTooMuch) = (rest > 0 ? steps + 1 : steps).multipliedReportingOverflow(by: unit)
        let pack = Energy(size)
        guard !isTooMuch, pack <= maximum, pack <= available ?? pack else { return nil }
        return pack
    }
}

/// The wallet energy is missing at, and what burning costs there.
public struct BuyingSituation: Sendable, Equatable {
    /// Whose wallet, is paused: it gets nothing new.
    public var isPaused: Bool
    /// Whether the wallet exists on chain.
    public var isActivated: Bool
    /// When the rental that stands at the wallet ends; `nil`: none does.
    public var expiringUntil: Timestamp?
    /// Sun per energy burnt: `getEnergyFee`, never a constant.
    public var burnPrice: SunPerEnergy
    /// Sun per byte: `getTransactionFee`.
    public var bandwidthPrice: Sun
    /// TRX of the wallet that may be burnt.
    public var burnable: Sun
    /// How long after `ready` a transfer may be sent.
    public var sendWindow: Duration
    /// How much longer than that the energy must stay: until the transfer's block is seen.
    public var grace: Duration
    /// Domain time.
    public var now: Timestamp

    /// - Parameters: as the properties.
    public init(
        isPaused: Bool = false,
        isActivated: Bool = true,
        expiringUntil: Timestamp? = nil,
        burnPrice: SunPerEnergy,
        bandwidthPrice: Sun,
        burnable: Sun = .zero,
        sendWindow: Duration,
        grace: Duration,
        now: Timestamp
    ) {
        self.isPaused = isPaused
        self.isActivated = isActivated
        self.expiringUntil = expiringUntil
        self.burnPrice = burnPrice
        self.bandwidthPrice = bandwidthPrice
        self.burnable = burnable
        self.sendWindow = sendWindow
        self.grace = grace
        self.now = now
    }
}
