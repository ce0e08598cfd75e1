extension TronClient {
    /// Gives a transaction to the first node that takes it. All nodes are given identical bytes, so that a second
    /// one cannot make a second payment.
    ///
    /// A rejection is definite only while no other node may have taken the transaction: after an unknown outcome the
    /// whole remains unknown unless a node accepts it or knows it.
    public func broadcast(_ transaction: SignedTransaction) async -> BroadcastOutcome {
        var unknown: BroadcastOutcome?
        var retry: BroadcastOutcome?
        for node in nodesInOrder() {
            let outcome = await node.broadcast(transaction)
            switch outcome {
            case .accepted, .duplicate: return outcome
            case .definitelyRejected: return unknown ?? outcome
            case .unknown: unknown = unknown ?? outcome
            case .retrySameBytes: retry = retry ?? outcome
            }
            if Task.isCancelled { break }
        }
        return unknown ?? retry
            ?? .retrySameBytes(BroadcastRejection(code: "", reason: "no node is configured"))
    }
}
