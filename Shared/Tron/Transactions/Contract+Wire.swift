internal import ChainModel
internal import FoundationEssentials
internal import Models
internal import SwiftProtobuf

extension Contract {
    /// The contract's own message in protobuf, without the `Any` around it.
    var wireBytes: [UInt8] {
        switch self {
        case .transfer(let contract): contract.wire.wireBytes
        case .voteWitness(let contract): contract.wire.wireBytes
        case .withdrawBalance(let contract):
            WireWithdrawBalanceContract.with { $0.ownerAddress = contract.owner.data }.wireBytes
        case .triggerSmartContract(let contract): contract.wire.wireBytes
        case .accountPermissionUpdate(let contract): contract.wire.wireBytes
        case .freezeBalanceV2(let contract): contract.wire.wireBytes
        case .unfreezeBalanceV2(let contract): contract.wire.wireBytes
        case .withdrawExpireUnfreeze(let contract):
            WireWithdrawExpireUnfreezeContract.with { $0.ownerAddress = contract.owner.data }.wireBytes
        case .delegateResource(let contract): contract.wire.wireBytes
        case .unDelegateResource(let contract): contract.wire.wireBytes
        case .cancelAllUnfreezeV2(let contract):
            WireCancelAllUnfreezeV2Contract.with { $0.ownerAddress = contract.owner.data }.wireBytes
        }
    }

    init(type: ContractType, wireBytes bytes: Data) throws(TransactionDecodingError) {
        switch type {
        case .transfer: self = .transfer(try Transfer(WireTransferContract.read(bytes)))
        case .voteWitness: self = .voteWitness(try VoteWitness(WireVoteWitnessContract.read(bytes)))
        case .withdrawBalance:
            let owner = try WireWithdrawBalanceContract.read(bytes).ownerAddress
            self = .withdrawBalance(WithdrawBalance(owner: try TronAddress(owner, field: "owner_address")))
        case .triggerSmartContract:
            self = .triggerSmartContract(try TriggerSmartContract(WireTriggerSmartContract.read(bytes)))
        case .accountPermissionUpdate:
            self = .accountPermissionUpdate(
                try AccountPermissionUpdate(WireAccountPermissionUpdateContract.read(bytes))
            )
        case .freezeBalanceV2: self = .freezeBalanceV2(try FreezeBalanceV2(WireFreezeBalanceV2Contract.read(bytes)))
        case .unfreezeBalanceV2:
            self = .unfreezeBalanceV2(try UnfreezeBalanceV2(WireUnfreezeBalanceV2Contract.read(bytes)))
        case .withdrawExpireUnfreeze:
            let owner = try WireWithdrawExpireUnfreezeContract.read(bytes).ownerAddress
            self = .withdrawExpireUnfreeze(
                WithdrawExpireUnfreeze(owner: try TronAddress(owner, field: "owner_address"))
            )
        case .delegateResource:
            self = .delegateResource(try DelegateResource(WireDelegateResourceContract.read(bytes)))
        case .unDelegateResource:
            self = .unDelegateResource(try UnDelegateResource(WireUnDelegateResourceContract.read(bytes)))
        case .cancelAllUnfreezeV2:
            let owner = try WireCancelAllUnfreezeV2Contract.read(bytes).ownerAddress
            self = .cancelAllUnfreezeV2(CancelAllUnfreezeV2(owner: try TronAddress(owner, field: "owner_address")))
        }
    }
}

extension Transfer {
    fileprivate var wire: WireTransferContract {
        .with {
            $0.ownerAddress = owner.data
            $0.toAddress = recipient.data
            $0.amount = amount.rawValue
        }
    }

    fileprivate init(_ wire: WireTransferContract) throws(TransactionDecodingError) {
        self.init(
            owner: try TronAddress(wire.ownerAddress, field: "owner_address"),
            recipient: try TronAddress(wire.toAddress, field: "to_address"),
            amount: Sun(rawValue: wire.amount)
        )
    }
}

extension TriggerSmartContract {
    fileprivate var wire: WireTriggerSmartContract {
        .with {
            $0.ownerAddress = owner.data
            $0.contractAddress = contractAddress.data
            $0.callValue = callValue.rawValue
            $0.data = Data(data)
            $0.callTokenValue = callTokenValue
            $0.tokenID = tokenID
        }
    }

    fileprivate init(_ wire: WireTriggerSmartContract) throws(TransactionDecodingError) {
        self.init(
            owner: try TronAddress(wire.ownerAddress, field: "owner_address"),
            contractAddress: try TronAddress(wire.contractAddress, field: "contract_address"),
            callValue: Sun(rawValue: wire.callValue),
            data: Array(wire.data),
            callTokenValue: wire.callTokenValue,
            tokenID: wire.tokenID
        )
    }
}
