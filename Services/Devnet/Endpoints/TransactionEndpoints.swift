internal import ChainModel
internal import Models
internal import Tron

enum TransactionEndpoints {
    static let all: [String: ReadEndpoint] = [
        "gettransactionbyid": transaction, "gettransactioninfobyid": receipt,
        "gettransactionfrompending": pending, "getpendingsize": pendingCount,
        "gettransactionlistfrompending": pendingList, "getsignweight": signWeight, "getapprovedlist": signWeight,
    ]

    @Sendable static func transaction(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        guard let id = try query.transactionID("value"), let entry = view.entry(id) else { return [:] }
        return query.format.json(entry.transaction, receipt: entry.receipt)
    }

    @Sendable static func receipt(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        guard let id = try query.transactionID("value"), let entry = view.entry(id) else { return [:] }
        return query.format.json(entry.receipt)
    }

    @Sendable static func pending(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        guard let id = try query.transactionID("value"), let waiting = view.chain.pending(id) else { return [:] }
        return query.format.json(waiting)
    }

    @Sendable static func pendingCount(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        ["pendingSize": .int(Int64(view.chain.pendingCount))]
    }

    @Sendable static func pendingList(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        ["txId": .array(view.chain.pendingIDs.map { .string($0.hex) })]
    }

    /// Who has signed and whether it suffices. Also how clients learn a transaction's id before they sign.
    @Sendable static func signWeight(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let (body, signatures) = try query.transaction()
        let id = body.id
        var result = Fields()
        var weight: Int64 = 0
        var approved: [JSON] = []
        let permission = view.state.permission(body.permissionID, of: body.contract.owner)
        do {
            let signers = try Signers.recover(signatures, id)
            approved = signers.map(query.format.address)
            weight = try view.state.weight(of: signers, for: body)
            if weight < permission?.threshold ?? .max { result.add("code", "NOT_ENOUGH_PERMISSION") }
        } catch {
            result.add("code", "PERMISSION_ERROR")
            result.add("message", error.reason)
        }
        var fields = Fields()
        fields.add("result", result.json)
        fields.add(unlessEmpty: "approved_list", approved)
        fields.add("permission", permission.map(query.format.json))
        fields.add(unlessZero: "current_weight", weight)
        let unsigned = ChainTransaction(id: id, body: body, size: 0, signers: [], signatures: signatures)
        fields.add(
            "transaction",
            ["result": ["result": true], "txid": .string(id.hex), "transaction": query.format.json(unsigned)]
        )
        return fields.json
    }
}

/// From signatures to the addresses that made them.
enum Signers {
    static func recover(_ signatures: [[UInt8]], _ id: TransactionID) throws(Rejection) -> [TronAddress] {
        var signers: [TronAddress] = []
        for signature in signatures {
            guard (65...68).contains(signature.count) else {
                throw Rejection(.signature, "Signature size is \(signature.count)")
            }
            guard let address = recoverAddress(signature: signature, digest: id) else {
                throw Rejection(.signature, "Header byte out of range or signature not recoverable")
            }
            signers.append(address)
        }
        return signers
    }

    /// A transaction ready for the chain.
    static func check(_ body: TransactionBody, _ signatures: [[UInt8]]) throws(Rejection) -> ChainTransaction {
        let signed = SignedTransaction(rawBytes: body.rawBytes, signatures: signatures)
        return ChainTransaction(
            id: signed.id,
            body: body,
            size: signed.bytes.count,
            signers: try recover(signatures, signed.id),
            signatures: signatures,
            rawBytes: signed.rawBytes
        )
    }
}
