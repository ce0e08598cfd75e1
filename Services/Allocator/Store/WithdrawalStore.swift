internal import Ledger
internal import Models
internal import Planning
internal import Storage

/// Reading withdrawals, locked, as working sets take them.
enum WithdrawalStore {
    /// A withdrawal that is already there under the id of a new request.
    struct Known: Sendable {
        var key: WithdrawalKey
        var fingerprint: [UInt8]
    }

    /// Those of the keys that are taken, not locked.
    static func known(_ keys: [WithdrawalKey], in transaction: PostgresTransaction) async throws -> [Known] {
        let rows = try await transaction.query(
            """
            SELECT w.partner_id, w.withdrawal_id, w.fingerprint
              FROM unnest(\(keys.map(\.partner))::text[], \(keys.map(\.id))::text[]) AS k(partner_id, withdrawal_id)
              JOIN allocator.withdrawal w USING (partner_id, withdrawal_id)
            """,
            as: (PartnerID, WithdrawalID, [UInt8]).self
        )
        return rows.map { Known(key: WithdrawalKey(partner: $0.0, id: $0.1), fingerprint: $0.2) }
    }

    /// The wallets of withdrawals, to lock their positions before them.
    static func wallets(of keys: [WithdrawalKey], in transaction: PostgresTransaction) async throws -> [TronAddress] {
        try await transaction.query(
            """
            SELECT DISTINCT w.from_address
              FROM unnest(\(keys.map(\.partner))::text[], \(keys.map(\.id))::text[]) AS k(partner_id, withdrawal_id)
              JOIN allocator.withdrawal w USING (partner_id, withdrawal_id)
            """,
            as: TronAddress.self
        )
    }

    /// Locks the withdrawals of these names.
    /// - Parameter costs: also ask the ledger what is charged for those that are ready.
    static func lock(
        _ keys: [WithdrawalKey],
        costs: Bool = false,
        in transaction: PostgresTransaction
    ) async throws -> [WorkingSet.Entry] {
        try await load(
            """
            JOIN unnest(\(keys.map(\.partner))::text[], \(keys.map(\.id))::text[]) AS k(p, i)
              ON w.partner_id = k.p AND w.withdrawal_id = k.i
            """,
            costs: costs,
            in: transaction
        )
    }

    /// Holds of a withdrawal that waits for nothing but money.
    static let isShortOfMoney: SQL =
        "(state = 'short' AND coalesce(short_reason IN ('insufficient_balance', 'max_cost'), false))"

    /// Locks the withdrawals of wallets that wait for energy, urgent and old ones first, at most `limit`. Those that were short
    /// of money come last, so that they keep nobody from his turn.
    static func lockWaiting(
        at wallets: [TronAddress],
        limit: Int,
        in transaction: PostgresTransaction
    ) async throws -> [WorkingSet.Entry] {
        try await load(
            """
            JOIN (SELECT partner_id AS p, withdrawal_id AS i FROM allocator.withdrawal
                   WHERE from_address = ANY(\(wallets)::bytea[]) AND state IN ('received', 'acquiring', 'short')
                     AND need_energy IS NOT NULL
                   ORDER BY \(isShortOfMoney), urgency DESC, received_at LIMIT \(limit)) AS k ON w.partner_id = k.p AND w.withdrawal_id = k.i
            """,
            in: transaction
        )
    }

    /// Locks the withdrawals of wallets that are told to send.
    static func lockReady(
        at wallets: [TronAddress],
        in transaction: PostgresTransaction
    ) async throws -> [WorkingSet.Entry] {
        try await load(
            """
            JOIN (SELECT partner_id AS p, withdrawal_id AS i FROM allocator.withdrawal
                   WHERE from_address = ANY(\(wallets)::bytea[])
                     AND (state = 'ready' OR (state IN ('acquiring', 'short') AND not_after IS NOT NULL))) AS k
              ON w.partner_id = k.p AND w.withdrawal_id = k.i
            """,
            in: transaction
        )
    }

    private static func load(
        _ selection: SQL,
        costs: Bool = false,
        in transaction: PostgresTransaction
    ) async throws -> [WorkingSet.Entry] {
        let rows = try await transaction.query(
            """
            SELECT w.partner_id, w.withdrawal_id, w.from_address, w.to_address, w.amount, w.user_id, w.urgency, w.deadline,
                   w.received_at, w.state, w.sequence, w.need_energy, w.need_bandwidth, w.short_until, w.not_after,
                   w.reported_txid, w.txid, w.transfer_block, w.reason, w.max_cost_sun, w.short_reason, a.allocation_id,
                   w.batch_id, a.method, w.need_factor, w.fee_limit_sun,
                   EXISTS (SELECT 1 FROM allocator.promise p
                            WHERE p.allocation_id = a.allocation_id AND p.closed_at IS NULL)
              FROM allocator.withdrawal w
              \(selection)
              JOIN allocator.allocation a ON a.partner_id = w.partner_id AND a.withdrawal_id = w.withdrawal_id
             ORDER BY w.partner_id, w.withdrawal_id FOR NO KEY UPDATE OF w
            """,
            as: (
                PartnerID, WithdrawalID, TronAddress, TronAddress, Int64, String?, Int16, Timestamp?, Timestamp,
                WithdrawalState, Int32, Energy?, Bandwidth?, Timestamp?, Timestamp?, TransactionID?, TransactionID?,
                Int64?, String?, Sun?, ShortageReason?, UUIDv7, String?, AllocationMethod, Int64?, Sun?, Bool
            ).self
        )
        let charged = costs ? rows.filter { $0.9 == .ready }.map(\.21) : []
        let sheets = charged.isEmpty ? [:] : try await Books(in: transaction).sheets(of: charged)
        return rows.map { row in
            var need: Need?
            if let energy = row.11 { need = Need(energy: energy, bandwidth: row.12 ?? .zero, factor: row.24) }
            let withdrawal = Withdrawal(
                key: WithdrawalKey(partner: row.0, id: row.1),
                from: row.2,
                to: row.3,
                units: row.4,
                userID: row.5,
                urgency: row.6,
                deadline: row.7,
                maxCost: row.19,
                receivedAt: row.8,
                batchID: row.22,
                state: row.9,
                sequence: Int(row.10),
                need: need,
                shortUntil: row.13,
                shortReason: row.20,
                notAfter: row.14,
                reported: row.15,
                transfer: row.16,
                transferBlock: row.17,
                reason: row.18,
                method: row.23,
                cost: sheets[row.21],
                feeLimit: row.25
            )
            return WorkingSet.Entry(withdrawal: withdrawal, allocationID: row.21, hasOpenPromise: row.26)
        }
    }
}
