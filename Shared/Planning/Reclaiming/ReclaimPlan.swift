public import Models

/// The most energy a position can lose without endangering what is promised of it.
///
/// Taking stake worth `d` energy back from a limit `L` with usage `U` takes usage along pro rata, so what stays free is
/// `(L - d)(1 - U/L)`; that must be at least `promised` (DOMAIN 7.1, DESIGN 3). Rounded down.
public func reclaimableEnergy(limit: Energy, used: Energy, promised: Energy) -> Energy {
    guard limit > .zero else { return .zero }
    guard promised > .zero else { return limit }
    let free = limit - used
    guard free > .zero, let keep = scaledUp(promised.rawValue, by: limit.rawValue, over: free.rawValue) else {
        return .zero
    }
    return (limit - Energy(keep)).clamped
}

/// Stake delegated to one wallet by one pool.
public struct StandingDelegation: Sendable, Equatable {
    /// The pool's name in the registry.
    public var pool: String
    /// All that the pool delegates to the wallet: to the chain one record.
    public var stake: Sun

    /// As the chain reports it; zero is passed over.
    public init(pool: String, stake: Sun) {
        self.pool = pool
        self.stake = stake
    }
}

/// One undelegation to be made.
public struct PlannedReclaim: Sendable, Equatable {
    /// Whose stake comes back.
    public var pool: String
    /// Where it is taken from.
    public var wallet: TronAddress
    /// `balance` of `UnDelegateResourceContract`: all of it when nothing is promised, else at least 1 TRX.
    public var stake: Sun
}

/// Decides what to take back from a wallet, one pool at a time, because each reclaim changes limit and usage.
///
/// - Parameters:
///   - idle: how long nothing has been promised there; `nil` while something is promised or claimed.
///   - hold: how long idle energy stays, for what may come next.
///   - rates: for the conversion of energy to stake.
/// - Returns: `nil` when everything shall stay.
public func planReclaim(
    of delegations: [StandingDelegation],
    at position: WalletPosition,
    idle: Duration?,
    hold: Duration,
    rates: PoolPosition
) -> PlannedReclaim? {
    guard let idle, idle >= hold,
        let largest = delegations.filter({ $0.stake > .zero }).max(by: { ($0.stake, $0.pool) < ($1.stake, $1.pool) })
    else { return nil }
    // What another reclaim takes first takes its usage along, so it simply comes off.
    let energy =
        (reclaimableEnergy(
            limit: position.energyLimit,
            used: position.energyUsed,
            promised: position.promisedEnergy
        ) - position.withheld).clamped
    guard energy > .zero || position.promisedEnergy == .zero else { return nil }
    guard position.promisedEnergy > .zero else {
        return PlannedReclaim(pool: largest.pool, wallet: position.wallet, stake: largest.stake)
    }
    guard rates.totalEnergy > 0, rates.totalWeight > 0 else { return nil }
    let (product, overflow) = (Int128(energy.rawValue) * 1_000_000)
        .multipliedReportingOverflow(by: Int128(rates.totalWeight))
    let stake =
        overflow ? largest.stake : min(Sun(Int64(clamping: product / Int128(rates.totalEnergy))), largest.stake)
    guard stake >= .trx else { return nil }
    return PlannedReclaim(pool: largest.pool, wallet: position.wallet, stake: stake)
}
