internal import Models
internal import Planning
internal import Storage

/// What the allocator knows of suppliers, for people.
enum SupplierView {
    /// What was learnt of one by asking it and buying there.
    struct Known: Sendable {
        /// The lowest it asked last.
        var price: SunPerEnergy?
        var quotedAt: Timestamp?
        /// What we had there, or the purchasing wallet where it is paid on chain, when it was asked.
        var balance: Sun?
        var breaker: CircuitBreaker
        var health: SupplierHealth
        /// Why the last call failed; `nil` after one that did not.
        var fault: String?
    }

    /// Those the registry has, in the order they are asked.
    static func suppliers(at now: Timestamp, in connection: some PostgresQuerying) async throws -> [SupplierReport] {
        let known = try await known(in: connection)
        let purchases = try await purchases(in: connection)
        return try await RegistryView.suppliers(in: connection).map {
            SupplierReport(registered: $0, known: known[$0.id], purchases: purchases[$0.id] ?? 0, now: now)
        }
    }

    private static func known(in connection: some PostgresQuerying) async throws -> [String: Known] {
        let rows = try await connection.query(
            """
            SELECT supplier_id,
                   (SELECT min(p.price) FROM jsonb_to_recordset(offer -> 'prices') AS p(price bigint)),
                   quoted_at, balance_sun, breaker, health, fault
              FROM allocator.v1_supplier_state
            """,
            as: (String, Int64?, Timestamp?, Sun?, PostgresJSON, PostgresJSON, String?).self
        )
        return try rows.reduce(into: [:]) { known, row in
            known[row.0] = Known(
                price: row.1.map { SunPerEnergy(rawValue: $0) },
                quotedAt: row.2,
                balance: row.3,
                breaker: try row.4.decode(CircuitBreaker.self),
                health: try row.5.decode(SupplierHealth.self),
                fault: row.6
            )
        }
    }

    private static func purchases(in connection: some PostgresQuerying) async throws -> [String: Int64] {
        let rows = try await connection.query(
            "SELECT supplier_id, count(*) FROM allocator.v1_purchase GROUP BY supplier_id",
            as: (String, Int64).self
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, $0.1) })
    }
}
