internal import Models
internal import Planning
internal import Storage

/// How far batches have come: ``BatchProgress``, set at a time.
enum BatchStore {
    /// Takes changes, in the order of the keys: two transactions lock the rows of batches in the same order.
    static func statement(_ changes: [BatchKey: BatchChange], now: Timestamp) -> SQL {
        let rows = changes.sorted { $0.key < $1.key }
        let arrived = rows.map { Int32($0.value.arrived) }
        return """
            INSERT INTO allocator.batch AS b
                   (partner_id, batch_id, size, members, open, rejected, first_arrival_at, last_arrival_at)
            SELECT p, i, s, a - r, a - e - r, r, m, m
              FROM unnest(\(rows.map(\.key.partner))::text[], \(rows.map(\.key.id))::text[],
                          \(rows.map { $0.value.size.map { Int32($0) } })::integer[], \(arrived)::integer[],
                          \(rows.map { Int32($0.value.ended) })::integer[],
                          \(rows.map { Int32($0.value.rejected) })::integer[],
                          \(rows.map { $0.value.arrived > 0 ? now : nil })::timestamptz[])
                   WITH ORDINALITY AS n(p, i, s, a, e, r, m, o)
             ORDER BY o
            ON CONFLICT (partner_id, batch_id) DO UPDATE
               SET size = greatest(b.size, excluded.size), members = b.members + excluded.members,
                   open = b.open + excluded.open, rejected = b.rejected + excluded.rejected,
                   first_arrival_at = least(b.first_arrival_at, excluded.first_arrival_at),
                   last_arrival_at = greatest(b.last_arrival_at, excluded.last_arrival_at), told = false
            """
    }

    /// Whether any is due: ``BatchProgress/isDue(at:quiet:)``.
    static func isAnyDue(at now: Timestamp, quiet: Duration, in connection: some PostgresQuerying) async throws -> Bool
    {
        try await connection.queryOne(
            "SELECT EXISTS (SELECT 1 FROM allocator.batch b WHERE " + due(now, quiet) + ")",
            as: Bool.self
        ) ?? false
    }

    /// Marks those that are due as told and adds up their members. Whoever has one locked is about to change it: it is left
    /// for later.
    static func tell(
        at now: Timestamp,
        quiet: Duration,
        limit: Int,
        in transaction: PostgresTransaction
    ) async throws -> [BatchCompleted] {
        let told = try await transaction.query(
            """
            UPDATE allocator.batch t SET told = true, sequence = t.sequence + 1
              FROM (SELECT b.partner_id, b.batch_id FROM allocator.batch b WHERE
            """ + " " + due(now, quiet) + """
                         ORDER BY b.last_arrival_at LIMIT \(limit) FOR UPDATE SKIP LOCKED) AS d
                 WHERE t.partner_id = d.partner_id AND t.batch_id = d.batch_id
                RETURNING t.partner_id, t.batch_id, t.sequence, t.size, t.members, t.rejected, t.first_arrival_at,
                          t.last_arrival_at
                """,
            as: (PartnerID, String, Int32, Int32?, Int32, Int32, Timestamp, Timestamp).self
        )
        guard !told.isEmpty else { return [] }
        // Read after the rows are locked: nobody adds a member or an outcome meanwhile.
        let sums = try await sums(of: told.map { BatchKey(partner: $0.0, id: $0.1) }, in: transaction)
        return told.map { row in
            let sum = sums[BatchKey(partner: row.0, id: row.1)] ?? Sum()
            return BatchCompleted(
                partnerID: row.0,
                batchID: row.1,
                sequence: Int(row.2),
                size: row.3.map { Int($0) },
                members: Int(row.4),
                settled: sum.counts["settled"] ?? 0,
                cancelled: sum.counts["cancelled"] ?? 0,
                expired: sum.counts["expired"] ?? 0,
                failed: sum.counts["failed"] ?? 0,
                rejected: Int(row.5),
                amountSettled: sum.amount,
                energyUsed: sum.energyUsed,
                energyFee: sum.energyFee,
                bandwidthFee: sum.bandwidthFee,
                cost: sum.cost,
                firstReceivedAt: row.6,
                lastReceivedAt: row.7,
                lastOutcomeAt: sum.lastOutcome
            )
        }
    }

