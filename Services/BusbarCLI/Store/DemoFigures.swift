internal import Models
internal import Storage

/// Figures of a demo that only the allocator's books have.
enum DemoFigures {
    /// What the ledger has earned of the demo's partners, and what it holds for withdrawals that have not ended.
    static func charged(
        to partners: [PartnerID],
        in postgres: PostgresClient
    ) async throws -> (earned: Sun, open: Sun) {
        let row = try await postgres.queryOne(
            """
            SELECT coalesce(sum(total_sun - coalesce(refunded_sun, 0)) FILTER (WHERE conclusion IS NOT NULL), 0)::bigint,
                   coalesce(sum(total_sun) FILTER (WHERE conclusion IS NULL), 0)::bigint
              FROM ledger.v1_debit WHERE partner_id = ANY(\(partners)::text[])
            """,
            as: (Sun, Sun).self
        )
        return (row?.0 ?? .zero, row?.1 ?? .zero)
    }

    /// Delegations that were proven on chain since a moment, and allocations of the demo's partners.
    static func allocations(
        of partners: [PartnerID],
        wallets: [TronAddress],
        in postgres: PostgresClient
    ) async throws -> (delegations: Int64, allocations: Int64) {
        let delegations = try await postgres.queryOne(
            """
            SELECT count(*) FROM allocator.acquisition
             WHERE wallet = ANY(\(wallets)::bytea[]) AND state IN ('proven', 'reclaimed')
            """,
            as: Int64.self
        )
        let allocations = try await postgres.queryOne(
            """
            SELECT count(*) FROM allocator.allocation WHERE partner_id = ANY(\(partners)::text[]) AND state = 'completed'
            """,
            as: Int64.self
        )
        return (delegations ?? Int64(0), allocations ?? Int64(0))
    }
}
