/// The dynamic energy model (TIP-491): a contract that used much energy in one maintenance period costs more in the next.
///
/// Factors are in ten-thousandths, as the chain stores them: 34,000 is 3.4, and a call then costs 4.4 times its base.
/// Source: java-tron `ContractStateCapsule.catchUpToCycle`.
public struct DynamicEnergy: Sendable, Hashable, Codable {
    /// 1.0 in the chain's unit.
    public static let one: Int64 = 10_000

    /// Base energy per maintenance period above which the factor rises (`getDynamicEnergyThreshold`).
    public var threshold: Int64
    /// What the factor rises by (`getDynamicEnergyIncreaseFactor`); it falls by a quarter of it.
    public var increase: Int64
    /// The highest factor (`getDynamicEnergyMaxFactor`).
    public var maximum: Int64

    /// All three as the chain parameters of the same names.
    public init(threshold: Int64, increase: Int64, maximum: Int64) {
        self.threshold = threshold
        self.increase = increase
        self.maximum = maximum
    }

    /// The factor after one maintenance boundary: `min((1+f)(1+inc)−1, max)` when the contract's base energy in the
    /// period was above the threshold, `max((1+f)(1−inc/4)−1, 0)` otherwise.
    public func factor(after factor: Int64, baseEnergyUsed: Int64) -> Int64 {
        let grown = Double(factor + Self.one)
        if baseEnergyUsed > threshold {
            return min(maximum, whole(grown * (1 + Double(increase) / Double(Self.one))) - Self.one)
        }
        return max(0, whole(grown * (1 - Double(increase) / 4 / Double(Self.one))) - Self.one)
    }
}
