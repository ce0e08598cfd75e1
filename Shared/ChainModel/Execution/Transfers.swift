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
        guard isCallable(contract.contractAddress) else { throw .invalid("No contract or not a smart contract") }
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
        var after = self
        let outcome = after.call(contract)
        let isToken = contract.contractAddress == token.address
        var used = outcome.energy
        receipt.contract = contract.contractAddress
        receipt.energyPenalty = outcome.penalty
        if outcome.energy > limit {
            used = limit
            let factor = isToken ? token.energyFactor : 0
            receipt.energyPenalty = limit - limit * DynamicEnergy.one / (DynamicEnergy.one + factor)
            receipt.result = .outOfEnergy
            receipt.message =
                "Not enough energy for 'SSTORE' operation executing: curInvokeEnergyLimit[\(limit)],"
                + " curOpEnergy[\(outcome.energy)], usedEnergy[\(limit)]"
        } else if outcome.reverted {
            receipt.result = .revert
            receipt.message = "REVERT opcode executed"
        } else {
            self = after
            receipt.result = .success
            receipt.output = outcome.output
            receipt.logs = outcome.logs
        }
        if isToken { token.energyUsedInCycle += used - receipt.energyPenalty }
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
        guard isCallable(contract.contractAddress) else { throw .invalid("Smart contract is not exist.") }
        guard contract.callValue >= .zero, contract.callValue <= account(contract.owner)?.balance ?? .zero else {
            throw .invalid("Validate InternalTransfer error, balance is not sufficient.")
        }
        var copy = self
        return copy.call(contract)
    }

    private func isCallable(_ address: TronAddress) -> Bool { address == token.address || address == rentals?.address }

    /// Runs a call on this state, moving the TRX sent along first. When it reverts the caller drops the state.
    private mutating func call(_ contract: TriggerSmartContract) -> CallOutcome {
        guard let market = rentals, contract.contractAddress == market.address else {
            return token.call(contract.data, from: contract.owner, value: contract.callValue)
        }
        if contract.callValue > .zero {
            change(contract.owner) { $0.balance -= contract.callValue }
            change(market.address) { $0.balance += contract.callValue }
        }
        return callMarket(contract.data, from: contract.owner, value: contract.callValue)
    }
}
