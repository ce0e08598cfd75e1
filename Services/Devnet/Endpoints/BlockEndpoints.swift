internal import ChainModel
internal import Models

enum BlockEndpoints {
    static let all: [String: ReadEndpoint] = [
        "getnowblock": now, "getblock": block, "getblockbynum": byNumber, "getblockbyid": byID,
        "getblockbylatestnum": latest, "getblockbylimitnext": range, "gettransactioninfobyblocknum": receipts,
        "gettransactioncountbyblocknum": count,
    ]

    @Sendable static func now(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        query.format.json(view.block, transactions: view.entries(of: view.block))
    }

    /// By id or number, the newest without either; header only unless `detail`.
    @Sendable static func block(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let wanted = query.fields["id_or_num"]
        let text = wanted?.string ?? wanted?.int.map { String($0) } ?? ""
        let block: Block?
        if text.isEmpty {
            block = view.block
        } else if let number = Int64(text) {
            block = view.blockSeen(number)
        } else {
            block = [UInt8](hex: text).flatMap { BlockID(bytes: $0) }.flatMap { view.chain.block($0) }
        }
        guard let block, block.number <= view.number else { return [:] }
        return query.format.json(block, transactions: query.bool("detail") ? view.entries(of: block) : [])
    }

    @Sendable static func byNumber(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        guard let block = view.blockSeen(try query.int("num")) else { return [:] }
        return query.format.json(block, transactions: view.entries(of: block))
    }

    @Sendable static func byID(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        guard let id = BlockID(bytes: try query.bytes("value")), let block = view.chain.block(id),
            block.number <= view.number
        else { return [:] }
        return query.format.json(block, transactions: view.entries(of: block))
    }

    @Sendable static func latest(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let count = try query.int("num")
        guard (1..<100).contains(count) else { return [:] }
        return blocks(view, from: view.number - count + 1, to: view.number, query.format)
    }

    @Sendable static func range(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let start = try query.int("startNum")
        let end = try query.int("endNum")
        guard start >= 0, end > start, end - start <= 100 else { return [:] }
        return blocks(view, from: start, to: end - 1, query.format)
    }

    private static func blocks(_ view: View, from: Int64, to: Int64, _ format: Format) -> JSON {
        let blocks = (from...to).compactMap { view.blockSeen($0) }
        return ["block": .array(blocks.map { format.json($0, transactions: view.entries(of: $0)) })]
    }

    @Sendable static func receipts(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        guard let block = view.blockSeen(try query.int("num")) else { return [] }
        return .array(view.entries(of: block).map { query.format.json($0.receipt) })
    }

    @Sendable static func count(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        guard let block = view.blockSeen(try query.int("num")) else { return ["count": -1] }
        return ["count": .int(Int64(block.transactions.count))]
    }
}
