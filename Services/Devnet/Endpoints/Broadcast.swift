internal import ChainModel
internal import Models
internal import Tron

/// The two endpoints that take signed transactions.
enum Broadcast {
    static let paths: Set<String> = ["/wallet/broadcasttransaction", "/wallet/broadcasthex"]

    /// Takes the JSON form, serialised anew, and says what became of it.
    static func transaction(_ query: Query, to node: Node) async throws(NodeError) -> JSON {
        let (body, signatures) = try query.transaction()
        let rejection = await submit(body, signatures, to: node)
        var fields = Fields()
        if let rejection {
            fields.add("code", rejection.code.name)
            fields.add("txid", body.id.hex)
            fields.add("message", query.format.text(Array(rejection.message.utf8)))
        } else {
            fields.add("result", .bool(true))
            fields.add("txid", body.id.hex)
        }
        return fields.json
    }

    /// Takes the whole protobuf message in hexadecimal.
    static func hex(_ query: Query, to node: Node) async throws(NodeError) -> JSON {
        let bytes = try query.bytes("transaction")
        let signed: SignedTransaction
        let body: TransactionBody
        do {
            signed = try SignedTransaction(bytes: bytes)
            body = try signed.body()
        } catch {
            throw NodeError(exception: "com.google.protobuf.InvalidProtocolBufferException", reason: "\(error)")
        }
        let rejection: Rejection?
        do {
            let transaction = ChainTransaction(
                id: signed.id,
                body: body,
                size: signed.bytes.count,
                signers: try Signers.recover(signed.signatures, signed.id),
                signatures: signed.signatures,
                rawBytes: signed.rawBytes
            )
            rejection = await node.submit(transaction)
        } catch {
            rejection = error
        }
        let shown = ChainTransaction(
            id: signed.id,
            body: body,
            size: 0,
            signers: [],
            signatures: signed.signatures,
            rawBytes: signed.rawBytes
        )
        return [
            "result": .bool(rejection == nil), "code": .string(rejection?.code.name ?? "SUCCESS"),
            "message": .string(rejection?.message ?? ""),
            "transaction": .string(query.format.json(shown).text), "txid": .string(signed.id.hex),
        ]
    }

    private static func submit(_ body: TransactionBody, _ signatures: [[UInt8]], to node: Node) async -> Rejection? {
        do {
            return await node.submit(try Signers.check(body, signatures))
        } catch {
            return error
        }
    }
}
