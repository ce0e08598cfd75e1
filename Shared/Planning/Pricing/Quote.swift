public import Models

/// Prices that hold for ten minutes, whatever the market does meanwhile; one for all withdrawals of a batch.
public struct Quote: Sendable, Equatable {
    /// How long a quote holds.
    public static let lifetime: Duration = .seconds(600)

    /// Where the energy will come from: `own_stake`, a supplier's id, or `burn`.
    public var source: String
    /// What one energy costs.
    public var energyPrice: SunPerEnergy
    /// What burning TRX for one energy costs (`getEnergyFee`).
    public var burnPrice: SunPerEnergy
    /// What a byte beyond the wallet's bandwidth costs the house (`getTransactionFee`); zero where the wallet pays.
    public var bandwidthPrice: Sun
    /// What activating an account costs the house.
    public var activationPrice: Sun
    /// The partner's terms when it was made.
    public var terms: PricingTerms
    /// When it was made.
    public let madeAt: Timestamp

    /// The last moment at which it holds.
    public var validUntil: Timestamp { madeAt + Self.lifetime }

    /// Takes the prices as they are; ``sheet(energy:burntBandwidth:activates:)`` checks them.
    public init(
        source: String,
        energyPrice: SunPerEnergy,
        burnPrice: SunPerEnergy,
        bandwidthPrice: Sun,
        activationPrice: Sun,
        terms: PricingTerms,
        at now: Timestamp
    ) {
        self.source = source
        self.energyPrice = energyPrice
        self.burnPrice = burnPrice
        self.bandwidthPrice = bandwidthPrice
        self.activationPrice = activationPrice
        self.terms = terms
        madeAt = now
    }

    /// Whether it still holds. One from the future does not: its clock and this one disagree.
    public func isValid(at now: Timestamp) -> Bool { madeAt <= now && now <= validUntil }

    /// What a withdrawal costs by this quote.
    /// - Parameters:
    ///   - energy: what is promised to it.
    ///   - burntBandwidth: bytes beyond the wallet's bandwidth.
    ///   - activates: whether an account is activated for it.
    public func sheet(
        energy: Energy,
        burntBandwidth: Bandwidth = .zero,
        activates: Bool = false
    ) throws(PricingError) -> CostSheet {
        guard burntBandwidth >= .zero else { throw .negative("bandwidth") }
        guard let bandwidth = scaledUp(burntBandwidth.rawValue, by: bandwidthPrice.rawValue, over: 1) else {
            throw .tooLarge("the cost of bandwidth")
        }
        return try priceAllocation(
            BaseCost(
                source: source,
                energy: energy,
                energyPrice: energyPrice,
                bandwidth: Sun(bandwidth),
                activation: activates ? activationPrice : .zero,
                burnPrice: burnPrice
            ),
            terms
        )
    }
}
