internal import Models
internal import Planning
internal import Storage

/// The part of the head chain that was processed, and the transfers seen in it.
enum BlockStore {
    /// A processed block.
    struct Processed: Sendable, Equatable {
        var number: Int64
        var id: [UInt8]
    }

    /// The newest processed blocks, newest first.
    static func newest(_ count: Int, in connection: some PostgresQuerying) async throws -> [Processed] {
        try await connection.query(
            "SELECT number, block_id FROM allocator.block ORDER BY number DESC LIMIT \(count)",
            as: (Int64, [UInt8]).self
        ).map { Processed(number: $0.0, id: $0.1) }
    }

    /// Locks the cursor. `nil` before the first block.
    static func lockCursor(in transaction: PostgresTransaction) async throws -> Int64? {
        try await transaction.query("SELECT block FROM allocator.cursor FOR UPDATE", as: Int64.self).first
    }

    /// Records blocks and moves the cursor; keeps the newest 256.
    static func append(_ blocks: [HeadBlock], in transaction: PostgresTransaction) async throws {
        guard let last = blocks.last else { return }
        try await transaction.execute(
            """
            INSERT INTO allocator.block (number, block_id, parent_id, at)
            SELECT * FROM unnest(\(blocks.map(\.number))::bigint[], \(blocks.map(\.id))::bytea[],
                                 \(blocks.map(\.parent))::bytea[], \(blocks.map(\.time))::timestamptz[])
            """
        )
        try await transaction.execute(
            """
            INSERT INTO allocator.cursor (block) VALUES (\(last.number))
            ON CONFLICT (singleton) DO UPDATE SET block = excluded.block
            """
        )
        try await transaction.execute("DELETE FROM allocator.block WHERE number < \(last.number - 256)")
    }

    /// Forgets the blocks above a number, and what was seen in them.
    /// - Returns: the withdrawals whose transfers were in them.
    static func rollBack(to number: Int64, in transaction: PostgresTransaction) async throws -> [WithdrawalKey] {
        let rows = try await transaction.query(
            """
            SELECT partner_id, withdrawal_id FROM allocator.withdrawal
             WHERE state = 'ready' AND transfer_block > \(number)
            """,
            as: (PartnerID, WithdrawalID).self
        )
        try await transaction.execute("DELETE FROM allocator.transfer WHERE block > \(number)")
        try await ForeignDelegationStore.rollBack(to: number, in: transaction)
        try await transaction.execute("DELETE FROM allocator.block WHERE number > \(number)")
        try await transaction.execute("UPDATE allocator.cursor SET block = \(number)")
        // What was read at a block that is gone gives way to what is read now, whatever its number.
        try await transaction.execute(
            """
            UPDATE allocator.wallet_position SET block = \(number)
             WHERE wallet IN (SELECT wallet FROM allocator.wallet_position WHERE block > \(number)
                               ORDER BY wallet FOR NO KEY UPDATE)
            """
        )
        try await transaction.execute("UPDATE allocator.pool_position SET block = \(number) WHERE block > \(number)")
        try await transaction.execute("UPDATE allocator.delegation SET block = \(number) WHERE block > \(number)")
        return rows.map { WithdrawalKey(partner: $0.0, id: $0.1) }
    }

    /// Records transfers and what they were matched to.
    static func insert(
        _ transfers: [ObservedTransfer],
        matches: [TransactionID: WithdrawalKey],
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws {
        guard !transfers.isEmpty else { return }
        let keys = transfers.map { matches[$0.txid] }
        try await transaction.execute(
            """
            INSERT INTO allocator.transfer
                   (txid, block, wallet, to_address, amount, succeeded, partner_id, withdrawal_id, at)
            SELECT t, b, w, r, a, s, p, i, \(now)
              FROM unnest(\(transfers.map(\.txid))::bytea[], \(transfers.map(\.block))::bigint[],
                          \(transfers.map(\.wallet))::bytea[], \(transfers.map(\.recipient))::bytea[],
                          \(transfers.map(\.units))::bigint[], \(transfers.map(\.succeeded))::boolean[],
                          \(keys.map { $0?.partner })::text[], \(keys.map { $0?.id })::text[])
                   AS n(t, b, w, r, a, s, p, i)
            ON CONFLICT (txid) DO UPDATE SET block = excluded.block, succeeded = excluded.succeeded,
                   partner_id = excluded.partner_id, withdrawal_id = excluded.withdrawal_id
            """
        )
    }
}
