internal import ChainModel
internal import Models
internal import Storage
internal import Tron

/// Compares what the chain shows of every registered pool with the books.
enum ChainAudit {
    /// The differences, in one line each.
    ///
    /// The books follow the chain block by block, so that one of them may be ahead of the other for some seconds. A
    /// difference counts when each of several comparisons finds it.
    /// - Throws: ``OperationError`` when no node answers.
    static func run(_ operations: Operations) async throws -> [String] {
        try await operations.withNodes { nodes, _ in try await persistent(operations, nodes) }
    }

    private static func persistent(_ operations: Operations, _ nodes: TronClient) async throws -> [String] {
        var differences: [String] = []
        for round in 0..<4 {
            // About a block on mainnet; on a faster chain sooner would do.
            if round > 0 { try await Task.sleep(for: .seconds(2)) }
            let found = try await compare(operations, nodes)
            differences = round == 0 ? found : differences.filter(found.contains)
            if differences.isEmpty { break }
        }
        return differences
    }

    private static func compare(_ operations: Operations, _ nodes: TronClient) async throws -> [String] {
        let (pools, booked) = try await operations.withPostgres { client in
            (try await AuditStore.pools(in: client), try await AuditStore.delegations(in: client))
        }
        var shown: [AuditStore.Delegation] = []
        for pool in pools {
            for wallet in try await nodes.delegationIndex(of: pool.address).to {
                let records = try await nodes.delegations(from: pool.address, to: wallet)
                let stake = records.reduce(Sun.zero) { $0 + $1.stake[.energy] }
                if stake > .zero { shown.append(.init(pool: pool.id, wallet: wallet, stake: stake)) }
            }
        }
        return differences(books: booked, chain: shown, pools: Set(pools.map(\.id)))
    }

    /// What one side has and the other does not, or with another stake; in order.
    static func differences(
        books: [AuditStore.Delegation],
        chain: [AuditStore.Delegation],
        pools: Set<String>
    ) -> [String] {
        struct Pair: Hashable {
            let pool: String
            let wallet: TronAddress
        }
        func keyed(_ rows: [AuditStore.Delegation]) -> [Pair: Sun] {
            Dictionary(rows.map { (Pair(pool: $0.pool, wallet: $0.wallet), $0.stake) }) { $0 + $1 }
        }
        let (books, chain) = (keyed(books), keyed(chain))
        let pairs = Set(books.keys).union(chain.keys).sorted { ($0.pool, $0.wallet) < ($1.pool, $1.wallet) }
        return pairs.compactMap { pair in
            let (booked, shown) = (books[pair] ?? .zero, chain[pair] ?? .zero)
            guard booked != shown else { return nil }
            guard pools.contains(pair.pool) else {
                return "the books have \(booked) sun from \(pair.pool) at \(pair.wallet), a pool that is not registered"
            }
            return "the chain shows \(shown) sun from \(pair.pool) at \(pair.wallet), the books have \(booked)"
        }
    }
}
