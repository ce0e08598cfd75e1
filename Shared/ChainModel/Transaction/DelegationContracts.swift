public import Models

/// Lends what stake yields to another account.
public struct DelegateResource: Sendable, Hashable {
    /// Whose stake.
    public var owner: TronAddress
    /// Who may use it: activated, not a contract, not the owner.
    public var receiver: TronAddress
    /// Which resource.
    public var resource: Resource
    /// Stake, not units of the resource; at least 1 TRX.
    public var stake: Sun
    /// Whether it cannot be taken back before its time.
    public var lock: Bool
    /// Blocks of three seconds; with `lock`, 0 stands for three days.
    public var lockPeriod: Int64

    /// Lends `stake` of `owner` to `receiver`, by default without a lock, so that it can be taken back at any time.
    public init(
        owner: TronAddress,
        receiver: TronAddress,
        resource: Resource,
        stake: Sun,
        lock: Bool = false,
        lockPeriod: Int64 = 0
    ) {
        self.owner = owner
        self.receiver = receiver
        self.resource = resource
        self.stake = stake
        self.lock = lock
        self.lockPeriod = lockPeriod
    }
}

/// Takes lent stake back. Usage comes along pro rata.
public struct UnDelegateResource: Sendable, Hashable {
    /// Whose stake.
    public var owner: TronAddress
    /// Who has it.
    public var receiver: TronAddress
    /// Which resource.
    public var resource: Resource
    /// Stake, not units of the resource.
    public var stake: Sun

    /// Takes `stake` of `owner` back from `receiver`.
    public init(owner: TronAddress, receiver: TronAddress, resource: Resource, stake: Sun) {
        self.owner = owner
        self.receiver = receiver
        self.resource = resource
        self.stake = stake
    }
}
