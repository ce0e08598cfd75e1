public import Models

extension OwnStakeOffer {
    /// What pools offer together to one delegation: the most that one of them can delegate, and the worth of all.
    ///
    /// One transaction delegates from one pool, so the largest counts; the margin over the exact stake comes off.
    /// - Parameters:
    ///   - pools: that may serve the partner, net of what is under way.
    ///   - stakes: all stake for energy of each of them, delegated or not, by pool id; a missing one counts what it can
    ///     delegate.
    /// - Returns: `nil` without pools.
    public init?(
        pools: [PoolPosition],
        stakes: [String: Sun],
        policy: DelegationPolicy,
        price: SunPerEnergy,
        bandwidth: Bandwidth
    ) {
        guard !pools.isEmpty else { return nil }
        let usable = pools.map { pool -> Energy in
            let stake = min(pool.usable, policy.maximumStake)
            guard stake >= policy.minimumStake else { return .zero }
            let exact = scaledDown(stake.rawValue, by: 1000, over: 1000 + max(0, policy.stakeMarginPerMille)) ?? 0
            return pool.energy(of: Sun(exact))
        }
        let total = pools.reduce(Energy.zero) { sum, pool in
            sum.adding(pool.energy(of: stakes[pool.id] ?? pool.delegatable)) ?? Energy(Int64.max)
        }
        self.init(usable: usable.max() ?? .zero, total: total, price: price, bandwidth: bandwidth)
    }
}
