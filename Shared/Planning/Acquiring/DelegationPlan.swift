public import Models

/// What a pool can still delegate at one block.
public struct PoolPosition: Sendable, Equatable {
    /// The pool's name in the registry.
    public var id: String
    /// The account whose stake is delegated: `owner_address` of the transactions.
    public var address: TronAddress
    /// Number of the head block it was read at; older readings never replace newer ones.
    public var block: Int64
    /// What the chain lets it delegate (`getcandelegatedmaxsize`), less what is under way.
    public var delegatable: Sun
    /// What the signing limits let it delegate; the largest amount when there are none (``SigningLimits``).
    public var signable: Sun
    /// `TotalEnergyLimit` and `TotalEnergyWeight` of the same reading: together, energy per TRX staked.
    public var totalEnergy: Int64
    /// All stake that shares ``totalEnergy``, in TRX, not sun.
    public var totalWeight: Int64

    /// Takes a reading as it is: totals of zero are allowed and make ``stake(for:)`` answer `nil`.
    public init(
        id: String,
        address: TronAddress,
        block: Int64,
        delegatable: Sun,
        signable: Sun = Sun(Int64.max),
        totalEnergy: Int64,
        totalWeight: Int64
    ) {
        self.id = id
        self.address = address
        self.block = block
        self.delegatable = delegatable
        self.signable = signable
        self.totalEnergy = totalEnergy
        self.totalWeight = totalWeight
    }

    /// What it can delegate within the signing limits.
    public var usable: Sun { min(delegatable, signable) }

    /// Takes what is about to be delegated.
    public mutating func take(_ stake: Sun) {
        delegatable = (delegatable - stake).clamped
        signable = (signable - stake).clamped
    }

    /// What stake brings at this reading.
    public var rate: EnergyRate { EnergyRate(totalEnergy: totalEnergy, totalWeight: totalWeight) }

    /// Stake that brings at least `energy`; see ``EnergyRate/stake(for:)``.
    public func stake(for energy: Energy) -> Sun? { rate.stake(for: energy) }

    /// Energy that a stake brings; see ``EnergyRate/energy(of:)``.
    public func energy(of stake: Sun) -> Energy { rate.energy(of: stake) }
}

/// How delegations are sized.
public struct DelegationPolicy: Sendable, Equatable {
    /// Over the exact stake, in thousandths: the total weight moves between the reading and the execution.
    public var stakeMarginPerMille: Int64
    /// The most that one delegation may carry beyond what is claimed, for what is expected next, in thousandths of it.
    public var lookAheadPerMille: Int64
    /// The least the chain takes (DOMAIN 2.3).
    public var minimumStake: Sun
    /// The most the signer takes in one transaction.
    public var maximumStake: Sun

    /// Values are not checked; by default 0.8 % over the exact stake, and up to twenty times the claims for what comes
    /// next.
    public init(
        stakeMarginPerMille: Int64 = 8,
        lookAheadPerMille: Int64 = 20_000,
        minimumStake: Sun = .trx,
        maximumStake: Sun = Sun(Int64.max)
    ) {
        self.stakeMarginPerMille = stakeMarginPerMille
        self.lookAheadPerMille = lookAheadPerMille
        self.minimumStake = minimumStake
        self.maximumStake = maximumStake
    }
}

/// One delegation to be made.
public struct PlannedDelegation: Sendable, Equatable {
    /// ``PoolPosition/id`` of the pool that delegates.
    public var pool: String
    /// The account that signs and whose stake is used.
    public var poolAddress: TronAddress
    /// The hot wallet that receives: the sender of the transfers, for energy is charged to the sender.
    public var wallet: TronAddress
    /// What it is expected to bring.
    public var energy: Energy
    /// `balance` of `DelegateResourceContract`, margin and look-ahead included.
    public var stake: Sun
    /// The claims it serves.
    public var serves: [WithdrawalKey]
    /// Claims that the pool can carry too, with another delegation after this one: together they are more than one
    /// transaction may move.
    public var leaves: [WithdrawalKey] = []
}

