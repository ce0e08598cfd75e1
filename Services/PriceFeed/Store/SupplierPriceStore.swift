internal import Models
internal import Planning
internal import Storage

/// What suppliers of energy ask, as the allocator has stored it: no supplier is asked a second time for it.
enum SupplierPriceStore {
    /// The lowest price of each supplier's newest quote, as old as that quote.
    static func quoted(in connection: some PostgresQuerying) async throws -> [EnergyPrice] {
        try await connection.query(
            """
            SELECT s.supplier_id, min(p.price), s.quoted_at
              FROM allocator.v1_supplier_state s
             CROSS JOIN jsonb_to_recordset(s.offer -> 'prices') AS p(price bigint)
             WHERE s.quoted_at IS NOT NULL AND p.price > 0
             GROUP BY s.supplier_id, s.quoted_at ORDER BY s.supplier_id
            """,
            as: (SupplierID, Int64, Timestamp).self
        ).map { EnergyPrice(source: .supplier($0.0), price: SunPerEnergy(rawValue: $0.1), at: $0.2) }
    }
}
