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
            SELECT count(*) FROM allocator.allocation WHERE partner_id = ANY(\(partners)::text[]) AND state IN ('completed', 'fallback')
            """,
            as: Int64.self
        )
        return (delegations ?? Int64(0), allocations ?? Int64(0))
    }

    /// What one source has brought in a demo.
    struct Source: Codable, Sendable {
        var source: String
        /// Acquisitions that the chain has shown.
        var acquisitions: Int64
        /// Energy they were to bring.
        var energy: Int64
        /// What was charged for it, less what came back.
        var costSun: Int64
        /// From the order, or the signing, to the chain, for half of them and for all but a twentieth.
        var medianMilliseconds: Int64?
        var slowMilliseconds: Int64?

        enum CodingKeys: String, CodingKey {
            case source, acquisitions, energy
            case costSun = "cost_sun"
            case medianMilliseconds = "time_to_chain_p50_ms"
            case slowMilliseconds = "time_to_chain_p95_ms"
        }
    }

    /// By source: what it brought, to whom, for how much, and how fast.
    static func sources(wallets: [TronAddress], in postgres: PostgresClient) async throws -> [Source] {
        let rows = try await postgres.query(
            """
            SELECT q.source, count(*), sum(q.energy)::bigint,
                   coalesce(sum(coalesce(p.charged_sun, p.quoted_sun) - p.refunded_sun), 0)::bigint,
                   (percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM q.proven_at - q.started_at)) * 1000)::bigint,
                   (percentile_disc(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM q.proven_at - q.started_at)) * 1000)::bigint
              FROM allocator.acquisition q LEFT JOIN allocator.purchase p USING (acquisition_id)
             WHERE q.wallet = ANY(\(wallets)::bytea[]) AND q.state IN ('proven', 'reclaimed')
             GROUP BY q.source ORDER BY q.source
            """,
            as: (String, Int64, Int64, Int64, Int64?, Int64?).self
        )
        return rows.map {
            Source(
                source: $0.0,
                acquisitions: $0.1,
                energy: $0.2,
                costSun: $0.3,
                medianMilliseconds: $0.4,
                slowMilliseconds: $0.5
            )
        }
    }

    /// What the books say that the house has at places of its own, in sun: `tronzap`, a wallet's address.
    static func funds(in postgres: PostgresClient) async throws -> [String: Sun] {
        let rows = try await postgres.query(
            "SELECT substr(code, 7), -balance_sun FROM ledger.v1_balance WHERE kind = 'funds'",
            as: (String, Sun).self
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, $0.1) })
    }

    /// The pools' accounts.
    static func pools(in postgres: PostgresClient) async throws -> [TronAddress] {
        try await postgres.query("SELECT address FROM registry.v1_pool", as: TronAddress.self)
    }

    /// Purchases that are undecided, or whose money is not back.
    static func openPurchases(in postgres: PostgresClient) async throws -> Int64 {
        try await postgres.queryOne(
            """
            SELECT count(*) FROM allocator.purchase
             WHERE state IN ('planned', 'prepared', 'unknown', 'accepted', 'delivered', 'disputed')
            """,
            as: Int64.self
        ) ?? 0
    }

    /// What became of purchases by supplier, and how fast others took over.
    static func purchases(
        faultsEndedAt: Timestamp?,
        in postgres: PostgresClient
    ) async throws -> (
        rows: [DemoTrouble.Figures.Row], failOverMedian: Int64?, failOverSlow: Int64?, longestAfter: Int64?
    ) {
        let rows = try await postgres.query(
            """
            SELECT supplier_id, count(*), count(*) FILTER (WHERE state IN ('proven', 'returning', 'ended')),
                   count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'refunded'),
                   count(*) FILTER (WHERE state = 'disputed')
              FROM allocator.purchase GROUP BY supplier_id ORDER BY supplier_id
            """,
            as: (String, Int64, Int64, Int64, Int64, Int64).self
        )
        // Of failures after which the wallet's withdrawals went on waiting: the next order is for them.
        let times = try await postgres.queryOne(
            """
            SELECT (extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY n.started_at - q.ended_at)) * 1000)::bigint,
                   (extract(epoch FROM percentile_disc(0.95) WITHIN GROUP (ORDER BY n.started_at - q.ended_at)) * 1000)::bigint
              FROM allocator.acquisition q
              JOIN LATERAL (SELECT started_at FROM allocator.acquisition o
                             WHERE o.wallet = q.wallet AND o.started_at >= q.ended_at
                             ORDER BY o.started_at LIMIT 1) n ON true
             WHERE q.state = 'failed' AND q.pool_id IS NULL
               AND EXISTS (SELECT 1 FROM allocator.withdrawal w
                            WHERE w.from_address = q.wallet AND w.received_at < q.ended_at AND w.updated_at > n.started_at)
            """,
            as: (Int64?, Int64?).self
        )
        let longest = try await postgres.queryOne(
            """
            SELECT (extract(epoch FROM max(coalesce(q.proven_at, q.ended_at)) - \(faultsEndedAt)) * 1000)::bigint
              FROM allocator.acquisition q
             WHERE q.pool_id IS NULL AND q.started_at < \(faultsEndedAt) AND coalesce(q.proven_at, q.ended_at) > \(faultsEndedAt)
            """,
            as: Int64?.self
        )
        return (
            rows.map {
                .init(
                    supplier: $0.0,
                    purchases: $0.1,
                    delivered: $0.2,
                    failed: $0.3,
                    refunded: $0.4,
                    disputed: $0.5,
                    doubled: 0
                )
            }, times?.0, times?.1, longest ?? nil
        )
    }
}
