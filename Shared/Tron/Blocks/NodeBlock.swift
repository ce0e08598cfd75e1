public import ChainModel
public import Models

/// A block's place in the chain.
public struct BlockSummary: Sendable, Hashable {
    /// Its id, which contains its number.
    public var id: BlockID
    /// The block before it.
    public var parent: BlockID
    /// Its time.
    public var time: Timestamp
    /// Who made it.
    public var witness: TronAddress?

    /// All fields.
    public init(id: BlockID, parent: BlockID, time: Timestamp, witness: TronAddress? = nil) {
        self.id = id
        self.parent = parent
        self.time = time
        self.witness = witness
    }

    /// Its height.
    public var number: Int64 { id.number }
}

/// A block as a node shows it.
public struct NodeBlock: Sendable, Hashable {
    /// Its place in the chain.
    public var summary: BlockSummary
    /// Its transactions in order; empty when only the header was asked for.
    public var transactions: [IncludedTransaction]
}

/// A transaction as a node shows it, in a block or alone.
public struct IncludedTransaction: Sendable, Hashable {
    /// Its id.
    public var id: TransactionID
    /// `raw_data`, byte for byte; empty when the node did not give it.
    public var rawBytes: [UInt8]
    /// What it does, or `nil` when its contract is of a type that Busbar does not read.
    public var body: TransactionBody?
    /// The contract's name in the protocol, such as `TriggerSmartContract`.
    public var contractName: String
    /// Its signatures.
    public var signatures: [[UInt8]]
    /// How it ended: `SUCCESS`, `REVERT`, `OUT_OF_ENERGY` …, or `nil` while it is in no block.
    public var result: String?

    /// Whether its contract was carried out.
    public var succeeded: Bool { result == "SUCCESS" }

    /// A token call it makes, whether it succeeded or not.
    public var tokenCall: (token: TronAddress, caller: TronAddress, call: TRC20Call)? {
        guard case .triggerSmartContract(let contract) = body?.contract, let call = TRC20Call(data: contract.data)
        else { return nil }
        return (contract.contractAddress, contract.owner, call)
    }
}

/// A node's two ends of the chain (`getnodeinfo`).
public struct ChainEnds: Sendable, Hashable {
    /// The newest block.
    public var head: BlockID
    /// The newest solidified block.
    public var solid: BlockID
}
