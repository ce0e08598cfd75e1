public import Models

/// One account of the chain, as the protocol's `Account` message has it.
public struct Account: Sendable, Hashable {
    /// A withdrawal from stake on its way: it matures at ``expires``.
    public struct Unfreezing: Sendable, Hashable {
        /// What was staked for.
        public var resource: Resource
        /// How much comes free.
        public var amount: Sun
        /// When it may be withdrawn.
        public var expires: Timestamp
    }

    /// Whose account.
    public let address: TronAddress
    /// Contracts cannot sign and cannot receive delegations.
    public var isContract: Bool
    /// Block time of its creation.
    public let created: Timestamp
    /// Spendable TRX.
    public var balance: Sun
    /// Own stake that is not delegated out (`frozenV2`).
    public var staked: PerResource<Sun>
    /// Own stake delegated to others.
    public var delegated: PerResource<Sun>
    /// Stake others have delegated to this account.
    public var acquired: PerResource<Sun>
    /// Use of staked resources.
    public var usage: PerResource<ResourceUsage>
    /// Use of the free daily bandwidth.
    public var freeBandwidth: FreeBandwidth
    /// Withdrawals from stake on their way, at most ``maximumUnfreezing``.
    public var unfreezing: [Unfreezing]
    /// The votes cast.
    public var votes: [VoteWitness.Vote]
    /// Voting rewards to be withdrawn.
    public var allowance: Sun
    /// Block time of the last withdrawal of rewards.
    public var lastWithdrawal: Timestamp
    /// Block time of the last transaction.
    public var lastOperation: Timestamp
    /// Permission 0.
    public var owner: Permission
    /// Permissions from 2 on.
    public var actives: [Permission]

    /// How many withdrawals from stake may be on their way at once.
    public static let maximumUnfreezing = 32

    /// A new account with default permissions.
    public init(_ address: TronAddress, created: Timestamp, isContract: Bool = false) {
        self.address = address
        self.isContract = isContract
        self.created = created
        balance = .zero
        staked = PerResource(.zero)
        delegated = PerResource(.zero)
        acquired = PerResource(.zero)
        usage = PerResource(ResourceUsage())
        freeBandwidth = FreeBandwidth()
        unfreezing = []
        votes = []
        allowance = .zero
        lastWithdrawal = Timestamp(milliseconds: 0)
        lastOperation = Timestamp(milliseconds: 0)
        owner = .owner(of: address)
        actives = [.active(of: address)]
    }

    /// All stake that yields limit here: own and acquired, without what is delegated out.
    public func effectiveStake(_ resource: Resource) -> Sun { staked[resource] + acquired[resource] }

    /// What this account adds to the network's weight: own stake with what is delegated out, in whole TRX.
    public func weight(_ resource: Resource) -> Int64 {
        (staked[resource] + delegated[resource]).rawValue / Sun.trx.rawValue
    }

    /// Votes the account may cast, in sun: all own stake, delegated out or not.
    public var tronPower: Sun {
        staked.bandwidth + staked.energy + delegated.bandwidth + delegated.energy
    }

    /// The permission of that id, or `nil`.
    public func permission(_ id: Int) -> Permission? {
        id == 0 ? owner : actives.first { $0.id == id }
    }

    /// What has matured by `now`.
    public func withdrawable(at now: Timestamp) -> Sun {
        unfreezing.reduce(.zero) { $1.expires <= now ? $0 + $1.amount : $0 }
    }
}

/// Use of the free daily bandwidth. Its window is always 24 hours.
///
/// Source: java-tron `BandwidthProcessor.useFreeNet`.
public struct FreeBandwidth: Sendable, Hashable {
    /// Bytes in use as of ``slot``.
    public var used: Int64
    /// The slot of the last change.
    public var slot: Int64

    /// Bytes in use as of `slot`.
    public init(used: Int64 = 0, slot: Int64 = 0) {
        self.used = used
        self.slot = slot
    }

    /// What remains in use at slot `now`.
    public func remaining(at now: Int64) -> Int64 { ResourceUsage(used: used, slot: slot).remaining(at: now) }

    /// Books `bytes` at slot `now`.
    public mutating func use(_ bytes: Int64, at now: Int64) {
        var usage = ResourceUsage(used: remaining(at: now), slot: now)
        usage.use(bytes, at: now)
        used = usage.used
        slot = now
    }
}
