internal import Models
internal import Storage

/// What suppliers owe, and whether anything is under way that moves money.
enum RefundStore {
    /// A purchase whose money, or a part of it, is wanted back.
    struct Claim: Sendable {
        var acquisition: UUIDv7
        var supplier: SupplierID
        var owed: Sun
        /// Whether nothing at all came.
        var isWhole: Bool
    }

    /// How things stand at one place that is paid from.
    struct Stand: Sendable, Equatable {
        /// Nothing is ordered, on its way to the chain, or of unknown price.
        var isQuiet: Bool
        /// What the books have there; `nil`: nothing was ever booked, so that there is nothing to compare with.
        var books: Sun?
        var purchases: Int64
        var newest: Timestamp?
    }

    /// In the order they arose.
    static func owed(in connection: some PostgresQuerying) async throws -> [Claim] {
        try await connection.query(
            """
            SELECT acquisition_id, supplier_id, owed_sun, state = 'disputed' FROM allocator.purchase WHERE owed_sun > 0
             ORDER BY created_at, acquisition_id LIMIT 1000
            """,
            as: (UUIDv7, SupplierID, Sun, Bool).self
        ).map { Claim(acquisition: $0.0, supplier: $0.1, owed: $0.2, isWhole: $0.3) }
    }

    static func stand(
        of suppliers: [SupplierID],
        place: String,
        in connection: some PostgresQuerying
    ) async throws -> Stand {
        let row = try await connection.queryOne(
            """
            SELECT NOT EXISTS (SELECT 1 FROM allocator.purchase
                                WHERE supplier_id = ANY(\(suppliers)::text[])
                                  AND (state IN ('planned', 'prepared', 'unknown', 'accepted', 'delivered', 'returning')
                                       OR awaits_payment
                                       OR (charged_sun IS NULL AND state <> 'failed'))),
                   (SELECT -balance_sun FROM ledger.v1_balance WHERE code = \("funds:" + place)),
                   count(*), max(created_at)
              FROM allocator.purchase WHERE supplier_id = ANY(\(suppliers)::text[])
            """,
            as: (Bool, Sun?, Int64, Timestamp?).self
        )
        return Stand(isQuiet: row?.0 ?? false, books: row?.1, purchases: row?.2 ?? 0, newest: row?.3)
    }
}
