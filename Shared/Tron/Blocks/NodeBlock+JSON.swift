internal import ChainModel
internal import Models

struct WireBlock: Decodable {
    struct Header: Decodable {
        struct Raw: Decodable {
            var number: Int64?
            var timestamp: Int64?
            var parentHash: WireBlockID
            var witness_address: WireAddress?
        }

        var raw_data: Raw
    }

    var blockID: WireBlockID
    var block_header: Header
    var transactions: [WireIncluded]?

    var summary: BlockSummary {
        BlockSummary(
            id: blockID.value,
            parent: block_header.raw_data.parentHash.value,
            time: Timestamp(milliseconds: block_header.raw_data.timestamp ?? 0),
            witness: block_header.raw_data.witness_address?.value
        )
    }
}

struct WireIncluded: Decodable {
    struct Result: Decodable { var contractRet: String? }

    struct Raw: Decodable {
        struct Contract: Decodable { var type: String? }
        var contract: [Contract]?
    }

    var txID: TransactionID
    var raw_data: Raw?
    var raw_data_hex: WireBytes?
    var signature: [WireBytes]?
    var ret: [Result]?
}

extension NodeBlock {
    init(_ wire: WireBlock) throws(NodeBlockError) {
        summary = wire.summary
        if let number = wire.block_header.raw_data.number, number != summary.number { throw .numberMismatch }
        var transactions: [IncludedTransaction] = []
        transactions.reserveCapacity(wire.transactions?.count ?? 0)
        for transaction in wire.transactions ?? [] {
            transactions.append(try IncludedTransaction(transaction))
        }
        self.transactions = transactions
    }
}

enum NodeBlockError: Error {
    /// A block's id does not begin with its number.
    case numberMismatch
    /// A transaction's id is not the hash of its raw data.
    case idMismatch(TransactionID)
}

extension IncludedTransaction {
    init(_ wire: WireIncluded) throws(NodeBlockError) {
        id = wire.txID
        rawBytes = wire.raw_data_hex?.value ?? []
        if !rawBytes.isEmpty, TransactionID.of(rawBytes: rawBytes) != id { throw .idMismatch(id) }
        body = rawBytes.isEmpty ? nil : try? TransactionBody(rawBytes: rawBytes)
        contractName = wire.raw_data?.contract?.first?.type ?? body?.contract.type.messageName ?? ""
        signatures = (wire.signature ?? []).map(\.value)
        result = wire.ret?.first?.contractRet
    }
}
