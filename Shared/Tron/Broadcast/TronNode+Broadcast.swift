internal import Models

extension TronNode {
    /// Gives a transaction to the network. Every failure is an outcome; nothing is thrown.
    ///
    /// Sending identical bytes again is harmless, because the id stays the same.
    public func broadcast(_ transaction: SignedTransaction) async -> BroadcastOutcome {
        let request = NodeRequest(
            path: "/wallet/broadcasthex",
            fields: ["transaction": .text(transaction.bytes.hex)]
        )
        do throws(NodeError) {
            return try BroadcastOutcome(answer: try await answer(to: request), to: transaction, path: request.path)
        } catch {
            return BroadcastOutcome(error)
        }
    }
}

extension BroadcastOutcome {
    init(answer: [UInt8], to transaction: SignedTransaction, path: String) throws(NodeError) {
        guard let reply = try NodeAnswer.decode(WireBroadcast.self, answer, path: path) else {
            self = .unknown(reason: "empty answer")
            return
        }
        if let id = reply.txid, !id.isEmpty, id.lowercased() != transaction.id.hex {
            self = .unknown(reason: "the node answered for \(id)")
            return
        }
        if reply.result == true {
            self = .accepted
        } else {
            // A code of zero is SUCCESS and absent, but then `result` is true.
            self.init(code: reply.code ?? "", reason: NodeAnswer.message(reply.message))
        }
    }
}

private struct WireBroadcast: Decodable {
    var result: Bool?
    var code: String?
    var message: String?
    var txid: String?
}
