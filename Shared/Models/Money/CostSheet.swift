/// What one withdrawal costs its partner, item by item, in sun; rounded up once, in all.
public struct CostSheet: Codable, Sendable, Equatable {
    /// Where the energy comes from: `own_stake`, a supplier's id, or `burn`.
    public var source: String
    /// What is paid for.
    public var energy: Energy
    /// The price of one energy, before margin.
    public var energyPrice: SunPerEnergy
    /// ``energy`` at ``energyPrice``.
    public var energyCost: Sun
    /// TRX burnt for bytes beyond the wallet's bandwidth.
    public var bandwidthCost: Sun
    /// Paid to activate the recipient's or the sender's account; zero where nothing was.
    public var activationCost: Sun
    /// Our margin, by the partner's rate.
    public var margin: Sun
    /// Our fee per withdrawal.
    public var fee: Sun
    /// The sum: what is debited.
    public var total: Sun
    /// What burning TRX for all of the energy would have cost, for comparison.
    public var baseline: Sun

    /// - Parameters: as the properties; ``total`` is the caller's, so that a sheet that was stored is repeated as it was.
    public init(
        source: String,
        energy: Energy,
        energyPrice: SunPerEnergy,
        energyCost: Sun,
        bandwidthCost: Sun,
        activationCost: Sun,
        margin: Sun,
        fee: Sun,
        total: Sun,
        baseline: Sun
    ) {
        self.source = source
        self.energy = energy
        self.energyPrice = energyPrice
        self.energyCost = energyCost
        self.bandwidthCost = bandwidthCost
        self.activationCost = activationCost
        self.margin = margin
        self.fee = fee
        self.total = total
        self.baseline = baseline
    }

    enum CodingKeys: String, CodingKey {
        case source
        case energy
        case energyPrice = "energy_price"
        case energyCost = "energy_cost_sun"
        case bandwidthCost = "bandwidth_cost_sun"
        case activationCost = "activation_cost_sun"
        case margin = "margin_sun"
        case fee = "fee_sun"
        case total = "total_sun"
        case baseline = "baseline_sun"
    }
}
