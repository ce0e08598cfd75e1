internal import ChainModel
internal import Models
internal import Tron

extension Format {
    /// A transaction as `gettransactionbyid` and the builders show it.
    func json(_ transaction: ChainTransaction, receipt: Receipt? = nil) -> JSON {
        var fields = Fields()
        if let receipt {
            var result = Fields()
            result.add("contractRet", receipt.result?.rawValue ?? "SUCCESS")
            fields.add("ret", .array([result.json]))
        }
        fields.add(unlessEmpty: "signature", transaction.signatures.map { .string($0.hex) })
        let raw = transaction.rawBytes.isEmpty ? transaction.body.rawBytes : transaction.rawBytes
        fields.members(of: unsigned(transaction.body, id: transaction.id, raw))
        return fields.json
    }

    /// An unsigned transaction.
    func json(_ body: TransactionBody) -> JSON {
        var fields = Fields()
        fields.add("visible", .bool(visible))
        fields.members(of: unsigned(body, id: body.id, body.rawBytes))
        return fields.json
    }

    private func unsigned(_ body: TransactionBody, id: TransactionID, _ raw: [UInt8]) -> JSON {
        ["txID": .string(id.hex), "raw_data": rawData(body), "raw_data_hex": .string(raw.hex)]
    }

    private func rawData(_ body: TransactionBody) -> JSON {
        var contract = Fields()
        contract.add(
            "parameter",
            ["value": json(body.contract), "type_url": .string(body.contract.type.typeURL)]
        )
        contract.add("type", body.contract.type.messageName)
        contract.add(unlessZero: "Permission_id", Int64(body.permissionID))
        var raw = Fields()
        if !body.memo.isEmpty { raw.add("data", text(body.memo)) }
        raw.add("contract", .array([contract.json]))
        raw.add("ref_block_bytes", body.referenceBlock.bytes.hex)
        raw.add("ref_block_hash", body.referenceBlock.hashBytes.hex)
        raw.add(unlessZero: "expiration", body.expiration.milliseconds)
        raw.add(unlessZero: "fee_limit", body.feeLimit.rawValue)
        raw.add(unlessZero: "timestamp", body.timestamp.milliseconds)
        return raw.json
    }
}

extension Fields {
    fileprivate mutating func members(of json: JSON) {
        for member in json.members ?? [] { add(member.key, member.value) }
    }
}

extension Query {
    /// Reads the transaction in `raw_data` and `signature`, serialised anew: `txID` and `raw_data_hex` are ignored, as
    /// nodes do.
    func transaction() throws(NodeError) -> (body: TransactionBody, signatures: [[UInt8]]) {
        guard let raw = fields["raw_data"], case .object = raw else { throw .argument("no raw_data") }
        guard let contracts = raw["contract"]?.array, contracts.count == 1, let first = contracts.first else {
            throw .validation(Rejection(.contractValidation, "No contract!"))
        }
        guard let type = (first["type"]?.string).flatMap({ ContractType(messageName: $0) }),
            let value = first["parameter"]?["value"]
        else { throw .validation(Rejection(.contractValidation, "No contract!")) }
        let query = Query(raw, format: format)
        guard
            let reference = ReferenceBlock(
                bytes: try query.bytes("ref_block_bytes"),
                hash: try query.bytes("ref_block_hash")
            )
        else { throw .argument("ref_block_bytes or ref_block_hash has another length") }
        let memo = format.visible ? Array(query.string("data").utf8) : try query.bytes("data")
        let body = TransactionBody(
            contract: try Query(value, format: format).contract(type),
            referenceBlock: reference,
            expiration: Timestamp(milliseconds: try query.int("expiration")),
            timestamp: Timestamp(milliseconds: try query.int("timestamp")),
            feeLimit: Sun(try query.int("fee_limit")),
            memo: memo,
            permissionID: Int(clamping: try Query(first, format: format).int("Permission_id"))
        )
        var signatures: [[UInt8]] = []
        for signature in fields["signature"]?.array ?? [] {
            guard let bytes = signature.string.flatMap({ [UInt8](hex: $0) }) else {
                throw .argument("a signature is not hexadecimal")
            }
            signatures.append(bytes)
        }
        return (body, signatures)
    }
}
