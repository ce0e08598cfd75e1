public import ChainModel
public import Models

/// Makes transaction bodies that refer to one block and expire alike.
///
/// Take a fresh builder for each signature: a reference taken long before is refused (TAPOS).
public struct TransactionBuilder: Sendable, Hashable {
    /// The block referred to, solidified.
    public var reference: ReferenceBlock
    /// When it is made.
    public var time: Timestamp
    /// How long the transaction may enter a block.
    public var lifetime: Duration
    /// Under which permission it is signed.
    public var permissionID: Int

    /// - Parameters:
    ///   - time: the head block's time, or the injected clock's.
    ///   - lifetime: at most 24 hours; short, because nothing may replace the transaction before its end.
    public init(
        reference: ReferenceBlock,
        time: Timestamp,
        lifetime: Duration = .seconds(60),
        permissionID: Int = 0
    ) {
        self.reference = reference
        self.time = time
        self.lifetime = lifetime
        self.permissionID = permissionID
    }

    /// The last block time at which what it makes may enter a block.
    public var expiration: Timestamp { time + lifetime }

    /// A body with any contract.
    public func body(_ contract: Contract, feeLimit: Sun = .zero, memo: [UInt8] = []) -> TransactionBody {
        TransactionBody(
            contract: contract,
            referenceBlock: reference,
            expiration: expiration,
            timestamp: time,
            feeLimit: feeLimit,
            memo: memo,
            permissionID: permissionID
        )
    }

    /// Delegates stake, without a lock.
    public func delegate(
        _ stake: Sun,
        of owner: TronAddress,
        to receiver: TronAddress,
        _ resource: Resource = .energy
    ) -> TransactionBody {
        body(
            .delegateResource(
                DelegateResource(owner: owner, receiver: receiver, resource: resource, stake: stake)
            )
        )
    }

    /// Takes delegated stake back.
    public func undelegate(
        _ stake: Sun,
        of owner: TronAddress,
        from receiver: TronAddress,
        _ resource: Resource = .energy
    ) -> TransactionBody {
        body(
            .unDelegateResource(
                UnDelegateResource(owner: owner, receiver: receiver, resource: resource, stake: stake)
            )
        )
    }

    /// Moves TRX.
    public func transfer(_ amount: Sun, from owner: TronAddress, to recipient: TronAddress) -> TransactionBody {
        body(.transfer(Transfer(owner: owner, recipient: recipient, amount: amount)))
    }

    /// Moves tokens.
    /// - Parameter feeLimit: must cover all energy at the burn price, staked energy included.
    public func transfer(
        _ amount: TokenAmount,
        of token: TronAddress,
        from owner: TronAddress,
        to recipient: TronAddress,
        feeLimit: Sun
    ) -> TransactionBody {
        call(.transfer(recipient: recipient, amount: amount), of: token, from: owner, feeLimit: feeLimit)
    }

    /// Calls a token.
    /// - Parameter feeLimit: must cover all energy at the burn price, staked energy included.
    public func call(
        _ call: TRC20Call,
        of token: TronAddress,
        from owner: TronAddress,
        feeLimit: Sun
    ) -> TransactionBody {
        body(
            .triggerSmartContract(TriggerSmartContract(owner: owner, contractAddress: token, data: call.data)),
            feeLimit: feeLimit
        )
    }

    /// Stakes TRX.
    public func freeze(_ amount: Sun, of owner: TronAddress, for resource: Resource) -> TransactionBody {
        body(.freezeBalanceV2(FreezeBalanceV2(owner: owner, amount: amount, resource: resource)))
    }

    /// Begins to take stake back.
    public func unfreeze(_ amount: Sun, of owner: TronAddress, for resource: Resource) -> TransactionBody {
        body(.unfreezeBalanceV2(UnfreezeBalanceV2(owner: owner, amount: amount, resource: resource)))
    }
}
