internal import Models
internal import Planning
internal import Storage

/// The positions of hot wallets and pools.
enum PositionStore {
    /// Locks the positions of wallets, in the order every transaction takes them. Wallets without one are left out.
    /// - Parameter horizon: when a promise made now would end at the latest: rented energy that ends before is not for it.
    ///   `nil` where nothing will be promised.
    static func lock(
        _ wallets: [TronAddress],
        until horizon: PromiseHorizon? = nil,
        in transaction: PostgresTransaction
    ) async throws -> [WalletPosition] {
        let rows = try await transaction.query(
            """
            SELECT w.wallet, w.block, w.activated, w.energy_limit, w.energy_used, w.bandwidth_available, w.balance_sun,
                   w.usdt_balance, w.withheld_energy, w.promised_energy, w.promised_amount, w.promised_count,
                   w.energy_source, w.energy_price,
                   coalesce(r.energy, 0)::bigint,
                   CASE WHEN r.energy IS NULL THEN 0
                        ELSE coalesce((SELECT sum(p.energy) FROM allocator.promise p
                                        WHERE p.wallet = w.wallet AND p.closed_at IS NULL
                                          AND p.not_after + \(horizon?.grace.wholeMilliseconds ?? 0) * interval '1 millisecond'
                                              <= r.ends_at), 0)::bigint END
              FROM allocator.wallet_position w
              LEFT JOIN LATERAL (SELECT sum(q.energy) AS energy,
                                       min(CASE WHEN q.state = 'returning' THEN '-infinity' ELSE q.expires_at END) AS ends_at
                                   FROM allocator.purchase q
                                  WHERE q.wallet = w.wallet AND q.state IN ('proven', 'returning')
                                    AND (q.state = 'returning' OR q.expires_at < \(horizon?.end))
                                    AND \(horizon != nil)) AS r ON true
             WHERE w.wallet = ANY(\(wallets)::bytea[]) ORDER BY w.wallet FOR NO KEY UPDATE OF w
            """,
            as: (
                TronAddress, Int64, Bool, Energy, Energy, Bandwidth, Sun, Int64, Energy, Energy, Int64, Int64, String,
                Int64, Energy, Energy
            ).self
        )
        return rows.map {
            WalletPosition(
                wallet: $0.0,
                block: $0.1,
                activated: $0.2,
                energyLimit: $0.3,
                energyUsed: $0.4,
                bandwidthAvailable: $0.5,
                balance: $0.6,
                tokenUnits: $0.7,
                withheld: $0.8,
                promisedEnergy: $0.9,
                promisedUnits: $0.10,
                promisedCount: $0.11,
                energySource: $0.12,
                energyPrice: SunPerEnergy(rawValue: $0.13),
                endingSoon: $0.14,
                promisedBeforeEnd: $0.15
            )
        }
    }

    /// Makes sure that each wallet has a row to lock, with what was read of it.
    static func ensure(
        _ readings: [WalletPosition],
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.execute(
            """
            INSERT INTO allocator.wallet_position
                   (wallet, block, observed_at, activated, energy_limit, energy_used, bandwidth_available, balance_sun,
                    usdt_balance, idle_since)
            SELECT w, b, \(now), a, l, u, n, t, s, \(now)
              FROM unnest(\(readings.map(\.wallet))::bytea[], \(readings.map(\.block))::bigint[],
                          \(readings.map(\.activated))::boolean[], \(readings.map(\.energyLimit))::bigint[],
                          \(readings.map(\.energyUsed))::bigint[], \(readings.map(\.bandwidthAvailable))::bigint[],
                          \(readings.map(\.balance))::bigint[], \(readings.map(\.tokenUnits))::bigint[])
                   AS r(w, b, a, l, u, n, t, s)
             ORDER BY w ON CONFLICT (wallet) DO NOTHING
            """
        )
    }

    /// Which of the wallets have withdrawals that wait.
    /// - Parameter forMoney: also those that wait for nothing but money, which keep nobody from what stands at the wallet.
    static func waiting(
        among wallets: [TronAddress],
        forMoney: Bool,
        in transaction: PostgresTransaction
    ) async throws -> [TronAddress] {
        try await transaction.query(
            """
            SELECT w FROM unnest(\(wallets)::bytea[]) AS w
             WHERE EXISTS (SELECT 1 FROM allocator.withdrawal
                            WHERE from_address = w AND state IN ('received', 'acquiring', 'short')
                              AND (\(forMoney) OR NOT \(WithdrawalStore.isShortOfMoney)))
            """,
            as: TronAddress.self
        )
    }