/// Sizes one delegation for the claims of one wallet that energy is missing for.
///
/// The first pool that can carry all of them does; else the one that can carry most of them in order. What will probably
/// be asked next is added only from what the pool can spare for it.
/// - Parameters:
///   - blocked: in order, with the cumulative energy missing up to and including each.
///   - lately: energy the wallet was asked for lately, which will probably be asked again. The claims that wait are part
///     of it and not counted a second time: a lone request gets what it needs.
///   - pools: in the order they may be asked, net of what is under way.
/// - Returns: `nil` when no pool can carry even the first claim.
public func planDelegation(
    for wallet: TronAddress,
    blocked: [(key: WithdrawalKey, missing: Energy)],
    lately: Energy,
    pools: [PoolPosition],
    policy: DelegationPolicy
) -> PlannedDelegation? {
    var best: (pool: PoolPosition, count: Int, carried: Int, stake: Sun)?
    for pool in pools {
        let (count, carried, stake) = carry(blocked, by: pool, within: pool.usable, policy)
        if count > 0, carried > best?.carried ?? 0 { best = (pool, count, carried, stake) }
        if carried == blocked.count, count > 0 { break }
    }
    guard let best else { return nil }
    var stake = best.stake
    let expected = lately - (blocked.last?.missing ?? .zero)
    if best.count == blocked.count, expected > .zero,
        let extra = best.pool.stake(for: expected),
        let ceiling = scaledDown(best.stake.rawValue, by: policy.lookAheadPerMille, over: 1000)
    {
        let spare = Sun((best.pool.usable - best.stake).rawValue / 4)
        stake = min(stake + min(extra, min(Sun(ceiling), spare)), policy.maximumStake)
    }
    return PlannedDelegation(
        pool: best.pool.id,
        poolAddress: best.pool.address,
        wallet: wallet,
        energy: best.pool.energy(of: stake),
        stake: stake,
        serves: blocked.prefix(best.count).map(\.key),
        leaves: blocked[best.count..<best.carried].map(\.key)
    )
}

/// Energy that a claim does not get.
public struct Shortage: Sendable, Equatable {
    /// Whose.
    public var key: WithdrawalKey
    /// What is missing for it and all before it.
    public var missing: Energy
    /// Why it is short.
    public var reason: ShortageReason
}

/// The claims that are left without energy by what was planned, and why: a claim that a pool has the stake for is held back by
/// the signing limits, any other by what the pools have.
/// - Parameters:
///   - blocked: as it was planned for.
///   - planned: what ``planDelegation(for:blocked:lately:pools:policy:)`` made of it.
///   - pools: as they were before.
public func shortages(
    of blocked: [(key: WithdrawalKey, missing: Energy)],
    beyond planned: PlannedDelegation?,
    pools: [PoolPosition],
    policy: DelegationPolicy
) -> [Shortage] {
    let carried = planned.map { $0.serves.count + $0.leaves.count } ?? 0
    guard carried < blocked.count else { return [] }
    let covered = pools.map { pool in
        let reach = carry(blocked, by: pool, within: pool.delegatable, policy)
        return reach.count > 0 ? reach.carried : 0
    }
    let held = covered.max() ?? 0
    return blocked.enumerated().dropFirst(carried).map { index, claim in
        Shortage(key: claim.key, missing: claim.missing, reason: index < held ? .signingLimit : .poolsExhausted)
    }
}

/// How many claims, in order, a pool can carry with so much stake: with one transaction, and with several.
private func carry(
    _ blocked: [(key: WithdrawalKey, missing: Energy)],
    by pool: PoolPosition,
    within available: Sun,
    _ policy: DelegationPolicy
) -> (count: Int, carried: Int, stake: Sun) {
    var (count, carried) = (0, 0)
    var stake = Sun.zero
    for (index, claim) in blocked.enumerated() {
        guard let needed = stakeWithMargin(claim.missing, pool, policy), needed <= available else { break }
        carried = index + 1
        guard needed <= policy.maximumStake else { continue }
        count = index + 1
        stake = needed
    }
    return (count, carried, stake)
}

private func stakeWithMargin(_ energy: Energy, _ pool: PoolPosition, _ policy: DelegationPolicy) -> Sun? {
    guard let exact = pool.stake(for: energy),
        let padded = scaledUp(exact.rawValue, by: 1000 + policy.stakeMarginPerMille, over: 1000)
    else { return nil }
    return max(Sun(padded), policy.minimumStake)
}
