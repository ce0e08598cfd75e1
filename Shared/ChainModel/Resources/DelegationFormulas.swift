public import Models

/// What may be delegated, and what comes back with a reclaim.
public enum Delegation {
    /// The part of an owner's own stake that its unrecovered usage ties up:
    /// `max(0, usage·1e6·weight/limit − acquired)`.
    ///
    /// Source: java-tron `DelegateResourceActuator.validate` (`getV2EnergyUsage`).
    /// - Parameters:
    ///   - usage: units in use now, already recovered to the present slot.
    ///   - acquired: stake that others have delegated to the owner.
    public static func stakeInUse(usage: Int64, acquired: Sun, totals: ResourceTotals) -> Sun {
        (totals.stake(inUseBy: usage) - acquired).clamped
    }

    /// The most an owner may delegate now: its own stake less what usage ties up. What `getcandelegatedmaxsize` answers,
    /// before it hides amounts below 1 TRX.
    ///
    /// - Parameters:
    ///   - staked: own stake of this resource that is not delegated out.
    ///   - usage: units in use now; for bandwidth add the bytes of the delegation itself (``bandwidthOfDelegation``).
    public static func maximum(staked: Sun, usage: Int64, acquired: Sun, totals: ResourceTotals) -> Sun {
        (staked - stakeInUse(usage: usage, acquired: acquired, totals: totals)).clamped
    }

    /// The least that may be delegated at once.
    public static let minimum = Sun.trx

    /// The bytes a node reserves for the delegating transaction itself when bandwidth is delegated
    /// (java-tron `TransactionUtil.estimateConsumeBandWidthSize`: a base of 275 and what a larger balance adds).
    ///
    /// - Parameter staked: own bandwidth stake.
    public static func bandwidthOfDelegation(staked: Sun, maxLockPeriod: Int64) -> Int64 {
        let full = (staked.rawValue == 0 ? 0 : 1 + varintSize(staked.rawValue)) + 2 + 1 + varintSize(maxLockPeriod)
        return 275 + max(Int64(full - 1 - varintSize(1_000_000)), 0)
    }

    /// The usage that goes back to the owner when `stake` is reclaimed from a receiver: pro rata to stake, and never more
    /// than that stake can yield. The rest stays with the receiver, which keeps less limit.
    ///
    /// Source: java-tron `UnDelegateResourceActuator.execute`.
    /// - Parameters:
    ///   - stake: the stake reclaimed.
    ///   - receiverUsage: units in use at the receiver now.
    ///   - receiverStake: all stake that yields limit to the receiver before the reclaim: own and acquired.
    public static func transferredUsage(
        stake: Sun,
        receiverUsage: Int64,
        receiverStake: Sun,
        totals: ResourceTotals
    ) -> Int64 {
        guard receiverStake > .zero else { return 0 }
        let share = Double(stake.rawValue) / Double(receiverStake.rawValue)
        return min(totals.limit(forStake: stake), whole(Double(receiverUsage) * share))
    }

    /// Units the receiver can still use after `stake` has been reclaimed from it; never negative.
    public static func usable(
        afterReclaiming stake: Sun,
        receiverUsage: Int64,
        receiverStake: Sun,
        totals: ResourceTotals
    ) -> Int64 {
        let moved = transferredUsage(
            stake: stake,
            receiverUsage: receiverUsage,
            receiverStake: receiverStake,
            totals: totals
        )
        return max(0, totals.limit(forStake: (receiverStake - stake).clamped) - (receiverUsage - moved))
    }

    /// The lock of a delegation whose `lock_period` is 0: three days, in blocks of three seconds.
    public static let defaultLockPeriod: Int64 = 86_400
}

func varintSize(_ value: Int64) -> Int {
    var rest = UInt64(bitPattern: value)
    var size = 1
    while rest >= 128 {
        rest >>= 7
        size += 1
    }
    return size
}
