/// A price of energy in sun per unit, as a fixed-point number of six places: suppliers quote fractions of a sun.
public struct SunPerEnergy: Millionths {
    /// Millionths of a sun per energy; never negative where it comes from a text.
    public var rawValue: Int64

    /// - Parameter rawValue: millionths of a sun per energy.
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// A whole number of sun per energy, as the chain's `getEnergyFee` has it.
    /// - Returns: `nil` when it does not fit 64 bits.
    public init?(sun: Int64) {
        let (raw, overflow) = sun.multipliedReportingOverflow(by: Self.one)
        guard !overflow else { return nil }
        self.init(rawValue: raw)
    }

    /// What an energy costs when so much of it costs so much, rounded up.
    /// - Returns: `nil` when there is no energy, the cost is negative, or the price does not fit 64 bits.
    public init?(paying total: Sun, for energy: Energy) {
        guard energy > .zero, total >= .zero,
            let raw = scaledUp(total.rawValue, by: Self.one, over: energy.rawValue)
        else { return nil }
        self.init(rawValue: raw)
    }

    /// What so much energy costs, rounded up to a sun.
    /// - Returns: `nil` when it does not fit 64 bits.
    public func cost(of energy: Energy) -> Sun? {
        scaledUp(energy.rawValue, by: rawValue, over: Self.one).map { Sun($0) }
    }
}
