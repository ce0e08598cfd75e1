internal import Models
internal import Planning
internal import Storage

/// The quotes that batches share.
enum BatchQuoteStore {
    /// Lets a working set price members of batches: by the stored quotes, and where none holds by what it fixes itself. Whoever
    /// is first with a batch keeps others from being so until his transaction ends; no statement where no member may be priced.
    ///
    /// Call it after positions and withdrawals are locked, and before balances are.
    /// - Parameter promising: whether promises follow; else charges alone.
    static func hold(
        for set: inout WorkingSet,
        promising: Bool,
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws {
        let batches = set.batchesToPrice(promising: promising).sorted()
        guard !batches.isEmpty else { return }
        set.hold(try await read(batches, in: transaction), of: batches, at: now)
        let missing = batches.filter { set.quotes[$0] == nil }
        guard !missing.isEmpty else { return }
        // In the order of the keys; two batches that share a lock only wait for each other.
        try await transaction.execute(
            """
            SELECT count(pg_advisory_xact_lock(hashtextextended(k.i, hashtext(k.p))))
              FROM (SELECT p, i FROM unnest(\(missing.map(\.partner))::text[], \(missing.map(\.id))::text[])
                           WITH ORDINALITY AS k(p, i, o) ORDER BY o) AS k
            """
        )
        set.hold(try await read(missing, in: transaction), of: missing, at: now)
    }

    /// The stored quotes, whether or not they still hold.
    static func read(_ keys: [BatchKey], in connection: some PostgresQuerying) async throws -> [BatchKey: Quote] {
        let rows = try await connection.query(
            """
            SELECT q.partner_id, q.batch_id, q.made_at, q.source, q.energy_price, q.burn_price, q.bandwidth_price,
                   q.activation_price, q.margin_permille, q.fee_sun, q.charge_rule, q.payer
              FROM unnest(\(keys.map(\.partner))::text[], \(keys.map(\.id))::text[]) AS k(partner_id, batch_id)
              JOIN allocator.batch_quote q USING (partner_id, batch_id)
            """,
            as: (
                PartnerID, String, Timestamp, String, Int64, Int64, Sun, Sun, Int32, Sun, String, String
            ).self
        )
        return rows.reduce(into: [:]) { quotes, row in
            quotes[BatchKey(partner: row.0, id: row.1)] = Quote(
                source: row.3,
                energyPrice: SunPerEnergy(rawValue: row.4),
                burnPrice: SunPerEnergy(rawValue: row.5),
                bandwidthPrice: row.6,
                activationPrice: row.7,
                terms: PricingTerms(
                    marginPermille: row.8,
                    fee: row.9,
                    chargeRule: ChargeRule(rawValue: row.10) ?? .ifNotReused,
                    payer: Payer(rawValue: row.11) ?? .partner
                ),
                at: row.2
            )
        }
    }

    /// Stores quotes that this transaction has fixed, in place of those that hold no longer.
    static func statement(_ fixed: [BatchKey: Quote]) -> SQL {
        let rows = fixed.sorted { $0.key < $1.key }
        let quotes = rows.map(\.value)
        return """
            INSERT INTO allocator.batch_quote AS q
                   (partner_id, batch_id, made_at, source, energy_price, burn_price, bandwidth_price, activation_price,
                    margin_permille, fee_sun, charge_rule, payer)
            SELECT p, i, m, s, e, b, w, a, g, f, r, y
              FROM unnest(\(rows.map(\.key.partner))::text[], \(rows.map(\.key.id))::text[],
                          \(quotes.map(\.madeAt))::timestamptz[], \(quotes.map(\.source))::text[],
                          \(quotes.map(\.energyPrice.rawValue))::bigint[], \(quotes.map(\.burnPrice.rawValue))::bigint[],
                          \(quotes.map(\.bandwidthPrice))::bigint[], \(quotes.map(\.activationPrice))::bigint[],
                          \(quotes.map(\.terms.marginPermille))::integer[], \(quotes.map(\.terms.fee))::bigint[],
                          \(quotes.map(\.terms.chargeRule.rawValue))::text[],
                          \(quotes.map(\.terms.payer.rawValue))::text[])
                   AS n(p, i, m, s, e, b, w, a, g, f, r, y)
             ORDER BY p, i
            ON CONFLICT (partner_id, batch_id) DO UPDATE
               SET (made_at, source, energy_price, burn_price, bandwidth_price, activation_price, margin_permille, fee_sun,
                    charge_rule, payer) =
                   (excluded.made_at, excluded.source, excluded.energy_price, excluded.burn_price,
                    excluded.bandwidth_price, excluded.activation_price, excluded.margin_permille, excluded.fee_sun,
                    excluded.charge_rule, excluded.payer)
            """
    }

    /// Forgets quotes made before a moment, at which they must have ended.
    /// - Returns: how many.
    static func forget(
        before moment: Timestamp,
        limit: Int,
        in connection: some PostgresQuerying
    ) async throws -> Int {
        try await connection.query(
            """
            DELETE FROM allocator.batch_quote t
             USING (SELECT q.partner_id, q.batch_id FROM allocator.batch_quote q
                     WHERE q.made_at < \(moment) ORDER BY q.made_at LIMIT \(limit) FOR UPDATE SKIP LOCKED) AS d
             WHERE t.partner_id = d.partner_id AND t.batch_id = d.batch_id
            RETURNING 1
            """,
            as: Int32.self
        ).count
    }
}
