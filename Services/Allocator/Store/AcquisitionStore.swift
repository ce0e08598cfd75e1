internal import Models
internal import Planning
internal import Storage

/// Acquisitions, the attempts that carry them out, and what stands delegated.
enum AcquisitionStore {
    /// A signed transaction that is not known to be final or dead.
    struct OpenAttempt: Sendable {
        var id: UUIDv7
        var acquisition: UUIDv7?
        var isReclaim: Bool
        var pool: String
        var wallet: TronAddress
        var stake: Sun
        var bytes: [UInt8]
        var attempt: Attempt
    }

    /// A new signed transaction, and the acquisition it is for unless it takes back.
    struct NewAttempt: Sendable {
        var id: UUIDv7
        var acquisition: NewAcquisition?
        var pool: String
        var wallet: TronAddress
        var stake: Sun
        var txid: TransactionID
        var bytes: [UInt8]
        var expiration: Timestamp
    }

    /// Energy to be brought.
    struct NewAcquisition: Sendable {
        var id: UUIDv7
        var energy: Energy
        var serves: Int32
    }

    /// Everything that may still land, or was in a block that is not solid yet.
    static func open(in connection: some PostgresQuerying) async throws -> [OpenAttempt] {
        let rows = try await connection.query(
            """
            SELECT attempt_id, acquisition_id, purpose, pool_id, wallet, stake_sun, signed_bytes, txid, expiration,
                   state, block
              FROM allocator.attempt
             WHERE state IN ('live', 'included') OR (state = 'reverted' AND block IS NOT NULL) ORDER BY stored_at
            """,
            as: (
                UUIDv7, UUIDv7?, String, String, TronAddress, Sun, [UInt8], TransactionID, Timestamp, AttemptState,
                Int64?
            ).self
        )
        return rows.map {
            OpenAttempt(
                id: $0.0,
                acquisition: $0.1,
                isReclaim: $0.2 == "undelegate",
                pool: $0.3,
                wallet: $0.4,
                stake: $0.5,
                bytes: $0.6,
                attempt: Attempt(txid: $0.7, expiration: $0.8, state: $0.9, block: $0.10)
            )
        }
    }