    /// Forgets summed up batches that nobody has joined since a moment; whoever does so later begins a new one.
    /// - Returns: how many.
    static func forget(
        before moment: Timestamp,
        limit: Int,
        in connection: some PostgresQuerying
    ) async throws -> Int {
        try await connection.query(
            """
            DELETE FROM allocator.batch t
             USING (SELECT b.partner_id, b.batch_id FROM allocator.batch b
                     WHERE b.open = 0 AND b.told AND b.last_arrival_at < \(moment)
                     ORDER BY b.last_arrival_at LIMIT \(limit) FOR UPDATE SKIP LOCKED) AS d
             WHERE t.partner_id = d.partner_id AND t.batch_id = d.batch_id
            RETURNING 1
            """,
            as: Int32.self
        ).count
    }

    private static func due(_ now: Timestamp, _ quiet: Duration) -> SQL {
        """
        b.open = 0 AND NOT b.told AND b.last_arrival_at IS NOT NULL
          AND (b.last_arrival_at <= \(now - quiet) OR b.members + b.rejected >= b.size)
        """
    }

    private struct Sum {
        var counts: [String: Int] = [:]
        var amount = TokenAmount.zero
        var energyUsed = Energy.zero
        var energyFee = Sun.zero
        var bandwidthFee = Sun.zero
        var cost: Sun?
        var lastOutcome: Timestamp?
    }

    private static func sums(
        of keys: [BatchKey],
        in transaction: PostgresTransaction
    ) async throws -> [BatchKey: Sum] {
        let rows = try await transaction.query(
            """
            SELECT w.partner_id, w.batch_id, w.state, count(*),
                   coalesce(sum(w.amount) FILTER (WHERE w.state = 'settled'), 0)::bigint,
                   coalesce(sum(w.energy_used), 0)::bigint, coalesce(sum(w.energy_fee), 0)::bigint,
                   coalesce(sum(w.bandwidth_fee), 0)::bigint, max(w.updated_at), sum(d.charged)::bigint
              FROM unnest(\(keys.map(\.partner))::text[], \(keys.map(\.id))::text[]) AS k(partner_id, batch_id)
              JOIN allocator.batch b USING (partner_id, batch_id)
              JOIN allocator.withdrawal w USING (partner_id, batch_id)
              JOIN allocator.allocation a ON a.partner_id = w.partner_id AND a.withdrawal_id = w.withdrawal_id
              LEFT JOIN LATERAL (SELECT sum(v.total_sun - coalesce(v.refunded_sun, 0)) AS charged
                                   FROM ledger.v1_debit v WHERE v.allocation_id = a.allocation_id) AS d ON true
             -- Members of a forgotten batch of this name are not its own.
             WHERE b.first_arrival_at IS NULL OR w.received_at >= b.first_arrival_at
             GROUP BY w.partner_id, w.batch_id, w.state
            """,
            as: (PartnerID, String, String, Int64, TokenAmount, Energy, Sun, Sun, Timestamp, Sun?).self
        )
        return rows.reduce(into: [:]) { sums, row in
            let key = BatchKey(partner: row.0, id: row.1)
            var sum = sums[key] ?? Sum()
            sum.counts[row.2] = Int(row.3)
            if row.4 > .zero { sum.amount = row.4 }
            sum.energyUsed = sum.energyUsed + row.5
            sum.energyFee = sum.energyFee + row.6
            sum.bandwidthFee = sum.bandwidthFee + row.7
            sum.lastOutcome = max(row.8, sum.lastOutcome ?? row.8)
            if let cost = row.9 { sum.cost = (sum.cost ?? .zero) + cost }
            sums[key] = sum
        }
    }
}
