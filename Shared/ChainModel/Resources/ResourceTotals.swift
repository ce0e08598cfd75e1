public import Models

/// How much of one resource the network gives out in 24 hours, and over how much stake. One account's share is
/// proportional to its stake.
///
/// Read both from `getaccountresource` (`TotalEnergyLimit`/`TotalEnergyWeight`, `TotalNetLimit`/`TotalNetWeight`) each
/// time: the weight drifts daily.
public struct ResourceTotals: Sendable, Hashable, Codable {
    /// Units (energy or bytes) of the whole network per 24 hours.
    public var limit: Int64
    /// Stake of the whole network for this resource, in whole TRX.
    public var weight: Int64

    /// - Parameters:
    ///   - limit: units per 24 hours.
    ///   - weight: whole TRX.
    public init(limit: Int64, weight: Int64) {
        self.limit = limit
        self.weight = weight
    }

    /// What a stake yields: `floor(stake/1e6 × (limit/weight))`, computed in double like the node does, so that both
    /// agree to the unit. Zero while nobody has staked.
    ///
    /// Source: java-tron `EnergyProcessor.calculateGlobalEnergyLimitV2`, `BandwidthProcessor.calculateGlobalNetLimitV2`.
    public func limit(forStake stake: Sun) -> Int64 {
        guard weight > 0 else { return 0 }
        return whole(Double(stake.rawValue) / 1_000_000 * (Double(limit) / Double(weight)))
    }

    /// The least stake that yields at least `units` at these totals, or `nil` when no stake does (nothing is staked
    /// yet, or the answer does not fit). Add a margin before acting on it: the weight moves between quote and execution.
    public func stake(forLimit units: Int64) -> Sun? {
        guard units > 0 else { return .zero }
        guard weight > 0, limit > 0, let perUnit = scaledUp(units, by: weight, over: limit),
            perUnit < Int64.max / 1_000_000
        else { return nil }
        let exact = (Int128(units) * 1_000_000 * Int128(weight)).quotientAndRemainder(dividingBy: Int128(limit))
        guard var stake = Int64(exactly: exact.remainder > 0 ? exact.quotient + 1 : exact.quotient) else { return nil }
        while limit(forStake: Sun(stake)) < units { stake += 1 }
        return Sun(stake)
    }

    /// The stake that corresponds to `usage` units in use: `floor(usage·1e6 × (weight/limit))`, in double like the node.
    ///
    /// Source: java-tron `DelegateResourceActuator.validate`.
    public func stake(inUseBy usage: Int64) -> Sun {
        guard limit > 0 else { return .zero }
        return Sun(whole(Double(usage) * 1_000_000 * (Double(weight) / Double(limit))))
    }
}

/// A double cut to a whole number like Java's `(long)`: towards zero, and to the nearest end when it does not fit.
func whole(_ value: Double) -> Int64 {
    if value.isNaN { return 0 }
    return Int64(exactly: value.rounded(.towardZero)) ?? (value < 0 ? Int64.min : Int64.max)
}
