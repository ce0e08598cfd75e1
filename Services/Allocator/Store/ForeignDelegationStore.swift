internal import Models
internal import Planning
internal import Storage

/// What others delegated to hot wallets, as seen in blocks.
enum ForeignDelegationStore {
    /// Records what blocks have brought, and has the purchases for these wallets look at the chain.
    /// - Returns: whether any purchase has to.
    static func insert(
        _ delegations: [ObservedDelegation],
        in transaction: PostgresTransaction
    ) async throws -> Bool {
        guard !delegations.isEmpty else { return false }
        try await transaction.execute(
            """
            INSERT INTO allocator.foreign_delegation (txid, block, at, owner, wallet, stake_sun)
            SELECT * FROM unnest(\(delegations.map(\.txid))::bytea[], \(delegations.map(\.block))::bigint[],
                                 \(delegations.map(\.at))::timestamptz[], \(delegations.map(\.owner))::bytea[],
                                 \(delegations.map(\.wallet))::bytea[], \(delegations.map(\.stake))::bigint[])
            ON CONFLICT (txid) DO UPDATE SET block = excluded.block, at = excluded.at
            """
        )
        let signalled = try await transaction.query(
            """
            UPDATE allocator.purchase SET chain_signal = coalesce(chain_signal, 'moved')
             WHERE acquisition_id IN (SELECT acquisition_id FROM allocator.purchase
                                       WHERE wallet = ANY(\(Array(Set(delegations.map(\.wallet))))::bytea[])
                                         AND state IN ('prepared', 'unknown', 'accepted', 'delivered', 'proven', 'returning',
                                                       'failed', 'refunded', 'disputed')
                                         AND created_at > \(delegations.map(\.at).min().map { $0 - .seconds(86_400) })
                                       ORDER BY acquisition_id FOR UPDATE)
            RETURNING acquisition_id
            """,
            as: UUIDv7.self
        )
        return !signalled.isEmpty
    }

    /// Forgets what was in blocks that are gone. Purchases that were proven by it are told.
    static func rollBack(to number: Int64, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            WITH gone AS (DELETE FROM allocator.foreign_delegation WHERE block > \(number) RETURNING acquisition_id),
                 touched AS (SELECT acquisition_id FROM allocator.purchase
                              WHERE acquisition_id IN (SELECT acquisition_id FROM gone)
                              ORDER BY acquisition_id FOR UPDATE)
            UPDATE allocator.purchase SET chain_signal = 'lost'
             WHERE acquisition_id IN (SELECT acquisition_id FROM touched)
            """
        )
    }

    /// What was seen at wallets and may still stand: rentals last 30 days at most.
    static func seen(
        at wallets: [TronAddress],
        since moment: Timestamp,
        in connection: some PostgresQuerying
    ) async throws -> [TronAddress: [SeenDelegation]] {
        let rows = try await connection.query(
            """
            SELECT wallet, txid, block, at, owner, stake_sun, acquisition_id FROM allocator.foreign_delegation
             WHERE wallet = ANY(\(wallets)::bytea[]) AND at > \(moment) ORDER BY wallet, block, txid
            """,
            as: (TronAddress, TransactionID, Int64, Timestamp, TronAddress, Sun, UUIDv7?).self
        )
        return rows.reduce(into: [:]) {
            $0[$1.0, default: []].append(
                SeenDelegation(txid: $1.1, block: $1.2, at: $1.3, owner: $1.4, stake: $1.5, acquisition: $1.6)
            )
        }
    }

    /// The purchases that look for energy among what was delegated to wallets, as they are stored.
    static func claimants(
        at wallets: [TronAddress],
        in connection: some PostgresQuerying
    ) async throws -> [TronAddress: [RentalClaimant]] {
        let rows = try await connection.query(
            """
            SELECT wallet, acquisition_id, life FROM allocator.purchase
             WHERE wallet = ANY(\(wallets)::bytea[])
               AND (state IN ('prepared', 'unknown', 'accepted', 'delivered', 'proven', 'returning')
                    OR state IN ('failed', 'refunded', 'disputed') AND chain_signal IS NOT NULL)
             ORDER BY created_at, acquisition_id
            """,
            as: (TronAddress, UUIDv7, PostgresJSON).self
        )
        var claimants: [TronAddress: [RentalClaimant]] = [:]
        for row in rows {
            guard let life = try? row.2.decode(Purchase.self) else { continue }
            claimants[row.0, default: []].append(
                RentalClaimant(
                    acquisition: row.1,
                    delegations: life.delegations,
                    placedAt: life.placedAt,
                    isWaiting: life.provenAt == nil && life.state.isLive,
                    ordered: life.order.energy
                )
            )
        }
        return claimants
    }

    /// Deletes some of those that no rental can stand of any more.
    /// - Returns: how many.
    static func prune(
        before moment: Timestamp,
        limit: Int = 1000,
        in connection: some PostgresQuerying
    ) async throws -> Int {
        try await connection.query(
            """
            DELETE FROM allocator.foreign_delegation
             WHERE txid = ANY(ARRAY(SELECT txid FROM allocator.foreign_delegation WHERE at < \(moment)
                                     LIMIT \(limit) FOR UPDATE SKIP LOCKED))
            RETURNING 1
            """,
            as: Int32.self
        ).count
    }

    /// Stores to which purchases delegations were found to belong.
    static func assign(_ found: [TransactionID: UUIDv7], in transaction: PostgresTransaction) async throws {
        guard !found.isEmpty else { return }
        let pairs = found.sorted { $0.value < $1.value }
        try await transaction.execute(
            """
            UPDATE allocator.foreign_delegation d SET acquisition_id = r.a
              FROM unnest(\(pairs.map(\.key))::bytea[], \(pairs.map(\.value))::uuid[]) AS r(t, a)
             WHERE d.txid = r.t
            """
        )
    }
}
