public import ChainModel
public import Models

extension TronNode {
    /// The newest block with its transactions.
    public func latestBlock(in view: StateView = .head) async throws(NodeError) -> NodeBlock {
        let path = view.path("getnowblock")
        return try NodeBlock(checked: try await require(WireBlock.self, path), path: path)
    }

    /// A block with its transactions, or `nil` when the node has none at this height.
    public func block(_ number: Int64, in view: StateView = .head) async throws(NodeError) -> NodeBlock? {
        let path = view.path("getblockbynum")
        guard let wire = try await ask(WireBlock.self, path, ["num": .number(number)]) else { return nil }
        let block = try NodeBlock(checked: wire, path: path)
        guard block.summary.number == number else {
            throw NodeError(.malformed, path: path, "block \(block.summary.number) instead of \(number)")
        }
        return block
    }

    /// The header of a block, or `nil` when the node has none at this height.
    /// - Parameter number: `nil` for the newest.
    public func blockSummary(_ number: Int64? = nil) async throws(NodeError) -> BlockSummary? {
        var fields: [String: NodeRequest.Value] = ["detail": .flag(false)]
        if let number { fields["id_or_num"] = .text(String(number)) }
        return try await ask(WireBlock.self, "/wallet/getblock", fields)?.summary
    }

    /// The newest and the newest solidified block.
    public func chainEnds() async throws(NodeError) -> ChainEnds {
        let path = "/wallet/getnodeinfo"
        let answer = try await require(WireNodeInfo.self, path)
        guard let head = blockID(answer.block), let solid = blockID(answer.solidityBlock) else {
            throw NodeError(.malformed, path: path, "no Num:…,ID:… in block or solidityBlock")
        }
        return ChainEnds(head: head, solid: solid)
    }

    /// A reference for new transactions: the newest solidified block, which cannot be reorganised away.
    public func referenceBlock() async throws(NodeError) -> ReferenceBlock {
        ReferenceBlock(try await chainEnds().solid)
    }

    /// A transaction the node knows, in a block or waiting, or `nil`.
    public func transaction(
        _ id: TransactionID,
        in view: StateView = .head
    ) async throws(NodeError) -> IncludedTransaction? {
        let path = view.path("gettransactionbyid")
        guard let wire = try await ask(WireIncluded.self, path, ["value": .text(id.hex)]) else { return nil }
        do throws(NodeBlockError) {
            return try IncludedTransaction(wire)
        } catch {
            throw NodeError(.malformed, path: path, "\(error)")
        }
    }

    /// What became of a transaction, or `nil` while it is in no block (of this state).
    public func transactionReceipt(
        _ id: TransactionID,
        in view: StateView = .head
    ) async throws(NodeError) -> TransactionReceipt? {
        try await ask(WireReceipt.self, view.path("gettransactioninfobyid"), ["value": .text(id.hex)])
            .map { TransactionReceipt($0) }
    }

    /// What became of all transactions of a block, in one answer.
    public func transactionReceipts(
        inBlock number: Int64,
        in view: StateView = .head
    ) async throws(NodeError) -> [TransactionReceipt] {
        try await ask([WireReceipt].self, view.path("gettransactioninfobyblocknum"), ["num": .number(number)])?
            .map { TransactionReceipt($0) } ?? []
    }
}

private struct WireNodeInfo: Decodable {
    var block: String
    var solidityBlock: String
}

/// Reads `Num:66987565,ID:0000…`.
private func blockID(_ text: String) -> BlockID? {
    guard let mark = text.lastIndex(of: ":"), let bytes = [UInt8](hex: String(text[text.index(after: mark)...])) else {
        return nil
    }
    return BlockID(bytes: bytes)
}

extension NodeBlock {
    fileprivate init(checked wire: WireBlock, path: String) throws(NodeError) {
        do throws(NodeBlockError) {
            try self.init(wire)
        } catch {
            throw NodeError(.malformed, path: path, "\(error)")
        }
    }
}
