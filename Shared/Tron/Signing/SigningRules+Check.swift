public import ChainModel
public import Models

extension SigningRules {
    /// Passes what is allowed.
    /// - Throws: the first rule that is broken.
    public func check(_ body: TransactionBody) throws(SigningRefusal) {
        guard contracts.contains(body.contract.type) else { throw .contract(body.contract.type) }
        guard owners.contains(body.contract.owner) else { throw .owner(body.contract.owner) }
        guard body.permissionID == permissionID else { throw .permission(body.permissionID, expected: permissionID) }
        guard allowsMemo || body.memo.isEmpty else { throw .memo }
        guard body.feeLimit >= .zero, body.feeLimit <= maximumFeeLimit else {
            throw .feeLimit(body.feeLimit, maximum: maximumFeeLimit)
        }
        try check(body.contract)
    }

    private func check(_ contract: Contract) throws(SigningRefusal) {
        switch contract {
        case .transfer(let transfer):
            try check(destination: transfer.recipient)
            try check(amount: transfer.amount)
        case .delegateResource(let delegation):
            try check(destination: delegation.receiver)
            try check(amount: delegation.stake)
            guard allowsLock || (!delegation.lock && delegation.lockPeriod == 0) else { throw .lock }
        case .unDelegateResource(let reclaim): try check(amount: reclaim.stake)
        case .freezeBalanceV2(let freeze): try check(amount: freeze.amount)
        case .unfreezeBalanceV2(let unfreeze): try check(amount: unfreeze.amount)
        case .triggerSmartContract(let call): try check(call)
        case .voteWitness, .withdrawBalance, .withdrawExpireUnfreeze, .cancelAllUnfreezeV2, .accountPermissionUpdate:
            break
        }
    }

    /// Passes a claim of energy for someone who may get it.
    public func check(claimFor receiver: TronAddress) throws(SigningRefusal) {
        guard beneficiaries.contains(receiver) else { throw .destination(receiver) }
    }

    private func check(_ call: TriggerSmartContract, maximumStake: Sun) throws(SigningRefusal) {
        guard call.callTokenValue == 0, call.tokenID == 0, let rental = RentalCall(data: call.data) else { throw .call }
        switch rental {
        case .rent(let receiver, let stake):
            guard beneficiaries.contains(receiver) else { throw .destination(receiver) }
            guard stake <= maximumStake else { throw .amount(stake, maximum: maximumStake) }
            try check(amount: call.callValue)
        case .giveBack:
            guard call.callValue == .zero else { throw .call }
        }
    }

    private func check(_ call: TriggerSmartContract) throws(SigningRefusal) {
        if let maximumStake = rentals[call.contractAddress] { return try check(call, maximumStake: maximumStake) }
        guard let maximum = tokens[call.contractAddress] else { throw .token(call.contractAddress) }
        guard call.callValue == .zero, call.callTokenValue == 0, call.tokenID == 0,
            let tokenCall = TRC20Call(data: call.data), tokenCall.data == call.data
        else { throw .call }
        switch tokenCall {
        case .transfer(let recipient, let amount):
            try check(destination: recipient)
            try check(amount, maximum: maximum)
        case .transferFrom(let sender, let recipient, let amount):
            guard owners.contains(sender) else { throw .owner(sender) }
            try check(destination: recipient)
            try check(amount, maximum: maximum)
        case .approve(let spender, let amount):
            try check(destination: spender)
            try check(amount, maximum: maximum)
        case .balanceOf, .allowance: throw .call
        }
    }

    private func check(destination: TronAddress) throws(SigningRefusal) {
        guard destinations.contains(destination) else { throw .destination(destination) }
    }

    private func check(amount: Sun) throws(SigningRefusal) {
        guard amount >= .zero, amount <= maximumAmount else { throw .amount(amount, maximum: maximumAmount) }
    }

    private func check(_ amount: Word, maximum: TokenAmount) throws(SigningRefusal) {
        guard let tokenAmount = amount.tokenAmount, tokenAmount <= maximum else {
            throw .tokenAmount(amount.tokenAmount, maximum: maximum)
        }
    }
}
