public import Models

/// What stake brings at one block: the network's energy is shared by stake (DOMAIN 1.2).
public struct EnergyRate: Sendable, Equatable {
    /// `TotalEnergyLimit`.
    public var totalEnergy: Int64
    /// `TotalEnergyWeight`: all stake that shares ``totalEnergy``, in TRX, not sun.
    public var totalWeight: Int64

    /// Takes totals as they are; of zero or less nothing is brought.
    public init(totalEnergy: Int64, totalWeight: Int64) {
        self.totalEnergy = totalEnergy
        self.totalWeight = totalWeight
    }

    /// Stake that brings at least `energy`, rounded up: `ceil(energy * 1e6 * weight / limit)`.
    /// - Returns: `nil` when the chain reports no totals, or the stake does not fit 64 bits.
    public func stake(for energy: Energy) -> Sun? {
        guard totalEnergy > 0, totalWeight > 0, energy.rawValue >= 0 else { return nil }
        let (product, overflow) = (Int128(energy.rawValue) * 1_000_000)
            .multipliedReportingOverflow(by: Int128(totalWeight))
        guard !overflow else { return nil }
        let (quotient, remainder) = product.quotientAndRemainder(dividingBy: Int128(totalEnergy))
        return Int64(exactly: remainder > 0 ? quotient + 1 : quotient).map { Sun($0) }
    }

    /// Energy that a stake brings, rounded down.
    public func energy(of stake: Sun) -> Energy {
        guard totalEnergy > 0, totalWeight > 0 else { return .zero }
        let product = Int128(stake.rawValue) * Int128(totalEnergy) / (Int128(totalWeight) * 1_000_000)
        return Energy(Int64(clamping: product))
    }
}
