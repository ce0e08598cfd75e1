internal import Models
internal import Planning
internal import Storage

/// Finding withdrawals whose time has come.
enum SettlementStore {
    /// A withdrawal whose transfer is in a block that has become solid.
    struct Solid: Sendable {
        var key: WithdrawalKey
        var txid: TransactionID
    }

    /// Those whose transfers are at or below a solid block, oldest first.
    static func solid(
        upTo block: Int64,
        limit: Int,
        in connection: some PostgresQuerying
    ) async throws -> [Solid] {
        try await connection.query(
            """
            SELECT partner_id, withdrawal_id, txid FROM allocator.withdrawal
             WHERE state = 'ready' AND transfer_block <= \(block) AND txid IS NOT NULL
             ORDER BY transfer_block LIMIT \(limit)
            """,
            as: (PartnerID, WithdrawalID, TransactionID).self
        ).map { Solid(key: WithdrawalKey(partner: $0.0, id: $0.1), txid: $0.2) }
    }

    /// Those whose deadline or shortage has ended, but for those told to send after `cleared`: their transfers may be on
    /// their way though the promise was revoked.
    static func overdue(
        at now: Timestamp,
        cleared: Timestamp,
        limit: Int,
        in connection: some PostgresQuerying
    ) async throws -> [WithdrawalKey] {
        try await connection.query(
            """
            SELECT partner_id, withdrawal_id FROM allocator.withdrawal
             WHERE state IN ('received', 'acquiring', 'short') AND (deadline <= \(now) OR (state = 'short' AND short_until <= \(now)))
               AND (not_after IS NULL OR not_after <= \(cleared))
             LIMIT \(limit)
            """,
            as: (PartnerID, WithdrawalID).self
        ).map { WithdrawalKey(partner: $0.0, id: $0.1) }
    }

    /// Those that were told to send, and whose transfer is in no block though the last moment for it has passed.
    static func unsent(
        before moment: Timestamp,
        limit: Int,
        in connection: some PostgresQuerying
    ) async throws -> [WithdrawalKey] {
        try await connection.query(
            """
            SELECT partner_id, withdrawal_id FROM allocator.withdrawal
             WHERE state = 'ready' AND txid IS NULL AND not_after <= \(moment) LIMIT \(limit)
            """,
            as: (PartnerID, WithdrawalID).self
        ).map { WithdrawalKey(partner: $0.0, id: $0.1) }
    }

    /// A transfer that was seen and belongs to no withdrawal, or to another than the upstream says.
    struct Seen: Sendable {
        var transfer: ObservedTransfer
        var matched: WithdrawalKey?
    }

    /// Transfers by the transactions the upstream reports.
    static func seen(_ txids: [TransactionID], in transaction: PostgresTransaction) async throws -> [Seen] {
        let rows = try await transaction.query(
            """
            SELECT txid, block, wallet, to_address, amount, succeeded, partner_id, withdrawal_id
              FROM allocator.transfer WHERE txid = ANY(\(txids)::bytea[]) ORDER BY txid FOR NO KEY UPDATE
            """,
            as: (TransactionID, Int64, TronAddress, TronAddress, Int64, Bool, PartnerID?, WithdrawalID?).self
        )
        return rows.map { row in
            var key: WithdrawalKey?
            if let partner = row.6, let id = row.7 { key = WithdrawalKey(partner: partner, id: id) }
            return Seen(
                transfer: ObservedTransfer(
                    txid: row.0,
                    block: row.1,
                    wallet: row.2,
                    recipient: row.3,
                    units: row.4,
                    succeeded: row.5
                ),
                matched: key
            )
        }
    }

    /// Notes whose transfer each is.
    static func assigning(_ matches: [TransactionID: WithdrawalKey?]) -> SQL {
        let rows = matches.sorted { $0.key.hex < $1.key.hex }
        return """
            UPDATE allocator.transfer t SET partner_id = r.p, withdrawal_id = r.i
              FROM unnest(\(rows.map(\.key))::bytea[], \(rows.map { $0.value?.partner })::text[],
                          \(rows.map { $0.value?.id })::text[]) AS r(t, p, i)
             WHERE t.txid = r.t
            """
    }
}
