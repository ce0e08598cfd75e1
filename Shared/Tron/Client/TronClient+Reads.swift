public import Models

extension TronClient {
    /// What an account can use, read after the head of the SAME node, so that the reading is no older than the head
    /// it comes with.
    ///
    /// - Parameter block: a node whose head is below this is passed over.
    /// - Throws: `behind` when no node has got that far yet.
    public func accountResources(
        of address: TronAddress,
        atLeastBlock block: Int64
    ) async throws(NodeError) -> ResourceReading {
        try await onSomeNode(path: "/wallet/getaccountresource") { node throws(NodeError) in
            guard let head = try await node.blockSummary() else {
                throw NodeError(.malformed, node: node.name, path: "/wallet/getblock", "no head")
            }
            node.saw(head: head.number)
            guard head.number >= block else {
                throw NodeError(
                    .behind,
                    node: node.name,
                    path: "/wallet/getblock",
                    "head \(head.number) instead of \(block)"
                )
            }
            return ResourceReading(head: head, resources: try await node.accountResources(of: address))
        }
    }

    /// What several accounts can use, a few at a time. Each has its own result.
    public func accountResources(
        of addresses: [TronAddress]
    ) async -> [TronAddress: Result<AccountResources?, NodeError>] {
        await batch(addresses) { address throws(NodeError) in try await self.accountResources(of: address) }
    }

    /// Several accounts, a few at a time. Each has its own result.
    public func accounts(_ addresses: [TronAddress]) async -> [TronAddress: Result<AccountState?, NodeError>] {
        await batch(addresses) { address throws(NodeError) in try await self.account(address) }
    }

    /// What became of several transactions, a few at a time. Each has its own result.
    public func transactionReceipts(
        _ ids: [TransactionID],
        in view: StateView
    ) async -> [TransactionID: Result<TransactionReceipt?, NodeError>] {
        await batch(ids) { id throws(NodeError) in try await self.transactionReceipt(id, in: view) }
    }

    /// Asks for each key once, never more than ``TronClientConfiguration/batchWidth`` at a time.
    public func batch<Key: Hashable & Sendable, Value: Sendable>(
        _ keys: [Key],
        _ ask: @Sendable @escaping (Key) async throws(NodeError) -> Value
    ) async -> [Key: Result<Value, NodeError>] {
        await withTaskGroup(of: (Key, Result<Value, NodeError>).self) { group in
            var results: [Key: Result<Value, NodeError>] = [:]
            var waiting = Set(keys).makeIterator()
            func startNext() {
                guard let key = waiting.next() else { return }
                group.addTask {
                    do throws(NodeError) {
                        return (key, .success(try await ask(key)))
                    } catch {
                        return (key, .failure(error))
                    }
                }
            }
            for _ in 0..<batchWidth { startNext() }
            while let (key, result) = await group.next() {
                results[key] = result
                startNext()
            }
            return results
        }
    }
}
