internal import HashTreeCollections
public import Models

/// All that the chain knows at one block: accounts, delegations, the token, parameters.
///
/// A value: a copy costs nothing and shares its structure, so that each recent block keeps the state it led to.
public struct ChainState: Sendable {
    /// Block time of the head, which is "now" for every rule.
    public internal(set) var now: Timestamp
    /// Number of the head block.
    public internal(set) var number: Int64 = 0
    /// The chain's own settings.
    public internal(set) var parameters: ChainParameters
    /// What one energy has cost, oldest first.
    public internal(set) var energyPrices: [PriceStep]
    /// What one byte has cost, oldest first.
    public internal(set) var bandwidthPrices: [PriceStep]
    /// The token.
    public internal(set) var token: TokenContract
    /// The energy rental market, where there is one.
    public internal(set) var rentals: RentalMarket?
    /// The witnesses, who take turns in making blocks.
    public let witnesses: [TronAddress]
    /// Stake of everyone who is not simulated, in whole TRX.
    public internal(set) var foreignWeight: PerResource<Int64>
    /// Stake of the accounts here, in whole TRX, each account's cut to whole TRX.
    public internal(set) var ownWeight = PerResource<Int64>(0)
    /// TRX ever put into circulation here: funded, and paid as voting rewards.
    public internal(set) var issued = Sun.zero
    /// TRX burnt for energy, bandwidth and fees.
    public internal(set) var burnt = Sun.zero
    /// Governance proposals, newest last.
    public internal(set) var proposals: [Proposal] = []
    /// The next maintenance boundary.
    public internal(set) var nextMaintenance: Timestamp

    var accountsByAddress = TreeDictionary<TronAddress, Account>()
    var delegationsByPair = TreeDictionary<DelegationPair, DelegationRecord>()
    var receivers = TreeDictionary<TronAddress, TreeSet<TronAddress>>()
    var delegators = TreeDictionary<TronAddress, TreeSet<TronAddress>>()

    /// An empty chain.
    /// - Parameters:
    ///   - foreignWeight: stake of everyone who is not simulated, in whole TRX.
    ///   - token: the token, still without holders.
    ///   - rentals: the energy rental market, still without rentals and stake.
    public init(
        at now: Timestamp,
        parameters: ChainParameters,
        foreignWeight: PerResource<Int64>,
        token: TokenContract,
        witnesses: [TronAddress],
        rentals: RentalMarket? = nil
    ) {
        self.now = now
        self.parameters = parameters
        self.foreignWeight = foreignWeight
        self.token = token
        self.witnesses = witnesses
        self.rentals = rentals
        let start = Timestamp(milliseconds: 0)
        energyPrices = [PriceStep(since: start, price: parameters.energyFee)]
        bandwidthPrices = [PriceStep(since: start, price: parameters.transactionFee)]
        let interval = max(1, parameters.maintenanceInterval)
        nextMaintenance = Timestamp(milliseconds: (now.milliseconds / interval + 1) * interval)
        accountsByAddress[token.address] = Account(token.address, created: now, isContract: true)
        accountsByAddress[token.creator] = Account(token.creator, created: now)
        for witness in witnesses { accountsByAddress[witness] = Account(witness, created: now) }
        if let rentals {
            accountsByAddress[rentals.address] = Account(rentals.address, created: now, isContract: true)
            for address in [rentals.creator, rentals.liquidator] where accountsByAddress[address] == nil {
                accountsByAddress[address] = Account(address, created: now)
            }
        }
    }

    /// The slot of the head block.
    public var slot: Int64 { ResourceUsage.slot(ofMilliseconds: now.milliseconds) }

    /// The account, or `nil` when it was never activated.
    public func account(_ address: TronAddress) -> Account? { accountsByAddress[address] }

    /// Every account, in no order.
    public var accounts: some Sequence<Account> { accountsByAddress.lazy.map(\.value) }

    /// What one account has delegated to another, or `nil`.
    public func delegation(from owner: TronAddress, to receiver: TronAddress) -> DelegationRecord? {
        delegationsByPair[DelegationPair(from: owner, to: receiver)]
    }

    /// Every delegation, in no order.
    public var delegations: some Sequence<(pair: DelegationPair, record: DelegationRecord)> {
        delegationsByPair.lazy.map { (pair: $0.key, record: $0.value) }
    }

    /// Whom this account delegates to.
    public func receivers(of owner: TronAddress) -> [TronAddress] { receivers[owner]?.sorted() ?? [] }

    /// Who delegates to this account.
    public func delegators(to receiver: TronAddress) -> [TronAddress] { delegators[receiver]?.sorted() ?? [] }

    /// The network's limit and weight of a resource.
    public func totals(_ resource: Resource) -> ResourceTotals {
        ResourceTotals(
            limit: resource == .energy ? parameters.totalEnergyLimit : parameters.totalNetLimit,
            weight: foreignWeight[resource] + ownWeight[resource]
        )
    }

    /// What the account's stake, own and acquired, yields in 24 hours.
    public func limit(of account: Account, _ resource: Resource) -> Int64 {
        totals(resource).limit(forStake: account.effectiveStake(resource))
    }

    /// What the account can use now without burning TRX; never negative.
    public func available(to account: Account, _ resource: Resource) -> Int64 {
        max(0, limit(of: account, resource) - account.usage[resource].remaining(at: slot))
    }

    /// The most the account may delegate now, as `getcandelegatedmaxsize` says: less than 1 TRX counts as nothing.
    public func delegatableMaximum(of account: Account, _ resource: Resource) -> Sun {
        var usage = account.usage[resource].recovered(at: slot).used
        if resource == .bandwidth {
            usage += Delegation.bandwidthOfDelegation(
                staked: account.staked.bandwidth,
                maxLockPeriod: parameters.maxDelegateLockPeriod
            )
        }
        let maximum = Delegation.maximum(
            staked: account.staked[resource],
            usage: usage,
            acquired: account.acquired[resource],
            totals: totals(resource)
        )
        return maximum < Delegation.minimum ? .zero : maximum
    }

    /// Whether the address is a contract here.
    public func isContract(_ address: TronAddress) -> Bool { accountsByAddress[address]?.isContract ?? false }
}
