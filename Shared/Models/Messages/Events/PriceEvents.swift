/// How good a price is that is handed out.
public enum PriceState: String, Codable, Sendable, CaseIterable {
    /// Enough sources agreed on it lately.
    case fresh
    /// The last good value; sources have failed or disagreed since.
    case stale
    /// There never was one.
    case unknown
}

/// How much energy is wanted on the market for it.
public enum MarketDemand: String, Codable, Sendable, CaseIterable {
    /// Renting costs little beside burning.
    case low
    /// Between the two.
    case medium
    /// Renting costs nearly as much as burning.
    case high
}

/// The price of energy from one source.
public struct EnergyPriceEntry: Codable, Sendable, Equatable {
    /// `burn`, `own_stake`, `justlend_rent`, `justlend_stake`, `justlend_burn`, or `supplier:` and the supplier's id.
    public var source: String
    /// Sun per energy.
    public var price: SunPerEnergy
    /// When it was seen at its source.
    public var at: Timestamp
    /// Until when it counts as fresh.
    public var freshUntil: Timestamp

    /// Takes the fields as they are; nothing is checked.
    public init(source: String, price: SunPerEnergy, at: Timestamp, freshUntil: Timestamp) {
        self.source = source
        self.price = price
        self.at = at
        self.freshUntil = freshUntil
    }

    enum CodingKeys: String, CodingKey {
        case source
        case price
        case at
        case freshUntil = "fresh_until"
    }
}

/// `price.updated.v1`: prices have changed, or a minute has passed since they were last told.
public struct PriceUpdated: Message, Equatable {
    /// An event for the house, bound to no partner; the routing key is `price.updated`.
    public static let name = MessageName.event("price.updated")
    /// When it was decided.
    public var at: Timestamp
    /// US dollars per TRX; absent while unknown.
    public var trxPrice: USDPerTRX?
    /// How good ``trxPrice`` is.
    public var trxState: PriceState
    /// The moment it stands for; absent while unknown.
    public var trxAsOf: Timestamp?
    /// How many sources agreed on it.
    public var trxSources: Int
    /// The price of energy by source.
    public var energyPrices: [EnergyPriceEntry]
    /// 0 to 100; absent while unknown.
    public var congestion: Int?
    /// Absent while unknown.
    public var marketDemand: MarketDemand?

    /// Takes the fields as they are; nothing is checked.
    public init(
        at: Timestamp,
        trxPrice: USDPerTRX?,
        trxState: PriceState,
        trxAsOf: Timestamp?,
        trxSources: Int,
        energyPrices: [EnergyPriceEntry],
        congestion: Int?,
        marketDemand: MarketDemand?
    ) {
        self.at = at
        self.trxPrice = trxPrice
        self.trxState = trxState
        self.trxAsOf = trxAsOf
        self.trxSources = trxSources
        self.energyPrices = energyPrices
        self.congestion = congestion
        self.marketDemand = marketDemand
    }

    enum CodingKeys: String, CodingKey {
        case at
        case trxPrice = "trx_usd"
        case trxState = "trx_usd_state"
        case trxAsOf = "trx_usd_as_of"
        case trxSources = "trx_usd_sources"
        case energyPrices = "energy_prices"
        case congestion
        case marketDemand = "market_demand"
    }
}
