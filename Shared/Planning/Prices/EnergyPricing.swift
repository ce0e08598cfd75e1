public import Models

/// Where a price of energy comes from. Open: suppliers have one each.
public struct EnergyPriceSource: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// As stored and told: `burn`, `supplier:tronzap`.
    public let description: String

    /// - Parameter name: as stored and told.
    public init(_ name: String) { description = name }

    /// What the chain charges for missing energy.
    public static let burn = EnergyPriceSource("burn")
    /// What our own stake could earn instead.
    public static let ownStake = EnergyPriceSource("own_stake")
    /// JustLend's rent for a day.
    public static let justLendRent = EnergyPriceSource("justlend_rent")
    /// ``ownStake`` by the stake that JustLend names for an amount of energy: a second opinion.
    public static let justLendStake = EnergyPriceSource("justlend_stake")
    /// Burning, as JustLend names it: a second opinion.
    public static let justLendBurn = EnergyPriceSource("justlend_burn")

    /// A supplier's quote.
    public static func supplier(_ id: SupplierID) -> EnergyPriceSource {
        EnergyPriceSource("supplier:\(id)")
    }

    /// Whether energy is rented there.
    var isRent: Bool { self == .justLendRent || description.hasPrefix("supplier:") }

    /// By name.
    public static func < (a: Self, b: Self) -> Bool { a.description < b.description }
}

/// What energy costs at one source.
public struct EnergyPrice: Sendable, Equatable {
    /// Where.
    public var source: EnergyPriceSource
    /// Sun per energy.
    public var price: SunPerEnergy
    /// When it was seen there.
    public var at: Timestamp

    /// Takes the fields as they are; nothing is checked.
    public init(source: EnergyPriceSource, price: SunPerEnergy, at: Timestamp) {
        self.source = source
        self.price = price
        self.at = at
    }
}

/// What our own stake is reckoned with.
public struct StakeYield: Sendable, Equatable {
    /// What staked TRX could earn elsewhere beyond what it earns here, in hundredths of a percent a year.
    public var basisPoints: Int64
    /// How often a day the energy of the stake is used, in percent: 100 is once. About 190 is the most that recovery
    /// allows (DOMAIN 1.3).
    public var turnover: Int64

    /// Takes the fields as they are; both must be positive.
    public init(basisPoints: Int64, turnover: Int64) {
        self.basisPoints = basisPoints
        self.turnover = turnover
    }

    /// The opportunity cost of one energy, rounded up to a millionth of a sun:
    ///
    ///     stake for one energy (sun) * yearly yield / 365 / uses a day
    ///
    /// - Parameter stake: sun of stake for one energy of limit, in millionths of a sun.
    /// - Returns: `nil` when something is not positive or does not fit.
    func price(ofStake stake: Int64) -> SunPerEnergy? {
        guard stake > 0, basisPoints > 0, turnover > 0 else { return nil }
        let yearly = scaledUp(stake, by: basisPoints, over: 10_000)
        let daily = yearly.flatMap { scaledUp($0, by: 100, over: 365 * turnover) }
        return daily.map { SunPerEnergy(rawValue: $0) }
    }
}

/// The chain's own prices of energy: burning, and what our stake could earn instead.
/// - Parameter moment: what they are as old as.
public func energyPrices(of chain: ChainConditions, yield: StakeYield, at moment: Timestamp) -> [EnergyPrice] {
    var prices: [EnergyPrice] = []
    if let burn = SunPerEnergy(sun: chain.energyFee.rawValue), burn.rawValue > 0 {
        prices.append(EnergyPrice(source: .burn, price: burn, at: moment))
    }
    // One TRX yields limit / weight energy, so one energy takes weight / limit TRX: DOMAIN 1.2.
    if chain.totalEnergy > 0, let stake = scaledUp(1_000_000_000_000, by: chain.totalWeight, over: chain.totalEnergy),
        let price = yield.price(ofStake: stake)
    {
        prices.append(EnergyPrice(source: .ownStake, price: price, at: moment))
    }
    return prices
}

/// JustLend's market snapshot: `GET /lend/strx`.
public struct JustLendSnapshot: Sendable, Equatable {
    /// TRX for 10,000 energy during a day, in hundred-millionths.
    public var rent: Int64
    /// TRX of stake for 10,000 energy, in hundred-millionths.
    public var stake: Int64
    /// TRX burnt for 10,000 energy, in hundred-millionths.
    public var burn: Int64

    /// Path to be appended to the base address.
    public static let path = "/lend/strx"

    /// Reads the body of a successful answer.
    /// - Throws: ``PriceFault`` with `badAnswer`.
    public init(_ body: [UInt8]) throws(PriceFault) {
        guard let json = PriceJSON(body) else { throw PriceFault(.badAnswer, "not JSON") }
        guard let info = json["data"]?["rentInfo"] else { throw PriceFault(.badAnswer, "data.rentInfo is missing") }
        // The names are spelled so by JustLend.
        rent = try Self.amount(info, "priceFor10KEnergByRent")
        stake = try Self.amount(info, "priceFor10KEnergByStake")
        burn = try Self.amount(info, "priceFor10KEnergByBurn")
    }

    private static func amount(_ info: PriceJSON, _ name: String) throws(PriceFault) -> Int64 {
        guard let text = info[name]?.decimal else { throw PriceFault(.badAnswer, "\(name) is missing") }
        // A million TRX for 10,000 energy is no price.
        guard let raw = fixedPoint(text, places: 8), raw > 0, raw <= 100_000_000_000_000 else {
            throw PriceFault(.badAnswer, "\(name) cannot be a price: \(text.prefix(32))")
        }
        return raw
    }

    /// As prices of one energy. TRX for 10,000 energy in hundred-millionths is the same number as millionths of a sun
    /// for one.
    public func energyPrices(yield: StakeYield, at now: Timestamp) -> [EnergyPrice] {
        var prices = [
            EnergyPrice(source: .justLendRent, price: SunPerEnergy(rawValue: rent), at: now),
            EnergyPrice(source: .justLendBurn, price: SunPerEnergy(rawValue: burn), at: now),
        ]
        if let price = yield.price(ofStake: stake) {
            prices.append(EnergyPrice(source: .justLendStake, price: price, at: now))
        }
        return prices
    }
}
