public import Models

/// Stakes TRX for a resource (Stake 2.0).
public struct FreezeBalanceV2: Sendable, Hashable {
    /// Who stakes.
    public var owner: TronAddress
    /// How much, at least 1 TRX.
    public var amount: Sun
    /// For what.
    public var resource: Resource

    /// Stakes `amount` of `owner` for `resource`.
    public init(owner: TronAddress, amount: Sun, resource: Resource) {
        self.owner = owner
        self.amount = amount
        self.resource = resource
    }
}

/// Begins to take stake back; it comes free after the network's delay (14 days).
public struct UnfreezeBalanceV2: Sendable, Hashable {
    /// Whose stake.
    public var owner: TronAddress
    /// How much of what is not delegated.
    public var amount: Sun
    /// Staked for what.
    public var resource: Resource

    /// Begins to take `amount` of `owner` back.
    public init(owner: TronAddress, amount: Sun, resource: Resource) {
        self.owner = owner
        self.amount = amount
        self.resource = resource
    }
}

/// Moves unstaked TRX whose delay is over to the balance.
public struct WithdrawExpireUnfreeze: Sendable, Hashable {
    /// Whose.
    public var owner: TronAddress

    /// Moves what is due to the balance of `owner`.
    public init(owner: TronAddress) { self.owner = owner }
}

/// Stakes again what is being unstaked, and withdraws what is due.
public struct CancelAllUnfreezeV2: Sendable, Hashable {
    /// Whose.
    public var owner: TronAddress

    /// Cancels all pending unstaking of `owner`.
    public init(owner: TronAddress) { self.owner = owner }
}

/// Votes for block producers; replaces all earlier votes.
public struct VoteWitness: Sendable, Hashable {
    /// A producer and votes for it; 1 TRX of stake is one vote.
    public struct Vote: Sendable, Hashable {
        /// The producer.
        public var witness: TronAddress
        /// Votes.
        public var count: Int64

        /// `count` votes for `witness`.
        public init(witness: TronAddress, count: Int64) {
            self.witness = witness
            self.count = count
        }
    }

    /// Who votes.
    public var owner: TronAddress
    /// The whole new list.
    public var votes: [Vote]

    /// Replaces the votes of `owner`.
    public init(owner: TronAddress, votes: [Vote]) {
        self.owner = owner
        self.votes = votes
    }
}

/// Takes voting rewards, at most once in 24 hours.
public struct WithdrawBalance: Sendable, Hashable {
    /// Whose.
    public var owner: TronAddress

    /// Takes the rewards of `owner`.
    public init(owner: TronAddress) { self.owner = owner }
}
