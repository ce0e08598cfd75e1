public import Models

/// What the transactions of one block used.
public struct BlockUse: Sendable, Equatable {
    /// Its height.
    public var number: Int64
    /// Its time.
    public var time: Timestamp
    /// All energy its transactions took, staked or burnt.
    public var energy: Energy

    /// Takes the fields as they are; nothing is checked.
    public init(number: Int64, time: Timestamp, energy: Energy) {
        self.number = number
        self.time = time
        self.energy = energy
    }
}

/// How busy the network is, and of what that was made.
public struct Congestion: Sendable, Equatable {
    /// 0 to 100: two fifths ``factorShare``, three fifths ``blockUse``.
    public var level: Int
    /// The USDT contract's dynamic factor in percent of the highest there can be.
    public var factorShare: Int
    /// Energy of the sampled blocks in percent of what the network yields in their time; at most 100.
    public var blockUse: Int

    /// - Parameters:
    ///   - samples: blocks of the last minutes, in any order; any numbers do no harm.
    /// - Returns: `nil` while something of it is not known.
    public init?(of chain: ChainConditions, samples: [BlockUse]) {
        guard let maximum = chain.maximumFactor, maximum > 0, let use = Self.use(samples, chain.totalEnergy) else {
            return nil
        }
        factorShare = Int(min(100, scaledDown(chain.tokenFactor, by: 100, over: maximum) ?? 100))
        blockUse = use
        level = (2 * factorShare + 3 * blockUse) / 5
    }

    /// Between blocks, where one sample tells nothing of it.
    private static let usualInterval: Int64 = 3000

    private static func use(_ samples: [BlockUse], _ totalEnergy: Int64) -> Int? {
        guard let first = samples.min(by: { $0.number < $1.number }),
            let last = samples.max(by: { $0.number < $1.number }), totalEnergy > 0
        else { return nil }
        let (blocks, isTooMany) = last.number.subtractingReportingOverflow(first.number)
        let (time, isTooLong) = last.time.milliseconds.subtractingReportingOverflow(first.time.milliseconds)
        let isTold = blocks > 0 && time > 0 && !isTooMany && !isTooLong
        let (perBlock, over) = isTold ? (time, blocks) : (usualInterval, 1)
        // What the network yields during as many blocks as were sampled.
        let day: Int64 = 86_400_000
        guard let interval = scaledUp(perBlock, by: Int64(samples.count), over: over),
            let capacity = scaledUp(totalEnergy, by: interval, over: day), capacity > 0
        else { return nil }
        let used = samples.reduce(Int64(0)) { sum, sample in
            let (more, overflow) = sum.addingReportingOverflow(max(0, sample.energy.rawValue))
            return overflow ? .max : more
        }
        return Int(min(100, scaledDown(used, by: 100, over: capacity) ?? 100))
    }
}

/// How much energy is wanted: the cheapest rent in percent of burning, or the congestion while no rent is known.
///
/// Below 40 it is low, from 70 on high.
/// - Parameters:
///   - rents: fresh prices of renting.
///   - burn: the chain's price, if it is fresh.
/// - Returns: `nil` while neither is known.
public func marketDemand(rents: [SunPerEnergy], burn: SunPerEnergy?, congestion: Int?) -> MarketDemand? {
    let share: Int64
    if let rent = rents.min(), let burn, burn.rawValue > 0 {
        share = min(100, scaledDown(rent.rawValue, by: 100, over: burn.rawValue) ?? 100)
    } else if let congestion {
        share = Int64(congestion)
    } else {
        return nil
    }
    return share < 40 ? .low : share < 70 ? .medium : .high
}
