internal import ChainModel
internal import Models

extension Format {
    /// A block; its transactions only if wanted and present.
    func json(_ block: Block, transactions: [Blockchain.Entry]) -> JSON {
        var raw = Fields()
        raw.add(unlessZero: "number", block.number)
        raw.add("txTrieRoot", block.transactionsRoot.hex)
        raw.add("witness_address", address(block.witness))
        raw.add("parentHash", block.parent.description)
        raw.add("version", 31)
        raw.add("timestamp", block.time.milliseconds)
        var fields = Fields()
        fields.add("blockID", block.id.description)
        // A devnet has no witness keys; clients show this field and do not check it.
        let signature = block.id.bytes + block.id.bytes + [0]
        fields.add("block_header", ["raw_data": raw.json, "witness_signature": .string(signature.hex)])
        fields.add(unlessEmpty: "transactions", transactions.map { json($0.transaction, receipt: $0.receipt) })
        return fields.json
    }
}
