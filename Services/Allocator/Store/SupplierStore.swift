internal import Models
internal import Planning
internal import Storage

/// What a supplier asks and sells, in the form it is kept: enough for a plan, whoever makes it.
struct StoredOffer: Sendable, Equatable, Codable {
    /// What it asks for a rental of one length.
    struct Price: Sendable, Equatable, Codable {
        var seconds: Int64
        /// Millionths of a sun per energy.
        var price: Int64
        /// Besides, per order.
        var fee: Sun
    }

    var minimum: Energy
    var maximum: Energy
    var step: Energy
    var available: Energy?
    var prices: [Price]
    /// Bytes of the transactions that buying takes.
    var bandwidth: Bandwidth
}

/// What is known of suppliers, shared by replicas.
enum SupplierStore {
    struct Row: Sendable {
        var id: SupplierID
        var offer: StoredOffer?
        var quotedAt: Timestamp?
        var balance: Sun?
        var breaker = CircuitBreaker()
        var health = SupplierHealth()
        var fault: String?
    }

    /// Locks suppliers, in order; makes a row for those that have none.
    static func lock(
        _ suppliers: [SupplierID],
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws -> [SupplierID: Row] {
        guard !suppliers.isEmpty else { return [:] }
        let names = suppliers.map(\.rawValue)
        try await transaction.execute(
            """
            INSERT INTO allocator.supplier_state (supplier_id, breaker, health, updated_at)
            SELECT s, \(try PostgresJSON(encoding: CircuitBreaker())), \(try PostgresJSON(encoding: SupplierHealth())), \(now)
              FROM unnest(\(names)::text[]) AS s ORDER BY s ON CONFLICT DO NOTHING
            """
        )
        let rows = try await read(
            "WHERE supplier_id = ANY(\(names)::text[]) ORDER BY supplier_id FOR UPDATE",
            in: transaction
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
    }

    /// All that is known.
    static func all(in connection: some PostgresQuerying) async throws -> [SupplierID: Row] {
        let rows = try await read("", in: connection)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
    }

    private static func read(_ which: SQL, in connection: some PostgresQuerying) async throws -> [Row] {
        let rows = try await connection.query(
            """
            SELECT supplier_id, offer, quoted_at, balance_sun, breaker, health, fault FROM allocator.supplier_state \(which)
            """,
            as: (SupplierID, PostgresJSON?, Timestamp?, Sun?, PostgresJSON, PostgresJSON, String?).self
        )
        // What another version has left is learnt anew: nobody may have to wait for it.
        return rows.map {
            let offer = $0.1.flatMap { try? $0.decode(StoredOffer.self) }
            return Row(
                id: $0.0,
                offer: offer,
                quotedAt: offer == nil ? nil : $0.2,
                balance: $0.3,
                breaker: (try? $0.4.decode(CircuitBreaker.self)) ?? CircuitBreaker(),
                health: (try? $0.5.decode(SupplierHealth.self)) ?? SupplierHealth(),
                fault: $0.6
            )
        }
    }

    /// Stores what is known now.
    static func update(_ rows: [Row], now: Timestamp, in transaction: PostgresTransaction) async throws {
        guard !rows.isEmpty else { return }
        try await transaction.execute(
            """
            UPDATE allocator.supplier_state s
               SET offer = r.o, quoted_at = r.q, balance_sun = r.b, breaker = r.k, health = r.h, fault = r.f, updated_at = \(now)
              FROM unnest(\(rows.map(\.id))::text[],
                          \(try rows.map { try $0.offer.map { try PostgresJSON(encoding: $0) } })::jsonb[],
                          \(rows.map(\.quotedAt))::timestamptz[], \(rows.map(\.balance))::bigint[],
                          \(try rows.map { try PostgresJSON(encoding: $0.breaker) })::jsonb[],
                          \(try rows.map { try PostgresJSON(encoding: $0.health) })::jsonb[],
                          \(rows.map(\.fault))::text[]) AS r(s, o, q, b, k, h, f)
             WHERE s.supplier_id = r.s
            """
        )
    }

    /// What was ordered of each supplier since its balance was read: not to be spent twice.
    /// - Parameter moment: of suppliers whose balance is older nothing is counted. What was ordered before is not looked at,
    ///   however much that is.
    static func spent(
        since moment: Timestamp,
        in connection: some PostgresQuerying
    ) async throws -> [SupplierID: Sun] {
        let rows = try await connection.query(
            """
            SELECT p.supplier_id, sum(p.quoted_sun)::bigint
              FROM allocator.purchase p JOIN allocator.supplier_state s USING (supplier_id)
             WHERE p.created_at >= s.quoted_at AND p.state <> 'failed' AND s.quoted_at >= \(moment)
               AND p.acquisition_id >= \(UUIDv7.first(at: moment)) GROUP BY p.supplier_id
            """,
            as: (SupplierID, Sun).self
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, $0.1) })
    }
}

extension UUIDv7 {
    /// None that is made from then on comes before it.
    fileprivate static func first(at moment: Timestamp) -> UUIDv7 {
        UUIDv7(high: UInt64(max(0, moment.milliseconds)) << 16 | 0x7000, low: 0x8000_0000_0000_0000)
    }
}
