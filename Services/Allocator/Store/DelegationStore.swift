internal import Models
internal import Planning
internal import Storage

/// What the chain reports as delegated from our pools, and what the pools have left.
enum DelegationStore {
    /// Stake from one pool at one wallet.
    struct Row: Sendable, Hashable {
        var pool: String
        var wallet: TronAddress
        var stake: Sun
    }

    /// All that stands.
    static func standing(in connection: some PostgresQuerying) async throws -> [Row] {
        try await connection.query(
            "SELECT pool_id, wallet, stake_sun FROM allocator.delegation WHERE stake_sun > 0",
            as: (String, TronAddress, Sun).self
        ).map { Row(pool: $0.0, wallet: $0.1, stake: $0.2) }
    }

    /// Stores what was read at a block. Older readings than the stored one are passed over.
    static func store(
        _ rows: [Row],
        block: Int64,
        now: Timestamp,
        orphan: Bool = false,
        in transaction: PostgresTransaction
    ) async throws {
        guard !rows.isEmpty else { return }
        try await transaction.execute(
            """
            INSERT INTO allocator.delegation (pool_id, wallet, stake_sun, block, observed_at, orphan)
            SELECT p, w, s, \(block), \(now), \(orphan)
              FROM unnest(\(rows.map(\.pool))::text[], \(rows.map(\.wallet))::bytea[], \(rows.map(\.stake))::bigint[])
                   AS r(p, w, s)
            ON CONFLICT (pool_id, wallet) DO UPDATE
               SET stake_sun = excluded.stake_sun, block = excluded.block, observed_at = excluded.observed_at
             WHERE delegation.block <= excluded.block
            """
        )
    }

    /// Stores what pools can delegate.
    static func store(_ pools: [PoolPosition], now: Timestamp, in transaction: PostgresTransaction) async throws {
        guard !pools.isEmpty else { return }
        try await transaction.execute(
            """
            INSERT INTO allocator.pool_position
                   (pool_id, address, block, observed_at, delegatable_sun, energy_total, energy_weight)
            SELECT p, a, b, \(now), d, t, w
              FROM unnest(\(pools.map(\.id))::text[], \(pools.map(\.address))::bytea[], \(pools.map(\.block))::bigint[],
                          \(pools.map(\.delegatable))::bigint[], \(pools.map(\.totalEnergy))::bigint[],
                          \(pools.map(\.totalWeight))::bigint[]) AS r(p, a, b, d, t, w)
            ON CONFLICT (pool_id) DO UPDATE
               SET block = excluded.block, observed_at = excluded.observed_at, address = excluded.address,
                   delegatable_sun = excluded.delegatable_sun, energy_total = excluded.energy_total,
                   energy_weight = excluded.energy_weight
             WHERE pool_position.block <= excluded.block
            """
        )
    }

    /// What pools can delegate, less what is signed and not in their reading yet.
    static func pools(in transaction: PostgresTransaction) async throws -> [String: PoolPosition] {
        let rows = try await transaction.query(
            """
            SELECT p.pool_id, p.address, p.block,
                   p.delegatable_sun - coalesce((SELECT sum(t.stake_sun) FROM allocator.attempt t
                                                  WHERE t.pool_id = p.pool_id AND t.purpose = 'delegate'
                                                    AND (t.state = 'live' OR (t.state = 'included' AND t.block > p.block))
                                                ), 0)::bigint,
                   p.energy_total, p.energy_weight
              FROM allocator.pool_position p
            """,
            as: (String, TronAddress, Int64, Sun, Int64, Int64).self
        )
        return Dictionary(
            uniqueKeysWithValues: rows.map {
                let position = PoolPosition(
                    id: $0.0,
                    address: $0.1,
                    block: $0.2,
                    delegatable: $0.3.clamped,
                    totalEnergy: $0.4,
                    totalWeight: $0.5
                )
                return ($0.0, position)
            }
        )
    }
}

extension DelegationStore {
    /// What each pool has delegated in all.
    static func delegated(in transaction: PostgresTransaction) async throws -> [String: Sun] {
        let rows = try await transaction.query(
            "SELECT pool_id, sum(stake_sun)::bigint FROM allocator.delegation GROUP BY pool_id",
            as: (String, Sun).self
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, $0.1) })
    }

    /// What stands at wallets that have had neither promise nor waiting withdrawal since a moment, and are not being
    /// reclaimed from already.
    static func idle(
        since moment: Timestamp,
        excluding wallets: [TronAddress],
        in transaction: PostgresTransaction
    ) async throws -> [Row] {
        try await transaction.query(
            """
            SELECT d.pool_id, d.wallet, d.stake_sun
              FROM allocator.delegation d JOIN allocator.wallet_position p USING (wallet)
             WHERE d.stake_sun > 0 AND p.promised_count = 0 AND p.idle_since <= \(moment)
               AND NOT d.wallet = ANY(\(wallets)::bytea[])
               AND NOT EXISTS (SELECT 1 FROM allocator.acquisition q WHERE q.wallet = d.wallet AND q.state = 'started')
               AND NOT EXISTS (SELECT 1 FROM allocator.withdrawal w
                                WHERE w.from_address = d.wallet AND w.state IN ('received', 'acquiring', 'short')
                                  AND NOT \(WithdrawalStore.isShortOfMoney))
             ORDER BY d.wallet LIMIT 100
            """,
            as: (String, TronAddress, Sun).self
        ).map { Row(pool: $0.0, wallet: $0.1, stake: $0.2) }
    }
}
