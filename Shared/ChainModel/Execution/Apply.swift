public import Models

extension ChainState {
    /// Applies a transaction to this state: signatures, bandwidth, fees, then what it does. Reference block, expiration,
    /// size and duplicates are the block chain's part and have been checked.
    ///
    /// The order is the node's (java-tron `Manager.processTransaction`): bandwidth and fees are paid before the contract
    /// is validated, so that a transfer of the whole balance fails.
    /// - Parameters:
    ///   - block: the block it goes into.
    ///   - time: that block's time. Rules look at ``now``, the time of the block before.
    /// - Throws: why it is refused; the state is unchanged then.
    public mutating func apply(
        _ transaction: ChainTransaction,
        block: Int64,
        time: Timestamp
    ) throws(Rejection) -> Receipt {
        try checkSignatures(transaction)
        var next = self
        var receipt = Receipt(id: transaction.id, block: block, time: time)
        let owner = transaction.body.contract.owner
        try next.payBandwidth(transaction, &receipt)
        if transaction.signers.count > 1 {
            try next.payFee(parameters.multiSignFee, owner, "multiSign", &receipt)
        }
        if !transaction.body.memo.isEmpty {
            try next.payFee(parameters.memoFee, owner, "memo fee", &receipt)
        }
        try next.execute(transaction.body, &receipt)
        next.change(owner) { $0.lastOperation = now }
        self = next
        return receipt
    }

    /// Checks that the contract would be valid now, without paying for bandwidth or fees: what a node does before it
    /// builds a transaction.
    public func validate(_ body: TransactionBody) throws(Rejection) {
        var copy = self
        guard let id = TransactionID(bytes: [UInt8](repeating: 0, count: 32)) else { return }
        var receipt = Receipt(id: id, block: number + 1, time: now)
        try copy.execute(body, &receipt)
    }

    private mutating func payFee(
        _ fee: Int64,
        _ owner: TronAddress,
        _ purpose: String,
        _ receipt: inout Receipt
    ) throws(Rejection) {
        guard let account = account(owner), account.balance >= Sun(fee) else {
            throw Rejection(.bandwidth, "account \(owner) insufficient balance[\(fee)] to \(purpose)")
        }
        burn(Sun(fee), from: owner)
        receipt.fee += Sun(fee)
    }

    private mutating func payBandwidth(
        _ transaction: ChainTransaction,
        _ receipt: inout Receipt
    ) throws(Rejection) {
        let bytes = Int64(transaction.size) + BandwidthCharge.resultBytes
        let owner = transaction.body.contract.owner
        guard let account = account(owner) else { throw .invalid("account [\(owner)] does not exist") }
        let stakedLeft = limit(of: account, .bandwidth) - account.usage.bandwidth.remaining(at: slot)
        if case .transfer(let transfer) = transaction.body.contract, self.account(transfer.recipient) == nil {
            try payCreation(bytes, account, stakedLeft, &receipt)
            return
        }
        let charge = BandwidthCharge.of(
            bytes: bytes,
            stakedLeft: stakedLeft,
            freeLeft: parameters.freeNetLimit - account.freeBandwidth.remaining(at: slot),
            balance: account.balance,
            pricePerByte: parameters.transactionFee
        )
        let slot = slot
        switch charge {
        case .staked:
            change(owner) { $0.usage.bandwidth.use(bytes, at: slot) }
            receipt.netUsage = bytes
        case .free:
            change(owner) { $0.freeBandwidth.use(bytes, at: slot) }
            receipt.netUsage = bytes
        case .burnt(let fee):
            burn(fee, from: owner)
            receipt.netFee = fee
            receipt.fee += fee
        case .unaffordable(let fee):
            throw Rejection(.bandwidth, "account [\(owner)] has insufficient bandwidth[\(bytes)] and balance[\(fee)]")
        }
    }

    /// A transfer that creates an account pays with staked bandwidth or a fixed fee; free bandwidth does not count.
    private mutating func payCreation(
        _ bytes: Int64,
        _ account: Account,
        _ stakedLeft: Int64,
        _ receipt: inout Receipt
    ) throws(Rejection) {
        let fee = Sun(parameters.createAccountFee)
        let slot = slot
        if bytes <= stakedLeft {
            change(account.address) { $0.usage.bandwidth.use(bytes, at: slot) }
            receipt.netUsage = bytes
        } else if account.balance >= fee {
            burn(fee, from: account.address)
            receipt.netFee = fee
            receipt.fee += fee
        } else {
            throw Rejection(
                .bandwidth,
                "account [\(account.address)] has insufficient bandwidth[\(bytes)] and balance[\(fee)] to create new account"
            )
        }
    }

    private mutating func execute(_ body: TransactionBody, _ receipt: inout Receipt) throws(Rejection) {
        switch body.contract {
        case .transfer(let contract): try transfer(contract, &receipt)
        case .triggerSmartContract(let contract): try trigger(contract, feeLimit: body.feeLimit, &receipt)
        case .freezeBalanceV2(let contract): try freeze(contract)
        case .unfreezeBalanceV2(let contract): try unfreeze(contract, &receipt)
        case .withdrawExpireUnfreeze(let contract): try withdrawExpired(contract, &receipt)
        case .cancelAllUnfreezeV2(let contract): try cancelUnfreezing(contract, &receipt)
        case .delegateResource(let contract): try delegate(contract)
        case .unDelegateResource(let contract): try reclaim(contract)
        case .accountPermissionUpdate(let contract): try updatePermissions(contract, &receipt)
        case .voteWitness(let contract): try vote(contract)
        case .withdrawBalance(let contract): try withdrawReward(contract, &receipt)
        }
    }

    /// The owner's account, or the node's words for its absence.
    func existing(_ address: TronAddress) throws(Rejection) -> Account {
        guard let account = account(address) else {
            throw .invalid("Account[\(address.hex)] does not exist")
        }
        return account
    }
}
