public import ChainModel
public import Models

/// An account as a node shows it (`getaccount`). Usage is recovered to the node's present block.
public struct AccountState: Sendable, Hashable {
    /// TRX on its way out of stake.
    public struct Unfreezing: Sendable, Hashable {
        /// Staked for what; `nil` for voting power alone.
        public var resource: Resource?
        /// How much.
        public var amount: Sun
        /// When it may be withdrawn.
        public var due: Timestamp
    }

    /// Votes for one block producer.
    public struct Vote: Sendable, Hashable {
        /// The producer.
        public var witness: TronAddress
        /// How many votes.
        public var count: Int64
    }

    /// Its address.
    public var address: TronAddress
    /// Its TRX.
    public var balance: Sun
    /// When it was activated.
    public var created: Timestamp?
    /// Whether it is a smart contract, which can receive no delegation.
    public var isContract: Bool
    /// Own stake (2.0) that is not delegated out.
    public var staked: PerResource<Sun>
    /// Own stake (2.0) that others use.
    public var delegatedOut: PerResource<Sun>
    /// Stake (2.0) of others that this account uses.
    public var acquired: PerResource<Sun>
    /// Units used and not yet recovered.
    public var usage: PerResource<Int64>
    /// Slots of three seconds over which usage recovers.
    public var window: PerResource<Int64>
    /// Free bandwidth used.
    public var freeBandwidthUsed: Bandwidth
    /// TRX on its way out of stake.
    public var unfreezing: [Unfreezing]
    /// Voting rewards not yet taken.
    public var allowance: Sun
    /// When rewards were last taken.
    public var lastWithdrawal: Timestamp?
    /// Its votes.
    public var votes: [Vote]
    /// The owner permission; `nil` stands for the account's own key.
    public var ownerPermission: Permission?
    /// The active permissions.
    public var activePermissions: [Permission]
}
