public import Models

/// What is signed: a contract, the block it refers to, and until when it may enter a block.
///
/// Its protobuf form, its id and signatures are the codec's part (`Tron`).
public struct TransactionBody: Sendable, Hashable {
    /// What it does.
    public var contract: Contract
    /// A recent block, which ties the transaction to one chain (TAPOS).
    public var referenceBlock: ReferenceBlock
    /// The last block time at which it may enter a block: after the head's time, at most 24 hours later.
    public var expiration: Timestamp
    /// When it was made. Nodes do not check it; it makes otherwise equal transactions differ.
    public var timestamp: Timestamp
    /// The most a contract call may cost in energy, staked energy counted at the burn price. 0 for other contracts.
    public var feeLimit: Sun
    /// A note in `raw.data`; costs the memo fee unless empty.
    public var memo: [UInt8]
    /// Under which permission it is signed: 0 owner, from 2 on active.
    public var permissionID: Int

    /// All fields; the last three default to none.
    public init(
        contract: Contract,
        referenceBlock: ReferenceBlock,
        expiration: Timestamp,
        timestamp: Timestamp,
        feeLimit: Sun = .zero,
        memo: [UInt8] = [],
        permissionID: Int = 0
    ) {
        self.contract = contract
        self.referenceBlock = referenceBlock
        self.expiration = expiration
        self.timestamp = timestamp
        self.feeLimit = feeLimit
        self.memo = memo
        self.permissionID = permissionID
    }
}
