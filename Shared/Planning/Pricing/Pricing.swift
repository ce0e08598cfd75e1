public import Models

/// What an allocation costs the house, before margin and fee.
public struct BaseCost: Sendable, Equatable {
    /// Where the energy comes from: `own_stake`, a supplier's id, or `burn`.
    public var source: String
    /// What is promised.
    public var energy: Energy
    /// What one energy costs.
    public var energyPrice: SunPerEnergy
    /// What the house pays for bytes beyond the wallet's bandwidth; zero where the partner's wallet burns its own TRX.
    public var bandwidth: Sun
    /// What the house pays to activate an account; zero where none was.
    public var activation: Sun
    /// What burning TRX for one energy costs (`getEnergyFee`), for the comparison on the sheet.
    public var burnPrice: SunPerEnergy

    /// Takes the costs as they are; pricing checks them.
    public init(
        source: String,
        energy: Energy,
        energyPrice: SunPerEnergy,
        bandwidth: Sun = .zero,
        activation: Sun = .zero,
        burnPrice: SunPerEnergy
    ) {
        self.source = source
        self.energy = energy
        self.energyPrice = energyPrice
        self.bandwidth = bandwidth
        self.activation = activation
        self.burnPrice = burnPrice
    }
}

/// Why something cannot be priced. None of them is worth another try with the same figures.
public enum PricingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The named figure is below zero.
    case negative(String)
    /// The named figure is larger than a message can carry (2^53 - 1).
    case tooLarge(String)
    /// The margin is more than ten times the base cost.
    case marginOutOfRange(Int32)

    /// In one line, for people.
    public var description: String {
        switch self {
        case .negative(let item): "\(item) is below zero"
        case .tooLarge(let item): "\(item) is larger than 9,007,199,254,740,991"
        case .marginOutOfRange(let permille): "a margin of \(permille) per mille is not within 0 to 10000"
        }
    }
}

/// The price of an allocation: base cost, margin by the partner's rate on all of it, fee. The total is rounded up to a sun
/// once, at the end. So that the items sum to it, energy is shown rounded up and the margin is what is left.
public func priceAllocation(_ base: BaseCost, _ terms: PricingTerms) throws(PricingError) -> CostSheet {
    guard (0...10_000).contains(terms.marginPermille) else { throw .marginOutOfRange(terms.marginPermille) }
    let energy = try checked(base.energy.rawValue, "energy")
    let price = try checked(base.energyPrice.rawValue, "the price of energy")
    let burnPrice = try checked(base.burnPrice.rawValue, "the price of burning")
    let energyCost = try checked(scaledUp(energy, by: price, over: millionths), "the cost of energy")
    let baseline = try checked(scaledUp(energy, by: burnPrice, over: millionths), "the cost of burning")
    let bandwidth = try checked(base.bandwidth.rawValue, "the cost of bandwidth")
    let activation = try checked(base.activation.rawValue, "the cost of activation")
    let fee = try checked(terms.fee.rawValue, "the fee")
    // In thousandths of millionths of a sun. Each figure is below 2^53, so that this stays below 2^121.
    let exact =
        (Int128(energy) * Int128(price) + Int128(bandwidth + activation) * Int128(millionths))
        * (1000 + Int128(terms.marginPermille))
    let unit = 1000 * Int128(millionths)
    let withMargin = (exact + unit - 1) / unit
    // Not below zero: what is rounded up here is at least the exact base cost, and bandwidth and activation are whole.
    let margin = try checked(
        Int64(exactly: withMargin - Int128(energyCost + bandwidth + activation)),
        "the margin"
    )
    return CostSheet(
        source: base.source,
        energy: base.energy,
        energyPrice: base.energyPrice,
        energyCost: Sun(energyCost),
        bandwidthCost: Sun(bandwidth),
        activationCost: Sun(activation),
        margin: Sun(margin),
        fee: Sun(fee),
        total: Sun(try checked(energyCost + bandwidth + activation + margin + fee, "the total")),
        baseline: Sun(baseline)
    )
}

/// What a ``SunPerEnergy`` counts in.
private let millionths: Int64 = 1_000_000

private func checked(_ value: Int64?, _ item: String) throws(PricingError) -> Int64 {
    guard let value, value < 1 << 53 else { throw .tooLarge(item) }
    guard value >= 0 else { throw .negative(item) }
    return value
}
