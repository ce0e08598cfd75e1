internal import Models
internal import Planning
internal import Storage
internal import Suppliers

/// Orders at suppliers: their lives, and what is sent for them.
enum PurchaseStore {
    /// A purchase as it is stored. Only its own transaction changes it.
    struct Row: Sendable {
        var acquisition: UUIDv7
        var life: Purchase
        /// What is sent, committed before the first call.
        var prepared: PreparedPurchase?
        /// The return of a rental, likewise.
        var returning: PreparedPurchase?
        var signal: Signal?
    }

    /// What the follower of the chain has seen for it.
    enum Signal: String, Sendable, PostgresValue {
        /// Something was delegated to its wallet, or taken back.
        case moved
        /// A replaced block has taken away what proved it.
        case lost
    }

    /// Stores new purchases with their acquisitions, before anything is asked of a supplier.
    static func insert(
        _ orders: [PurchaseOrder],
        lives: [Purchase],
        serves: [Int32],
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws {
        guard !orders.isEmpty else { return }
        try await transaction.pipeline([
            """
            INSERT INTO allocator.acquisition
                   (acquisition_id, wallet, source, energy, allocations, state, started_at, energy_price)
            SELECT i, w, s, e, n, 'started', \(now), c
              FROM unnest(\(orders.map(\.acquisition))::uuid[], \(orders.map(\.wallet))::bytea[],
                          \(orders.map(\.supplier))::text[], \(orders.map(\.energy))::bigint[], \(serves)::integer[],
                          \(orders.map { $0.pricePerEnergy.rawValue })::bigint[])
                   AS r(i, w, s, e, n, c)
            """,
            """
            INSERT INTO allocator.purchase
                   (acquisition_id, order_key, supplier_id, wallet, state, life, ordered_energy, quoted_sun, wake_at,
                    returnable, created_at, updated_at)
            SELECT i, k, s, w, 'planned', l, e, q, \(now), g, \(now), \(now)
              FROM unnest(\(orders.map(\.acquisition))::uuid[], \(orders.map(\.key.rawValue))::text[],
                          \(orders.map(\.supplier))::text[], \(orders.map(\.wallet))::bytea[],
                          \(try lives.map { try PostgresJSON(encoding: $0) })::jsonb[],
                          \(orders.map(\.energy))::bigint[], \(orders.map(\.quoted))::bigint[],
                          \(lives.map(\.rules.isReturnable))::boolean[])
                   AS r(i, k, s, w, l, e, q, g)
            """,
        ])
    }

    /// Those that have to be looked at now.
    static func due(
        now: Timestamp,
        limit: Int = 500,
        in connection: some PostgresQuerying
    ) async throws -> [UUIDv7] {
        try await connection.query(
            """
            SELECT acquisition_id FROM allocator.purchase
             WHERE wake_at <= \(now) OR chain_signal IS NOT NULL
             ORDER BY wake_at NULLS FIRST LIMIT \(limit)
            """,
            as: UUIDv7.self
        )
    }

    /// Payments that the chain has still to decide.
    static func awaitingPayment(
        in connection: some PostgresQuerying
    ) async throws -> [(acquisition: UUIDv7, prepared: PreparedPurchase)] {
        let rows = try await connection.query(
            """
            SELECT acquisition_id, prepared FROM allocator.purchase
             WHERE awaits_payment AND prepared IS NOT NULL ORDER BY created_at LIMIT 500
            """,
            as: (UUIDv7, PostgresJSON).self
        )
        var payments: [(acquisition: UUIDv7, prepared: PreparedPurchase)] = []
        for row in rows {
            if let prepared = try? row.1.decode(PreparedPurchase.self) { payments.append((row.0, prepared)) }
        }
        return payments
    }

    /// Purchases at a wallet that a contract delegates for, without a transaction of its own.
    static func contracts(
        at wallet: TronAddress,
        in connection: some PostgresQuerying
    ) async throws -> [UUIDv7: PreparedPurchase] {
        let rows = try await connection.query(
            """
            SELECT acquisition_id, prepared FROM allocator.purchase
             WHERE wallet = \(wallet) AND returnable AND prepared IS NOT NULL
               AND state IN ('prepared', 'unknown', 'accepted', 'delivered', 'proven', 'returning')
            """,
            as: (UUIDv7, PostgresJSON).self
        )
        var contracts: [UUIDv7: PreparedPurchase] = [:]
        for row in rows { contracts[row.0] = try? row.1.decode(PreparedPurchase.self) }
        return contracts
    }

    /// Wallets that a contract delegates to: no block tells that it did.
    static func watched(now: Timestamp, in connection: some PostgresQuerying) async throws -> [TronAddress] {
        try await connection.query(
            """
            SELECT DISTINCT wallet FROM allocator.purchase
             WHERE returnable AND (state IN ('prepared', 'unknown', 'accepted', 'delivered', 'returning')
                                   OR (state IN ('proven', 'ended') AND updated_at > \(now - .seconds(30))))
            """,
            as: TronAddress.self
        )
    }

    /// When the next of them has to be looked at.
    static func nextWake(in connection: some PostgresQuerying) async throws -> Timestamp? {
        try await connection.queryOne("SELECT min(wake_at) FROM allocator.purchase", as: Timestamp?.self) ?? nil
    }

    /// All that are not over: what a process that ends leaves behind.
    static func open(
        in connection: some PostgresQuerying
    ) async throws -> [(acquisition: UUIDv7, wallet: TronAddress)] {
        let rows = try await connection.query(
            """
            SELECT acquisition_id, wallet FROM allocator.purchase
             WHERE state IN ('planned', 'prepared', 'unknown', 'accepted', 'delivered', 'proven', 'returning')
             ORDER BY created_at
            """,
            as: (UUIDv7, TronAddress).self
        )
        return rows.map { (acquisition: $0.0, wallet: $0.1) }
    }

    /// Rentals that we end ourselves and that have stood idle, or are about to run down.
    static func toReturn(
        idleSince idle: Timestamp,
        endingBefore end: Timestamp,
        in connection: some PostgresQuerying
    ) async throws -> [UUIDv7] {
        try await connection.query(
            """
            SELECT q.acquisition_id FROM allocator.purchase q JOIN allocator.wallet_position p USING (wallet)
             WHERE q.returnable AND q.state = 'proven'
               AND (q.expires_at < \(end) OR (p.promised_count = 0 AND p.idle_since < \(idle)))
            """,
            as: UUIDv7.self
        )
    }

    /// Locks purchases in the order every transaction takes them.
    /// - Returns: those that can be read, and the others.
    static func lock(
        _ acquisitions: [UUIDv7],
        in transaction: PostgresTransaction
    ) async throws -> (rows: [Row], unreadable: [UUIDv7]) {
        let rows = try await transaction.query(
            """
            SELECT acquisition_id, life, prepared, return_order, chain_signal FROM allocator.purchase
             WHERE acquisition_id = ANY(\(acquisitions)::uuid[]) ORDER BY acquisition_id FOR UPDATE
            """,
            as: (UUIDv7, PostgresJSON, PostgresJSON?, PostgresJSON?, Signal?).self
        )
        var readable: [Row] = []
        var unreadable: [UUIDv7] = []
        for row in rows {
            do {
                readable.append(
                    Row(
                        acquisition: row.0,
                        life: try row.1.decode(Purchase.self),
                        prepared: try row.2?.decode(PreparedPurchase.self),
                        returning: try row.3?.decode(PreparedPurchase.self),
                        signal: row.4
                    )
                )
            } catch {
                unreadable.append(row.0)
            }
        }
        return (readable, unreadable)
    }

    /// Has purchases be looked at later.
    static func postpone(
        _ acquisitions: [UUIDv7],
        until moment: Timestamp,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.execute(
            """
            UPDATE allocator.purchase SET wake_at = \(moment), chain_signal = NULL
             WHERE acquisition_id = ANY(\(acquisitions)::uuid[])
            """
        )
    }

    /// Stores purchases as they are now. What was signalled of them is taken as told.
    static func update(_ rows: [Row], now: Timestamp, in transaction: PostgresTransaction) async throws {
        guard !rows.isEmpty else { return }
        let lives = rows.map(\.life)
        try await transaction.execute(
            """
            UPDATE allocator.purchase p
               SET state = r.s, life = r.l, prepared = coalesce(p.prepared, r.b), payment_txid = coalesce(p.payment_txid, r.t),
                   return_order = r.o, energy = r.e, charged_sun = r.c, refunded_sun = r.f,
                   owed_sun = r.ow, expires_at = r.x, wake_at = r.w,
                   awaits_payment = r.a, placed_at = r.pl, proven_at = r.pr, reason = r.re, chain_signal = NULL,
                   updated_at = CASE WHEN p.state <> r.s THEN \(now) ELSE p.updated_at END
              FROM unnest(\(rows.map(\.acquisition))::uuid[], \(lives.map(\.state))::text[],
                          \(try lives.map { try PostgresJSON(encoding: $0) })::jsonb[],
                          \(try rows.map { try $0.prepared.map { try PostgresJSON(encoding: $0) } })::jsonb[],
                          \(rows.map(\.prepared?.payment?.transaction))::bytea[],
                          \(try rows.map { try $0.returning.map { try PostgresJSON(encoding: $0) } })::jsonb[],
                          \(lives.map(\.energy))::bigint[], \(lives.map(\.charged))::bigint[],
                          \(lives.map(\.refunded))::bigint[], \(lives.map(\.expiresAt))::timestamptz[],
                          \(lives.map(\.wakeAt))::timestamptz[], \(lives.map(\.awaitsPayment))::boolean[],
                          \(lives.map(\.placedAt))::timestamptz[], \(lives.map(\.provenAt))::timestamptz[],
                          \(lives.map(\.reason))::text[], \(lives.map(\.claimed))::bigint[])
                   AS r(i, s, l, b, t, o, e, c, f, x, w, a, pl, pr, re, ow)
             WHERE p.acquisition_id = r.i
            """
        )
    }
}

extension PurchaseState: PostgresValue {}

extension PurchaseStore {
    /// Energy that purchases under way bring to wallets.
    static func incoming(in transaction: PostgresTransaction) async throws -> [TronAddress: Energy] {
        let rows = try await transaction.query(
            """
            SELECT wallet, (sum(energy))::bigint FROM allocator.acquisition
             WHERE state = 'started' AND pool_id IS NULL GROUP BY wallet
            """,
            as: (TronAddress, Energy).self
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, $0.1) })
    }

    /// Suppliers that were asked in vain for wallets since a moment: not to be asked again at once.
    static func tried(
        since moment: Timestamp,
        in transaction: PostgresTransaction
    ) async throws
        -> [TronAddress: Set<SupplierID>]
    {
        let rows = try await transaction.query(
            """
            SELECT DISTINCT wallet, supplier_id FROM allocator.purchase
             WHERE state IN ('failed', 'refunded', 'disputed') AND updated_at > \(moment)
            """,
            as: (TronAddress, SupplierID).self
        )
        return rows.reduce(into: [:]) { $0[$1.0, default: []].insert($1.1) }
    }

    /// When the first of the rentals that stand at each wallet ends.
    static func ends(in transaction: PostgresTransaction) async throws -> [TronAddress: Timestamp] {
        let rows = try await transaction.query(
            """
            SELECT wallet, min(expires_at) FROM allocator.purchase
             WHERE state IN ('proven', 'returning') AND expires_at IS NOT NULL GROUP BY wallet
            """,
            as: (TronAddress, Timestamp).self
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, $0.1) })
    }
}

extension PurchaseOrder {
    /// What one energy costs by the quote, fees included.
    fileprivate var pricePerEnergy: SunPerEnergy {
        SunPerEnergy(paying: quoted, for: energy) ?? SunPerEnergy(rawValue: 0)
    }
}
