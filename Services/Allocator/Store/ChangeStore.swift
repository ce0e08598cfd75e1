internal import Models
internal import Planning
internal import Storage

/// Stores what a working set changed: one statement per kind, whatever the size of the batch.
enum ChangeStore {
    /// What a request carries that the life cycle does not look at, stored once with a new withdrawal.
    struct Particulars: Sendable {
        var fingerprint: [UInt8]
        var messageID: String?
    }

    /// The statements, in the order they must run. Promises are closed before others are opened, because an allocation
    /// has at most one open.
    static func statements(
        for set: WorkingSet,
        particulars: [WithdrawalKey: Particulars] = [:],
        now: Timestamp
    ) -> [SQL] {
        assert(set.reserved.isEmpty, "what is reserved is paid for first: ChargeStore.book")
        let changes = set.changes
        var statements: [SQL] = []
        let inserted = changes.inserted.compactMap { set.entries[$0] }
        if !inserted.isEmpty {
            statements.append(insertWithdrawals(inserted.map(\.withdrawal), particulars, now: now))
            statements.append(insertAllocations(inserted, changes.allocations, now: now))
        }
        let touched = changes.updated.sorted().compactMap { set.entries[$0] }
        let updated = touched.map(\.withdrawal)
        if !updated.isEmpty { statements.append(updateWithdrawals(updated, now: now)) }
        let insertedAllocations = Set(inserted.map(\.allocationID))
        let allocations = changes.allocations.filter { !insertedAllocations.contains($0.key) }.sorted {
            $0.key < $1.key
        }
        if !allocations.isEmpty {
            let sources = Dictionary(
                uniqueKeysWithValues: touched.map { ($0.allocationID, $0.withdrawal.cost?.source) }
            )
            let methods = Dictionary(
                uniqueKeysWithValues: touched.map { ($0.allocationID, $0.withdrawal.method) }
            )
            statements.append(updateAllocations(allocations, sources: sources, methods: methods, now: now))
        }
        if !changes.closed.isEmpty { statements.append(closePromises(changes.closed, now: now)) }
        if !changes.reclosed.isEmpty { statements.append(reclosePromises(changes.reclosed, now: now)) }
        if !changes.usedLate.isEmpty {
            statements.append(usePromisesLate(changes.usedLate, uncharged: changes.uncharged))
        }
        if !changes.reopened.isEmpty { statements.append(reopenPromises(changes.reopened)) }
        if !changes.opened.isEmpty { statements.append(openPromises(changes.opened, now: now)) }
        let positions = changes.positions.compactMap { set.positions[$0] }
        if !positions.isEmpty {
            statements.append(PositionStore.statement(positions, requested: changes.requested, now: now))
        }
        if !changes.quotes.isEmpty { statements.append(BatchQuoteStore.statement(changes.quotes)) }
        // Last, because everybody who works for a batch meets at its row.
        if !changes.batches.isEmpty { statements.append(BatchStore.statement(changes.batches, now: now)) }
        return statements
    }

    private static func insertWithdrawals(
        _ rows: [Withdrawal],
        _ particulars: [WithdrawalKey: Particulars],
        now: Timestamp
    ) -> SQL {
        let extras = rows.map { particulars[$0.key] }
        return """
            INSERT INTO allocator.withdrawal
                   (partner_id, withdrawal_id, state, sequence, fingerprint, user_id, from_address, to_address, amount,
                    urgency, deadline, batch_id, message_id, need_energy, need_bandwidth, received_at, updated_at,
                    short_until, not_after, max_cost_sun, short_reason, need_factor, fee_limit_sun)
            SELECT p, i, s, q, f, u, a, t, m, g, d, b, e, ne, nb, r, \(now), su, na, mc, sr, nf, fl
              FROM unnest(\(rows.map(\.key.partner))::text[], \(rows.map(\.key.id))::text[], \(rows.map(\.state))::text[],
                          \(rows.map { Int32($0.sequence) })::integer[],
                          \(extras.map { $0?.fingerprint ?? [] })::bytea[], \(rows.map(\.userID))::text[],
                          \(rows.map(\.from))::bytea[], \(rows.map(\.to))::bytea[], \(rows.map(\.units))::bigint[],
                          \(rows.map(\.urgency))::smallint[], \(rows.map(\.deadline))::timestamptz[],
                          \(rows.map(\.batchID))::text[], \(extras.map { $0?.messageID })::text[],
                          \(rows.map(\.need?.energy))::bigint[], \(rows.map(\.need?.bandwidth))::bigint[],
                          \(rows.map(\.receivedAt))::timestamptz[], \(rows.map(\.shortUntil))::timestamptz[],
                          \(rows.map(\.notAfter))::timestamptz[], \(rows.map(\.maxCost))::bigint[],
                          \(rows.map(\.shortReason))::text[], \(rows.map(\.need?.factor))::bigint[],
                          \(rows.map(\.feeLimit))::bigint[])
                   AS n(p, i, s, q, f, u, a, t, m, g, d, b, e, ne, nb, r, su, na, mc, sr, nf, fl)
            """
    }