    /// Stores attempts, and the acquisitions of those that bring energy, before anything leaves the process.
    /// - Parameter energyPrice: what the energy of our own stake costs that they bring.
    static func insert(
        _ attempts: [NewAttempt],
        energyPrice: SunPerEnergy,
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws {
        let bringing = attempts.compactMap { attempt in attempt.acquisition.map { (attempt, $0) } }
        if !bringing.isEmpty {
            try await transaction.execute(
                """
                INSERT INTO allocator.acquisition
                       (acquisition_id, wallet, pool_id, source, energy, stake_sun, allocations, state, started_at,
                        energy_price)
                SELECT i, w, p, 'own_stake', e, s, n, 'started', \(now), \(energyPrice.rawValue)
                  FROM unnest(\(bringing.map(\.1.id))::uuid[], \(bringing.map(\.0.wallet))::bytea[],
                              \(bringing.map(\.0.pool))::text[], \(bringing.map(\.1.energy))::bigint[],
                              \(bringing.map(\.0.stake))::bigint[], \(bringing.map(\.1.serves))::integer[])
                       AS r(i, w, p, e, s, n)
                """
            )
        }
        guard !attempts.isEmpty else { return }
        try await transaction.execute(
            """
            INSERT INTO allocator.attempt
                   (attempt_id, purpose, acquisition_id, pool_id, wallet, stake_sun, txid, signed_bytes, expiration, state,
                    stored_at)
            SELECT i, CASE WHEN q IS NULL THEN 'undelegate' ELSE 'delegate' END, q, p, w, s, t, b, e, 'live', \(now)
              FROM unnest(\(attempts.map(\.id))::uuid[], \(attempts.map(\.acquisition?.id))::uuid[],
                          \(attempts.map(\.pool))::text[], \(attempts.map(\.wallet))::bytea[],
                          \(attempts.map(\.stake))::bigint[], \(attempts.map(\.txid))::bytea[],
                          \(attempts.map(\.bytes))::bytea[], \(attempts.map(\.expiration))::timestamptz[])
                   AS r(i, q, p, w, s, t, b, e)
            """
        )
    }

    /// Stores where attempts stand.
    static func update(
        _ attempts: [OpenAttempt],
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws {
        guard !attempts.isEmpty else { return }
        try await transaction.execute(
            """
            UPDATE allocator.attempt a
               SET state = r.s, block = r.b,
                   ended_at = CASE WHEN r.s IN ('final', 'reverted', 'expired') THEN \(now) END
              FROM unnest(\(attempts.map(\.id))::uuid[], \(attempts.map(\.attempt.state))::text[],
                          \(attempts.map(\.attempt.block))::bigint[]) AS r(i, s, b)
             WHERE a.attempt_id = r.i
            """
        )
    }

    /// Records that attempts were sent, and what the node said.
    static func recordSends(
        _ sends: [Send],
        now: Timestamp,
        in connection: some PostgresQuerying
    ) async throws {
        guard !sends.isEmpty else { return }
        try await connection.execute(
            """
            UPDATE allocator.attempt a
               SET sent_at = coalesce(a.sent_at, greatest(\(now), a.stored_at)), sends = a.sends + 1,
                   last_answer = r.t
              FROM unnest(\(sends.map(\.id))::uuid[], \(sends.map(\.answer))::text[]) AS r(i, t)
             WHERE a.attempt_id = r.i
            """
        )
    }

    /// Why an acquisition came to nothing.
    struct Failure: Sendable {
        var acquisition: UUIDv7
        var reason: String
    }

    /// Ends acquisitions, or marks them proven.
    /// - Returns: what changed, to be told.
    static func mark(
        _ acquisitions: [UUIDv7],
        _ state: AcquisitionState,
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws -> [AcquisitionEventBody] {
        try await mark(acquisitions, state, reasons: acquisitions.map { _ in nil }, now: now, in: transaction)
    }

    /// Ends acquisitions as failed, each for its own reason.
    /// - Returns: what changed, to be told.
    static func fail(
        _ failures: [Failure],
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws -> [AcquisitionEventBody] {
        let reasons = failures.map { String($0.reason.prefix(500)) }
        return try await mark(failures.map(\.acquisition), .failed, reasons: reasons, now: now, in: transaction)
    }

    private static func mark(
        _ acquisitions: [UUIDv7],
        _ state: AcquisitionState,
        reasons: [String?],
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws -> [AcquisitionEventBody] {
        guard !acquisitions.isEmpty else { return [] }
        let rows = try await transaction.query(
            """
            UPDATE allocator.acquisition q
               SET state = \(state), reason = r.t,
                   proven_at = CASE WHEN \(state)::text = 'proven' THEN \(now) ELSE q.proven_at END,
                   ended_at = CASE WHEN \(state)::text IN ('failed', 'reclaimed') THEN \(now) END
              FROM unnest(\(acquisitions)::uuid[], \(reasons)::text[]) AS r(i, t)
             WHERE q.acquisition_id = r.i AND q.state <> \(state)
               AND (\(state)::text <> 'proven' OR q.state = 'started')
            RETURNING q.acquisition_id, q.wallet, q.source, q.pool_id, q.energy, q.stake_sun
            """,
            as: (UUIDv7, TronAddress, String, String?, Energy, Sun?).self
        )
        return rows.map {
            AcquisitionEventBody(
                acquisitionID: $0.0,
                wallet: $0.1,
                source: $0.2,
                pool: $0.3,
                energy: $0.4,
                stake: $0.5,
                txid: nil
            )
        }
    }

    /// Acquisitions that stand at pairs of pool and wallet of which the chain reports nothing any more.
    static func standing(
        at pairs: [(pool: String, wallet: TronAddress)],
        in transaction: PostgresTransaction
    ) async throws -> [UUIDv7] {
        try await transaction.query(
            """
            SELECT q.acquisition_id FROM allocator.acquisition q
              JOIN unnest(\(pairs.map(\.pool))::text[], \(pairs.map(\.wallet))::bytea[]) AS r(p, w)
                ON q.pool_id = r.p AND q.wallet = r.w
             WHERE q.state = 'proven'
               AND NOT EXISTS (SELECT 1 FROM allocator.delegation d
                                WHERE d.pool_id = r.p AND d.wallet = r.w AND d.stake_sun > 0)
            """,
            as: UUIDv7.self
        )
    }

    /// Source and price of the energy that was proven last at each wallet; those at which nothing stands that we brought are
    /// left out.
    /// - Parameter delivered: wallets to which a block has brought what somebody else delegated: what is bought for them, if
    ///   anything, is there, though the purchase was not told so yet.
    static func newestEnergy(
        at wallets: [TronAddress],
        delivered: [TronAddress] = [],
        in transaction: PostgresTransaction
    ) async throws -> [TronAddress: EnergyOffer] {
        guard !wallets.isEmpty else { return [:] }
        let rows = try await transaction.query(
            """
            SELECT DISTINCT ON (wallet) wallet, source, energy_price FROM allocator.acquisition
             WHERE wallet = ANY(\(wallets)::bytea[])
               AND (state = 'proven'
                    OR (state = 'started' AND pool_id IS NULL AND wallet = ANY(\(delivered)::bytea[])))
             ORDER BY wallet, proven_at DESC NULLS FIRST, acquisition_id DESC
            """,
            as: (TronAddress, String, Int64).self
        )
        return rows.reduce(into: [:]) { offers, row in
            offers[row.0] = EnergyOffer(source: row.1, price: SunPerEnergy(rawValue: row.2))
        }
    }

    /// Takes back that acquisitions are proven, unless another one has begun for the wallet meanwhile.
    static func reopen(_ acquisitions: [UUIDv7], in transaction: PostgresTransaction) async throws {
        guard !acquisitions.isEmpty else { return }
        try await transaction.execute(
            """
            UPDATE allocator.acquisition q SET state = 'started', proven_at = NULL
             WHERE q.acquisition_id = ANY(\(acquisitions)::uuid[]) AND q.state = 'proven'
               AND NOT EXISTS (SELECT 1 FROM allocator.acquisition o
                                WHERE o.wallet = q.wallet AND o.state = 'started' AND o.pool_id IS NULL)
            """
        )
    }

    /// Wallets to which energy of our own is on its way.
    static func underWay(in transaction: PostgresTransaction) async throws -> Set<TronAddress> {
        Set(
            try await transaction.query(
                "SELECT wallet FROM allocator.acquisition WHERE state = 'started' AND pool_id IS NOT NULL",
                as: TronAddress.self
            )
        )
    }
}

extension AcquisitionStore {
    /// Stake that each pool has signed away within the last hour and the last day.
    ///
    /// Counted is every delegation that has taken effect or still may: also one that was not sent yet, and one that failed in
    /// a block which may be replaced. One that has expired or failed for ever moved nothing, and counts no more. Rows of a
    /// clock that ran ahead count too. Ask under the cursor's lock: then no other replica signs meanwhile.
    static func signed(now: Timestamp, in transaction: PostgresTransaction) async throws -> [String: SignedStake] {
        let rows = try await transaction.query(
            """
            SELECT pool_id,
                   least(coalesce(sum(stake_sun) FILTER (WHERE stored_at > \(now - SignedStake.hour)), 0),
                         9223372036854775807)::bigint,
                   least(sum(stake_sun), 9223372036854775807)::bigint
              FROM allocator.attempt
             WHERE purpose = 'delegate' AND stored_at > \(now - SignedStake.day)
               AND (state IN ('live', 'included', 'final') OR (state = 'reverted' AND block IS NOT NULL))
             GROUP BY pool_id
            """,
            as: (String, Sun, Sun).self
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, SignedStake(lastHour: $0.1, lastDay: $0.2)) })
    }

    /// A signed transaction to be sent.
    struct Unsent: Sendable {
        var id: UUIDv7
        var bytes: [UInt8]
    }

    /// A transaction that was sent, and what the node said.
    struct Send: Sendable {
        var id: UUIDv7
        var answer: String
    }

    /// Attempts to be sent: never sent, or also those not in a block though first sent before a moment.
    static func unsent(
        olderThan moment: Timestamp?,
        now: Timestamp,
        in connection: some PostgresQuerying
    ) async throws -> [Unsent] {
        try await connection.query(
            """
            SELECT attempt_id, signed_bytes FROM allocator.attempt
             WHERE state = 'live' AND expiration > \(now) AND (sent_at IS NULL OR sent_at < \(moment))
             ORDER BY stored_at LIMIT 200
            """,
            as: (UUIDv7, [UInt8]).self
        ).map { Unsent(id: $0.0, bytes: $0.1) }
    }
}
