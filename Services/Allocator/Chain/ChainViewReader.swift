internal import Models
internal import Planning

/// Reads new blocks and the accounts they touch, as of one block where the chain stands still for so long.
struct ChainViewReader {
    let chain: any ChainGateway
    let registry: RegistrySnapshot
    /// The most blocks of one view.
    let limit: Int

    /// How often the accounts are read again while new blocks come between.
    private static let tries = 4

    /// - Parameters:
    ///   - known: the processed blocks, newest first; empty before the first.
    ///   - open: attempts that may have landed: their wallets are read with their blocks.
    ///   - watched: wallets to be read whether blocks touch them or not.
    ///   - everyWallet: read all registered wallets, not the touched ones alone.
    func read(
        after known: [BlockStore.Processed],
        open: [AcquisitionStore.OpenAttempt],
        watched: [TronAddress],
        everyWallet: Bool
    ) async throws -> ChainView {
        var head = try await chain.head()
        var view = try await blocks(after: known, head: head)
        for attempt in 1...Self.tries {
            // After a reorganisation it is not known whom the blocks that are gone had touched.
            let isReplaced = known.first.map { $0.number > view.base ?? .max } ?? false
            try await readAccounts(
                into: &view,
                open: open,
                watched: watched,
                everyWallet: everyWallet || isReplaced
            )
            let after = try await chain.head()
            view.isExact = after.number == view.head && after.id == view.headID
            // A view is never left without its accounts: what its blocks have brought could not be proven by them.
            if view.isExact || view.blocks.count >= limit || attempt == Self.tries { break }
            head = after
            view = try await blocks(after: known, head: head)
        }
        // Accounts that are newer than the blocks show usage that is still promised: safe to promise from, not to revoke by.
        return view
    }

    private func blocks(
        after known: [BlockStore.Processed],
        head: ChainHead
    ) async throws -> ChainView {
        guard !known.isEmpty else {
            let block = try await chain.block(head.number)
            return ChainView(
                base: nil,
                blocks: block.map { [$0] } ?? [],
                head: head.number,
                headID: head.id,
                headTime: head.time
            )
        }
        let (base, found) = try await commonBase(of: known, head: head)
        var view = ChainView(base: base.number, head: base.number, headID: base.id, headTime: head.time)
        var previous = base.id
        var block = found
        while let next = block, next.parent == previous {
            view.blocks.append(next)
            (view.head, view.headID, view.headTime) = (next.number, next.id, next.time)
            previous = next.id
            guard next.number < head.number, view.blocks.count < limit else { break }
            block = try await chain.block(next.number + 1)
        }
        return view
    }

    /// The newest processed block that is still in the chain, and the one after it.
    private func commonBase(
        of known: [BlockStore.Processed],
        head: ChainHead
    ) async throws -> (BlockStore.Processed, HeadBlock?) {
        for block in known where block.number <= head.number {
            if block.number == head.number {
                if block.id == head.id { return (block, nil) }
                continue
            }
            guard let next = try await chain.block(block.number + 1) else { return (block, nil) }
            if next.parent == block.id { return (block, next) }
        }
        throw CycleFault.chainReplaced(oldest: known.last?.number ?? 0, head: head.number)
    }

    private func readAccounts(
        into view: inout ChainView,
        open: [AcquisitionStore.OpenAttempt],
        watched: [TronAddress],
        everyWallet: Bool
    ) async throws {
        let landed = open.filter { attempt in
            attempt.attempt.state == .included || view.blocks.contains { $0.outcomes[attempt.attempt.txid] != nil }
        }
        var wallets: Set<TronAddress> = everyWallet ? Set(registry.hotWallets.keys) : []
        for block in view.blocks { wallets.formUnion(block.touched.filter { registry.hotWallets[$0] != nil }) }
        wallets.formUnion(watched.filter { registry.hotWallets[$0] != nil })
        wallets.formUnion(landed.map(\.wallet).filter { registry.hotWallets[$0] != nil })
        let moved = view.blocks.contains { block in registry.pools.contains { block.touched.contains($0.address) } }
        let pools = everyWallet || moved || !landed.isEmpty ? registry.pools : []
        var pairs: [(pool: RegistrySnapshot.Pool, wallet: TronAddress)] = []
        for attempt in landed {
            guard let pool = registry.pools.first(where: { $0.id == attempt.pool }),
                !pairs.contains(where: { $0.pool.id == pool.id && $0.wallet == attempt.wallet })
            else { continue }
            pairs.append((pool, attempt.wallet))
        }
        view.wallets = try await chain.positions(of: wallets.sorted(), block: view.head)
        view.pools = try await chain.positions(of: pools, block: view.head)
        view.delegations = try await chain.delegated(pairs, block: view.head)
    }
}
