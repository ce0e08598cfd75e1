/// The kinds of contract Busbar builds or reads. The raw value is the protocol's `ContractType`.
public enum ContractType: Int, Sendable, Hashable, CaseIterable {
    case transfer = 1
    case voteWitness = 4
    case withdrawBalance = 13
    case triggerSmartContract = 31
    case accountPermissionUpdate = 46
    case freezeBalanceV2 = 54
    case unfreezeBalanceV2 = 55
    case withdrawExpireUnfreeze = 56
    case delegateResource = 57
    case unDelegateResource = 58
    case cancelAllUnfreezeV2 = 59

    /// The name of the protobuf message that carries it, which is also `type` in the node's JSON.
    public var messageName: String {
        switch self {
        case .transfer: "TransferContract"
        case .voteWitness: "VoteWitnessContract"
        case .withdrawBalance: "WithdrawBalanceContract"
        case .triggerSmartContract: "TriggerSmartContract"
        case .accountPermissionUpdate: "AccountPermissionUpdateContract"
        case .freezeBalanceV2: "FreezeBalanceV2Contract"
        case .unfreezeBalanceV2: "UnfreezeBalanceV2Contract"
        case .withdrawExpireUnfreeze: "WithdrawExpireUnfreezeContract"
        case .delegateResource: "DelegateResourceContract"
        case .unDelegateResource: "UnDelegateResourceContract"
        case .cancelAllUnfreezeV2: "CancelAllUnfreezeV2Contract"
        }
    }

    /// The type with this message name.
    /// - Returns: `nil` for any other name.
    public init?(messageName: some StringProtocol) {
        guard let type = Self.allCases.first(where: { $0.messageName == messageName }) else { return nil }
        self = type
    }

    /// What `Any.type_url` says of it.
    public var typeURL: String { "type.googleapis.com/protocol." + messageName }

    /// Delegating and reclaiming: what the allocator's permission of a pool allows.
    public static let delegating: Set<ContractType> = [.delegateResource, .unDelegateResource]

    /// Staking and what belongs to it: what the treasurer's permission of a pool allows.
    public static let staking: Set<ContractType> = [
        .freezeBalanceV2, .unfreezeBalanceV2, .withdrawExpireUnfreeze, .cancelAllUnfreezeV2, .voteWitness,
        .withdrawBalance,
    ]
}

extension Permission {
    /// The 32 bytes that allow these contract types.
    public static func operations(allowing types: Set<ContractType>) -> [UInt8] {
        operations(allowing: types.map(\.rawValue))
    }
}
