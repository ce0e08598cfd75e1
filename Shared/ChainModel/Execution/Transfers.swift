internal import Models

extension ChainState {
    mutating func transfer(_ contract: Transfer, _ receipt: inout Receipt) throws(Rejection) {
        guard contract.recipient != contract.owner else { throw .invalid("Cannot transfer TRX to yourself.") }
        guard let owner = account(contract.owner) else {
            throw .invalid("Validate TransferContract error, no OwnerAccount.")
        }
        guard contract.amount > .zero else { throw .invalid("Amount must be greater than 0.") }
        let recipient = account(contract.recipient)
        if recipient?.isContract == true { throw .invalid("Cannot transfer TRX to a smartContract.") }
        let fee = recipient == nil ? Sun(parameters.createNewAccountFee) : .zero
        guard let needed = contract.amount.adding(fee) else { throw .invalid("long overflow") }
        guard owner.balance >= needed else {
            throw .invalid("Validate TransferContract error, balance is not sufficient.")
        }
        if let recipient, recipient.balance.adding(contract.amount) == nil { throw .invalid("long overflow") }
        burn(fee, from: contract.owner)
        receipt.fee += fee
        change(contract.owner) { $0.balance -= contract.amount }
        var receiving = recipient ?? Account(contract.recipient, created: now)
        receiving.balance += contract.amount
        put(receiving)
    }

    mutating func trigger(
        _ contract: TriggerSmartContract,
        feeLimit: Sun,
        _ receipt: inout Receipt
    ) throws(Rejection) {
        guard contract.contractAddress == token.address else { throw .invalid("No contract or not a smart contract") }
        guard feeLimit >= .zero, feeLimit.rawValue <= parameters.maxFeeLimit else {
            throw .invalid("feeLimit must be >= 0 and <= \(parameters.maxFeeLimit)")
        }
        guard contract.callValue >= .zero else { throw .invalid("callValue must be >= 0") }
        guard contract.callTokenValue == 0, contract.tokenID == 0 else { throw .invalid("No asset !") }
        let owner = try existing(contract.owner)
        guard owner.balance >= contract.callValue else {
            throw .invalid("Validate InternalTransfer error, balance is not sufficient.")
        }
        let stakedLeft = available(to: owner, .energy)
        let limit = EnergyBudget.limit(
            stakedLeft: stakedLeft,
            balance: owner.balance,
            callValue: contract.callValue,
            feeLimit: feeLimit,
            price: parameters.energyFee
        )
        var after = token
        let outcome = after.call(contract.data, from: contract.owner, value: contract.callValue)
        var used = outcome.energy
        receipt.contract = contract.contractAddress
        receipt.energyPenalty = outcome.penalty
        if outcome.energy > limit {
            used = limit
            receipt.energyPenalty = limit - limit * DynamicEnergy.one / (DynamicEnergy.one + token.energyFactor)
            receipt.result = .outOfEnergy
            receipt.message =
                "Not enough energy for 'SSTORE' operation executing: curInvokeEnergyLimit[\(limit)],"
                + " curOpEnergy[\(outcome.energy)], usedEnergy[\(limit)]"
        } else if outcome.reverted {
            receipt.result = .revert
            receipt.message = "REVERT opcode executed"
        } else {
            token = after
            receipt.result = .success
            receipt.output = outcome.output
            receipt.logs = outcome.logs
        }
        token.energyUsedInCycle += used - receipt.energyPenalty
        let bill = EnergyBudget.bill(used: used, stakedLeft: stakedLeft, price: parameters.energyFee)
        let slot = slot
        let succeeded = receipt.result == .success
        change(contract.owner) { account in
            // A node brings usage up to date before a call runs, and forgets that it did when the call fails.
            if succeeded { account.usage.energy = account.usage.energy.recovered(at: slot) }
            account.usage.energy.use(bill.staked, at: slot)
        }
        burn(bill.burnt, from: contract.owner)
        receipt.energyTotal = used
        receipt.energyUsage = bill.staked
        receipt.energyFee = bill.burnt
        receipt.fee += bill.burnt
    }

    /// What a call would do at this state, without paying or changing anything (`triggerconstantcontract`).
    public func simulate(_ contract: TriggerSmartContract) throws(Rejection) -> CallOutcome {
        guard contract.contractAddress == token.address else { throw .invalid("Smart contract is not exist.") }
        var copy = token
        return copy.call(contract.data, from: contract.owner, value: contract.callValue)
    }
}