    private static func insertAllocations(
        _ rows: [WorkingSet.Entry],
        _ states: [UUIDv7: AllocationState],
        now: Timestamp
    ) -> SQL {
        """
        INSERT INTO allocator.allocation
               (allocation_id, partner_id, withdrawal_id, wallet, state, method, source, energy, created_at, updated_at)
        SELECT a, p, i, w, s, 'energy', o, e, \(now), \(now)
          FROM unnest(\(rows.map(\.allocationID))::uuid[], \(rows.map(\.withdrawal.key.partner))::text[],
                      \(rows.map(\.withdrawal.key.id))::text[], \(rows.map(\.withdrawal.from))::bytea[],
                      \(rows.map { states[$0.allocationID] ?? .pending })::text[],
                      \(rows.map { $0.withdrawal.cost?.source ?? WalletPosition.standing })::text[],
                      \(rows.map { $0.withdrawal.need?.energy ?? .zero })::bigint[])
               AS n(a, p, i, w, s, o, e)
        """
    }

    private static func updateWithdrawals(_ rows: [Withdrawal], now: Timestamp) -> SQL {
        """
        UPDATE allocator.withdrawal w
           SET state = n.s, sequence = n.q, need_energy = n.ne, need_bandwidth = n.nb, need_factor = n.nf,
               short_until = n.su, short_reason = n.sr,
               not_after = n.na, fee_limit_sun = n.fl, reported_txid = n.rt, txid = n.t, transfer_block = n.tb, reason = n.re,
               energy_used = coalesce(n.eu, w.energy_used), energy_fee = coalesce(n.ef, w.energy_fee),
               bandwidth_used = coalesce(n.bu, w.bandwidth_used), bandwidth_fee = coalesce(n.bf, w.bandwidth_fee),
               updated_at = \(now)
          FROM unnest(\(rows.map(\.key.partner))::text[], \(rows.map(\.key.id))::text[], \(rows.map(\.state))::text[],
                      \(rows.map { Int32($0.sequence) })::integer[], \(rows.map(\.need?.energy))::bigint[],
                      \(rows.map(\.need?.bandwidth))::bigint[], \(rows.map(\.shortUntil))::timestamptz[],
                      \(rows.map(\.notAfter))::timestamptz[], \(rows.map(\.reported))::bytea[],
                      \(rows.map(\.transfer))::bytea[], \(rows.map(\.transferBlock))::bigint[],
                      \(rows.map(\.reason))::text[], \(rows.map(\.receipt?.energyUsed))::bigint[],
                      \(rows.map(\.receipt?.energyFee))::bigint[], \(rows.map(\.receipt?.bandwidthUsed))::bigint[],
                      \(rows.map(\.receipt?.bandwidthFee))::bigint[], \(rows.map(\.shortReason))::text[],
                      \(rows.map(\.need?.factor))::bigint[], \(rows.map(\.feeLimit))::bigint[])
               AS n(p, i, s, q, ne, nb, su, na, rt, t, tb, re, eu, ef, bu, bf, sr, nf, fl)
         WHERE w.partner_id = n.p AND w.withdrawal_id = n.i
        """
    }

    private static func updateAllocations(
        _ rows: [(key: UUIDv7, value: AllocationState)],
        sources: [UUIDv7: String?],
        methods: [UUIDv7: AllocationMethod],
        now: Timestamp
    ) -> SQL {
        """
        UPDATE allocator.allocation a
           SET state = n.s, updated_at = \(now), energy = coalesce(w.need_energy, a.energy),
               source = coalesce(n.o, a.source), method = coalesce(n.m, a.method)
          FROM unnest(\(rows.map(\.key))::uuid[], \(rows.map(\.value))::text[],
                      \(rows.map { sources[$0.key] ?? nil })::text[], \(rows.map { methods[$0.key] })::text[])
                      AS n(a, s, o, m), allocator.withdrawal w
         WHERE a.allocation_id = n.a AND w.partner_id = a.partner_id AND w.withdrawal_id = a.withdrawal_id
        """
    }

