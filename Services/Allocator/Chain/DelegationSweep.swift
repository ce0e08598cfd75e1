internal import Logging
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage

/// Compares what the chain reports of every pool with the books: finds delegations that no acquisition of ours explains, and
/// amounts that were changed by others. What it finds is booked, and taken back like any idle energy.
struct DelegationSweep {
    let service: ServiceHost
    let chain: any ChainGateway
    let registry: RegistryReader

    /// One comparison.
    func run() async throws {
        try await self.registry.refresh()
        let registry = registry.snapshot
        let head = try await chain.head().number
        var shown: [DelegationStore.Row] = []
        for pool in registry.pools {
            let receivers = try await chain.receivers(of: pool)
            shown += try await chain.delegated(receivers.map { (pool, $0) }, block: head)
        }
        let booked = try await service.postgres.withConnection { try await DelegationStore.standing(in: $0) }
        let known = Set(booked.map { Pair($0) })
        let onChain = Set(shown.filter { $0.stake > .zero }.map { Pair($0) })
        let pools = Set(registry.pools.map(\.id))
        let vanished = booked.filter { pools.contains($0.pool) && !onChain.contains(Pair($0)) }
            .map { DelegationStore.Row(pool: $0.pool, wallet: $0.wallet, stake: .zero) }
        let strange = shown.filter { $0.stake > .zero && !known.contains(Pair($0)) }
        let changed = shown.filter { row in booked.contains { Pair($0) == Pair(row) && $0.stake != row.stake } }
        guard !vanished.isEmpty || !strange.isEmpty || !changed.isEmpty else { return }
        try await service.transaction { work in
            let (now, transaction) = (work.now, work.database)
            try await DelegationStore.store(vanished + changed, block: head, now: now, in: transaction)
            try await DelegationStore.store(strange, block: head, now: now, orphan: true, in: transaction)
            let gone = try await AcquisitionStore.standing(
                at: vanished.map { (pool: $0.pool, wallet: $0.wallet) },
                in: transaction
            )
            for body in try await AcquisitionStore.mark(gone, .reclaimed, now: now, in: transaction) {
                try work.publish(AcquisitionReclaimed(body))
            }
        }
        for row in strange {
            service.logger.warning(
                "the chain shows a delegation that the books did not have",
                metadata: ["pool": "\(row.pool)", "wallet": "\(row.wallet)", "stake_sun": "\(row.stake)"]
            )
        }
    }

    private struct Pair: Hashable {
        var pool: String
        var wallet: TronAddress

        init(_ row: DelegationStore.Row) {
            pool = row.pool
            wallet = row.wallet
        }
    }
}
