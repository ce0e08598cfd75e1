public import Models

/// What a transaction does. A transaction carries exactly one.
public enum Contract: Sendable, Hashable {
    case transfer(Transfer)
    case voteWitness(VoteWitness)
    case withdrawBalance(WithdrawBalance)
    case triggerSmartContract(TriggerSmartContract)
    case accountPermissionUpdate(AccountPermissionUpdate)
    case freezeBalanceV2(FreezeBalanceV2)
    case unfreezeBalanceV2(UnfreezeBalanceV2)
    case withdrawExpireUnfreeze(WithdrawExpireUnfreeze)
    case delegateResource(DelegateResource)
    case unDelegateResource(UnDelegateResource)
    case cancelAllUnfreezeV2(CancelAllUnfreezeV2)

    /// Its protocol type.
    public var type: ContractType {
        switch self {
        case .transfer: .transfer
        case .voteWitness: .voteWitness
        case .withdrawBalance: .withdrawBalance
        case .triggerSmartContract: .triggerSmartContract
        case .accountPermissionUpdate: .accountPermissionUpdate
        case .freezeBalanceV2: .freezeBalanceV2
        case .unfreezeBalanceV2: .unfreezeBalanceV2
        case .withdrawExpireUnfreeze: .withdrawExpireUnfreeze
        case .delegateResource: .delegateResource
        case .unDelegateResource: .unDelegateResource
        case .cancelAllUnfreezeV2: .cancelAllUnfreezeV2
        }
    }

    /// Whose account acts and whose permission must sign.
    public var owner: TronAddress {
        switch self {
        case .transfer(let contract): contract.owner
        case .voteWitness(let contract): contract.owner
        case .withdrawBalance(let contract): contract.owner
        case .triggerSmartContract(let contract): contract.owner
        case .accountPermissionUpdate(let contract): contract.owner
        case .freezeBalanceV2(let contract): contract.owner
        case .unfreezeBalanceV2(let contract): contract.owner
        case .withdrawExpireUnfreeze(let contract): contract.owner
        case .delegateResource(let contract): contract.owner
        case .unDelegateResource(let contract): contract.owner
        case .cancelAllUnfreezeV2(let contract): contract.owner
        }
    }
}

/// Moves TRX. To an address that does not exist it also creates the account, for a fee.
public struct Transfer: Sendable, Hashable {
    /// Who pays.
    public var owner: TronAddress
    /// Who receives.
    public var recipient: TronAddress
    /// How much.
    public var amount: Sun

    /// Moves `amount` from `owner` to `recipient`.
    public init(owner: TronAddress, recipient: TronAddress, amount: Sun) {
        self.owner = owner
        self.recipient = recipient
        self.amount = amount
    }
}

/// Calls a smart contract.
public struct TriggerSmartContract: Sendable, Hashable {
    /// The caller.
    public var owner: TronAddress
    /// The contract called.
    public var contractAddress: TronAddress
    /// TRX sent along.
    public var callValue: Sun
    /// Selector and arguments.
    public var data: [UInt8]
    /// TRC-10 tokens sent along.
    public var callTokenValue: Int64
    /// Which TRC-10 token.
    public var tokenID: Int64

    /// Calls `contractAddress` with `data`.
    public init(
        owner: TronAddress,
        contractAddress: TronAddress,
        callValue: Sun = .zero,
        data: [UInt8],
        callTokenValue: Int64 = 0,
        tokenID: Int64 = 0
    ) {
        self.owner = owner
        self.contractAddress = contractAddress
        self.callValue = callValue
        self.data = data
        self.callTokenValue = callTokenValue
        self.tokenID = tokenID
    }
}

/// Replaces all permissions of an account.
public struct AccountPermissionUpdate: Sendable, Hashable {
    /// Whose permissions.
    public var owner: TronAddress
    /// The new owner permission; a node refuses the transaction without one.
    public var ownerPermission: Permission?
    /// The new witness permission, of witnesses only.
    public var witnessPermission: Permission?
    /// The new active permissions, at most eight.
    public var activePermissions: [Permission]

    /// Replaces all permissions of `owner`.
    public init(
        owner: TronAddress,
        ownerPermission: Permission?,
        witnessPermission: Permission? = nil,
        activePermissions: [Permission]
    ) {
        self.owner = owner
        self.ownerPermission = ownerPermission
        self.witnessPermission = witnessPermission
        self.activePermissions = activePermissions
    }
}