    private static func closePromises(_ rows: [(allocation: UUIDv7, end: PromiseEnd)], now: Timestamp) -> SQL {
        let blocks = rows.map(\.end.block)
        return """
            UPDATE allocator.promise p
               SET closed_at = \(now), close_reason = n.r, closed_block = n.b
              FROM unnest(\(rows.map(\.allocation))::uuid[], \(rows.map(\.end.name))::text[], \(blocks)::bigint[])
                   AS n(a, r, b)
             WHERE p.allocation_id = n.a AND p.closed_at IS NULL
            """
    }

    private static func reclosePromises(_ rows: [(allocation: UUIDv7, end: PromiseEnd)], now: Timestamp) -> SQL {
        """
        UPDATE allocator.promise p SET closed_at = \(now), close_reason = n.r, closed_block = n.b
          FROM (SELECT DISTINCT ON (q.allocation_id) q.promise_id, r.r, r.b
                  FROM unnest(\(rows.map(\.allocation))::uuid[], \(rows.map(\.end.name))::text[],
                              \(rows.map(\.end.block))::bigint[]) AS r(a, r, b)
                  JOIN allocator.promise q ON q.allocation_id = r.a AND q.close_reason = 'used'
                 ORDER BY q.allocation_id, q.closed_at DESC) AS n
         WHERE p.promise_id = n.promise_id
        """
    }

    private static func usePromisesLate(
        _ rows: [(allocation: UUIDv7, block: Int64)],
        uncharged: [UUIDv7: CostSheet]
    ) -> SQL {
        """
        UPDATE allocator.promise p SET close_reason = 'used', closed_block = n.block, charged = n.charged
          FROM (SELECT DISTINCT ON (q.allocation_id) q.promise_id, r.b AS block, r.c AS charged
                  FROM unnest(\(rows.map(\.allocation))::uuid[], \(rows.map(\.block))::bigint[],
                              \(rows.map { uncharged[$0.allocation] == nil })::boolean[]) AS r(a, b, c)
                  JOIN allocator.promise q ON q.allocation_id = r.a AND q.close_reason = 'revoked'
                 ORDER BY q.allocation_id, q.closed_at DESC) AS n
         WHERE p.promise_id = n.promise_id
        """
    }

    private static func reopenPromises(_ allocations: [UUIDv7]) -> SQL {
        """
        UPDATE allocator.promise p SET closed_at = NULL, close_reason = NULL, closed_block = NULL
          FROM (SELECT DISTINCT ON (allocation_id) promise_id FROM allocator.promise
                 WHERE allocation_id = ANY(\(allocations)::uuid[]) AND close_reason = 'used'
                 ORDER BY allocation_id, closed_at DESC) AS n
         WHERE p.promise_id = n.promise_id
        """
    }

    private static func openPromises(
        _ rows: [(allocation: UUIDv7, wallet: TronAddress, promise: PlannedPromise, notAfter: Timestamp)],
        now: Timestamp
    ) -> SQL {
        let promises = rows.map(\.promise)
        return """
            INSERT INTO allocator.promise
                   (promise_id, allocation_id, wallet, energy, bandwidth, amount, block, capacity, promised_before,
                    opened_at, not_after)
            SELECT i, a, w, e, b, m, k, c, p, \(now), n
              FROM unnest(\(rows.map { _ in UUIDv7(at: now) })::uuid[], \(rows.map(\.allocation))::uuid[],
                          \(rows.map(\.wallet))::bytea[], \(promises.map(\.need.energy))::bigint[],
                          \(promises.map(\.need.bandwidth))::bigint[], \(promises.map(\.units))::bigint[],
                          \(promises.map(\.block))::bigint[], \(promises.map(\.capacity))::bigint[],
                          \(promises.map(\.promisedBefore))::bigint[], \(rows.map(\.notAfter))::timestamptz[])
                   AS r(i, a, w, e, b, m, k, c, p, n)
            """
    }
}
