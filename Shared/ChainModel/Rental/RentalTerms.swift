public import Models

/// What the rental market asks for: the settings its owner may change, and the formulas over them.
///
/// Source: JustLend DAO's contract reference (Energy Rental, "PrePay & Refund") and its user guide. The contract's rate
/// model is not published as a formula; here the rate rises in a straight line with the part of the pool that is rented
/// out, laid through the market's figures of 2026-07-15 (0.448 TRX a day for 10,000 energy).
public struct RentalTerms: Sendable, Hashable {
    /// Rates and ratios are whole numbers of 10^-18.
    public static let one: Int64 = 1_000_000_000_000_000_000
    /// Seconds of rent kept for the recovery of what was used: a day.
    public static let recovery: Int64 = 86_400
    /// Seconds over which the stable rate follows the rental rate.
    public static let smoothing: Int64 = 21_600
    /// The least stake one rental may ask for.
    public static let minimum = Sun.trx

    /// Rent of one sun of stake for a second while nothing is rented, in 10^-18 sun.
    public var baseRate: Int64 = 4_400_000_000
    /// What a pool that is wholly rented out adds to it.
    public var fullUseRate: Int64 = 5_260_000_000
    /// Seconds of rent that must be left beyond the recovery's, or anyone may liquidate.
    public var liquidateThreshold: Int64 = 0
    /// The liquidator's reward as a part of the stake rented.
    public var feeRatio: Int64 = 80_000_000_000_000
    /// The least reward.
    public var minimumFee = Sun(20_000_000)
    /// The part of a day's rent that energy used up costs.
    public var usageChargeRatio: Int64 = 750_000_000_000_000_000
    /// Whether nothing new is rented out.
    public var isPaused = false

    /// The market's terms of 2026-08.
    public init() {}

    /// What is wrong with these values, or `nil`. Bounds keep every product within 128 bits and every rent within 64.
    public var problem: String? {
        guard (0...1_000_000_000_000).contains(baseRate), (0...1_000_000_000_000).contains(fullUseRate) else {
            return "rates must be between 0 and 10^12 (10^-18 sun per sun and second)"
        }
        guard (0...31_536_000).contains(liquidateThreshold) else { return "the threshold must be a year or less" }
        guard (0...Self.one).contains(feeRatio), (0...Self.one).contains(usageChargeRatio) else {
            return "ratios must be between 0 and 10^18"
        }
        guard (.zero...Sun(1_000_000_000_000)).contains(minimumFee) else {
            return "the least fee must be 10^6 TRX or less"
        }
        return nil
    }

    /// Rent for a second when `rented` of a pool of `pool` is out, in 10^-18 sun per sun.
    public func rate(rented: Sun, of pool: Sun) -> Int64 {
        guard pool > .zero else { return baseRate + fullUseRate }
        let part = min(rented, pool).clamped
        return baseRate + (scaledDown(part.rawValue, by: fullUseRate, over: pool.rawValue) ?? fullUseRate)
    }

    /// The liquidator's reward for a rental of that stake.
    public func fee(for stake: Sun) -> Sun {
        max(minimumFee, Sun(scaledDown(stake.rawValue, by: feeRatio, over: Self.one) ?? 0))
    }

    /// Rent of a stake at a rate for so many seconds, rounded up; `nil` when it does not fit 64 bits.
    public static func rent(of stake: Sun, rate: Int64, seconds: Int64) -> Sun? {
        let (index, overflow) = rate.multipliedReportingOverflow(by: seconds)
        return overflow ? nil : rent(of: stake, index: index)
    }

    /// Rent of a stake while the index has grown by so much, rounded up.
    static func rent(of stake: Sun, index: Int64) -> Sun? {
        scaledUp(stake.rawValue, by: index, over: one).map { Sun($0) }
    }

    /// What must be paid to rent `stake` for so many seconds: `stake · rate · (seconds + 86400 + threshold) + fee`.
    public func prepay(for stake: Sun, rate: Int64, seconds: Int64) -> Sun? {
        let (kept, overflow) = seconds.addingReportingOverflow(Self.recovery + liquidateThreshold)
        return overflow ? nil : Self.rent(of: stake, rate: rate, seconds: kept)?.adding(fee(for: stake))
    }

    /// The deposit below which a rental may be liquidated: what prepaying for no time at all would cost.
    public func liquidationLine(for stake: Sun, rate: Int64) -> Sun {
        prepay(for: stake, rate: rate, seconds: 0) ?? Sun(Int64.max)
    }
}
