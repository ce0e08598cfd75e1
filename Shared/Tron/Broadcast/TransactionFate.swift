public import Models

/// Whether a transaction is on chain, may still come, or never will.
public enum TransactionFate: Sendable, Hashable {
    /// It is in a block, which may still be reorganised away.
    case included(TransactionReceipt)
    /// It is in no block and may still enter one.
    case undecided
    /// It is absent from the solid chain, whose time has passed its expiration: it will never be on chain.
    case never
}

extension TronNode {
    /// What has become of a transaction, all read from one and the same node.
    /// - Parameter expiration: the last block time at which it may enter a block.
    public func fate(of id: TransactionID, expiring expiration: Timestamp) async throws(NodeError) -> TransactionFate {
        guard let client = self as? TronClient else { return try await fateHere(of: id, expiring: expiration) }
        return try await client.onSameNode { node throws(NodeError) in
            try await node.fateHere(of: id, expiring: expiration)
        }
    }

    private func fateHere(
        of id: TransactionID,
        expiring expiration: Timestamp
    ) async throws(NodeError) -> TransactionFate {
        if let receipt = try await transactionReceipt(id) { return .included(receipt) }
        // The solid time is read before the look that finds nothing, so that no block can have come between.
        guard try await latestBlock(in: .solid).summary.time > expiration else { return .undecided }
        return try await transactionReceipt(id, in: .solid).map { .included($0) } ?? .never
    }

    /// Gives a transaction to the network, over all nodes of a client: ``TronClient/broadcast(_:)``.
    public func submit(_ transaction: SignedTransaction) async -> BroadcastOutcome {
        guard let client = self as? TronClient else { return await broadcast(transaction) }
        return await client.broadcast(transaction)
    }

    /// A builder over the newest solid block, which makes transactions that expire a lifetime after the newest block.
    ///
    /// The block's time and not this machine's, because that is what nodes compare the expiration with.
    public func transactionBuilder(lifetime: Duration = .seconds(60)) async throws(NodeError) -> TransactionBuilder {
        let reference = try await referenceBlock()
        guard let head = try await blockSummary() else {
            throw NodeError(.malformed, path: "/wallet/getblock", "no newest block")
        }
        return TransactionBuilder(reference: reference, time: head.time, lifetime: lifetime)
    }
}
