internal import Models
internal import Planning
internal import Storage

/// Stored requests whose need is not known.
enum NeedStore {
    /// What a simulation needs of one.
    struct Row: Sendable {
        var key: WithdrawalKey
        var from: TronAddress
        var to: TronAddress
        var units: Int64
    }

    /// Those of the keys that are unresolved.
    static func unresolved(_ keys: [WithdrawalKey], in connection: some PostgresQuerying) async throws -> [Row] {
        try await rows(
            """
            JOIN unnest(\(keys.map(\.partner))::text[], \(keys.map(\.id))::text[]) AS k(p, i)
              ON w.partner_id = k.p AND w.withdrawal_id = k.i
             WHERE w.state = 'received' AND w.need_energy IS NULL
            """,
            in: connection
        )
    }

    /// Those received before a moment, oldest first.
    static func unresolved(
        before moment: Timestamp,
        limit: Int,
        in connection: some PostgresQuerying
    ) async throws -> [Row] {
        try await rows(
            """
            WHERE w.state = 'received' AND w.need_energy IS NULL AND w.received_at <= \(moment)
             ORDER BY w.received_at LIMIT \(limit)
            """,
            in: connection
        )
    }

    /// The wallets of withdrawals whose need is known by another factor, and of promises made by a lower one. Reads what is
    /// open.
    static func walletsOutdated(by factor: Int64, in connection: some PostgresQuerying) async throws -> [TronAddress] {
        try await connection.query(
            """
            SELECT from_address FROM allocator.withdrawal
             WHERE state IN ('received', 'acquiring', 'short') AND need_factor <> \(factor)
            UNION
            SELECT from_address FROM allocator.withdrawal
             WHERE state = 'ready' AND txid IS NULL AND reported_txid IS NULL AND need_factor < \(factor)
            """,
            as: TronAddress.self
        )
    }

    /// The wallets of promises whose transfers would run out of energy at their fee limits by this fee. Reads what is ready.
    static func walletsOutgrown(by energyFee: Sun, in connection: some PostgresQuerying) async throws -> [TronAddress] {
        try await connection.query(
            """
            SELECT DISTINCT from_address FROM allocator.withdrawal
             WHERE state = 'ready' AND txid IS NULL AND reported_txid IS NULL
               AND fee_limit_sun < need_energy::numeric * \(energyFee)::bigint
            """,
            as: TronAddress.self
        )
    }

    private static func rows(_ condition: SQL, in connection: some PostgresQuerying) async throws -> [Row] {
        try await connection.query(
            "SELECT w.partner_id, w.withdrawal_id, w.from_address, w.to_address, w.amount FROM allocator.withdrawal w "
                + condition,
            as: (PartnerID, WithdrawalID, TronAddress, TronAddress, Int64).self
        ).map {
            Row(key: WithdrawalKey(partner: $0.0, id: $0.1), from: $0.2, to: $0.3, units: $0.4)
        }
    }
}