    /// Stores positions as a working set left them, and adds to what was asked of each wallet.
    static func statement(_ positions: [WalletPosition], requested: [TronAddress: Energy], now: Timestamp) -> SQL {
        let positions = positions.sorted { $0.wallet < $1.wallet }
        return """
            UPDATE allocator.wallet_position p
               SET block = r.block, activated = r.activated, energy_limit = r.energy_limit,
                   energy_used = r.energy_used, bandwidth_available = r.bandwidth_available,
                   balance_sun = r.balance_sun, usdt_balance = r.usdt_balance, withheld_energy = r.withheld,
                   promised_energy = r.promised_energy, promised_amount = r.promised_amount,
                   promised_count = r.promised_count, energy_source = r.energy_source,
                   energy_price = r.energy_price, requested_energy = p.requested_energy + r.requested,
                   observed_at = CASE WHEN r.block > p.block THEN \(now) ELSE p.observed_at END,
                   idle_since = CASE WHEN r.promised_count > 0 THEN NULL ELSE coalesce(p.idle_since, \(now)) END
              FROM unnest(\(positions.map(\.wallet))::bytea[], \(positions.map(\.block))::bigint[],
                          \(positions.map(\.activated))::boolean[], \(positions.map(\.energyLimit))::bigint[],
                          \(positions.map(\.energyUsed))::bigint[], \(positions.map(\.bandwidthAvailable))::bigint[],
                          \(positions.map(\.balance))::bigint[], \(positions.map(\.tokenUnits))::bigint[],
                          \(positions.map(\.withheld))::bigint[], \(positions.map(\.promisedEnergy))::bigint[],
                          \(positions.map(\.promisedUnits))::bigint[], \(positions.map(\.promisedCount))::bigint[],
                          \(positions.map { requested[$0.wallet] ?? .zero })::bigint[],
                          \(positions.map(\.energySource))::text[],
                          \(positions.map(\.energyPrice.rawValue))::bigint[])
                   AS r(wallet, block, activated, energy_limit, energy_used, bandwidth_available, balance_sun,
                        usdt_balance, withheld, promised_energy, promised_amount, promised_count, requested,
                        energy_source, energy_price)
             WHERE p.wallet = r.wallet
            """
    }
}

extension PositionStore {
    /// The first of the wallets that exist on chain.
    static func firstActivated(
        among wallets: [TronAddress],
        in connection: some PostgresQuerying
    ) async throws -> TronAddress? {
        try await connection.queryOne(
            """
            SELECT wallet FROM allocator.wallet_position WHERE wallet = ANY(\(wallets)::bytea[]) AND activated
             ORDER BY wallet LIMIT 1
            """,
            as: TronAddress.self
        )
    }

    /// Everything ever asked of each wallet.
    static func requested(in connection: some PostgresQuerying) async throws -> [TronAddress: Energy] {
        let rows = try await connection.query(
            "SELECT wallet, requested_energy FROM allocator.wallet_position",
            as: (TronAddress, Energy).self
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, $0.1) })
    }
}

extension PositionStore {
    /// Lets energy be promised again that a reclaim was to take which never landed.
    static func release(_ wallets: [TronAddress], in transaction: PostgresTransaction) async throws {
        guard !wallets.isEmpty else { return }
        try await transaction.execute(
            "UPDATE allocator.wallet_position SET withheld_energy = 0 WHERE wallet = ANY(\(wallets)::bytea[])"
        )
    }

    /// Lets wallets take over source and price of the energy that was proven at them last, where no working set holds them.
    static func takeOverEnergy(at wallets: [TronAddress], in transaction: PostgresTransaction) async throws {
        guard !wallets.isEmpty else { return }
        try await transaction.execute(
            """
            UPDATE allocator.wallet_position p SET energy_source = q.source, energy_price = q.energy_price
              FROM (SELECT DISTINCT ON (wallet) wallet, source, energy_price FROM allocator.acquisition
                     WHERE wallet = ANY(\(wallets)::bytea[]) AND state = 'proven'
                     ORDER BY wallet, proven_at DESC, acquisition_id DESC) AS q
             WHERE p.wallet = q.wallet
            """
        )
    }
}
