internal import Models
internal import Storage

/// Figures of a demo that only the allocator's books have.
enum DemoFigures {
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
