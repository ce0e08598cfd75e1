internal import Models
internal import Storage

/// What the price feed knows, for people.
enum PriceView {
    /// Everything of one moment.
    static func current(at now: Timestamp, in connection: some PostgresQuerying) async throws -> PriceReport {
        let feed = try await connection.queryOne(
            """
            SELECT trx_usd, trx_as_of, trx_sources, trx_fresh_until, congestion, factor_share, block_use, market_demand
              FROM prices.v1_feed
            """,
            as: (Int64?, Timestamp?, Int32?, Timestamp?, Int16?, Int16?, Int16?, String?).self
        )
        let isFresh = feed?.3.map { now <= $0 } ?? false
        return PriceReport(
            at: now,
            trxUSD: feed?.0.map { USDPerTRX(rawValue: $0) },
            trxState: feed?.0 == nil ? .unknown : isFresh ? .fresh : .stale,
            trxAsOf: feed?.1,
            trxAge: feed?.1.map { age($0, now) },
            trxSources: Int(feed?.2 ?? 0),
            sources: try await sources(now, connection),
            energy: try await energy(now, connection),
            chain: try await chain(now, connection),
            congestion: feed?.4.map(Int.init),
            factorShare: feed?.5.map(Int.init),
            blockUse: feed?.6.map(Int.init),
            marketDemand: feed?.7,
            changes: try await changes(connection)
        )
    }

    private static func age(_ moment: Timestamp, _ now: Timestamp) -> Int64 {
        max(0, now.milliseconds - moment.milliseconds) / 1000
    }

    private static func sources(
        _ now: Timestamp,
        _ connection: some PostgresQuerying
    ) async throws -> [PriceReport.Source] {
        try await connection.query(
            """
            SELECT source, enabled, trx_usd, least(quoted_at, read_at), verdict, verdict_detail, tried_at, fault,
                   fault_detail, failures
              FROM prices.v1_source ORDER BY trx_usd IS NULL AND source IN ('chain', 'justlend', 'suppliers'), source
            """,
            as: (String, Bool, Int64?, Timestamp?, String?, String?, Timestamp?, String?, String?, Int32).self
        ).map { row in
            PriceReport.Source(
                source: row.0,
                isEnabled: row.1,
                trxUSD: row.2.map { USDPerTRX(rawValue: $0) },
                age: row.3.map { age($0, now) },
                verdict: row.4,
                why: row.5,
                triedAge: row.6.map { age($0, now) },
                fault: row.7,
                faultDetail: row.8,
                failures: Int(row.9)
            )
        }
    }

    private static func energy(
        _ now: Timestamp,
        _ connection: some PostgresQuerying
    ) async throws -> [PriceReport.Energy] {
        try await connection.query(
            "SELECT source, price, observed_at, fresh_until FROM prices.v1_energy ORDER BY price, source",
            as: (String, Int64, Timestamp, Timestamp).self
        ).map {
            PriceReport.Energy(
                source: $0.0,
                price: SunPerEnergy(rawValue: $0.1),
                age: age($0.2, now),
                isFresh: now <= $0.3
            )
        }
    }

    private static func chain(
        _ now: Timestamp,
        _ connection: some PostgresQuerying
    ) async throws -> PriceReport.Chain? {
        let row = try await connection.queryOne(
            """
            SELECT block, block_at, read_at, energy_fee_sun, bandwidth_fee_sun, energy_per_trx, usdt_energy_factor
              FROM prices.v1_chain
            """,
            as: (Int64, Timestamp, Timestamp, Sun, Sun, Int64, Int64).self
        )
        let proposals = try await connection.query(
            """
            SELECT proposal_id, parameters, expires_at FROM prices.v1_proposal WHERE state = 'PENDING' ORDER BY 1
            """,
            as: (Int64, PostgresJSON, Timestamp).self
        )
        guard let row else { return nil }
        return PriceReport.Chain(
            block: row.0,
            blockAt: row.1,
            age: age(row.2, now),
            energyFee: row.3,
            bandwidthFee: row.4,
            energyPerTRX: EnergyPerTRX(rawValue: row.5),
            tokenFactor: row.6,
            openProposals: try proposals.map {
                PriceReport.Proposal(id: $0.0, parameters: try $0.1.decode([String: Int64].self), expiresAt: $0.2)
            }
        )
    }

    private static func changes(_ connection: some PostgresQuerying) async throws -> [PriceReport.Change] {
        try await connection.query(
            """
            SELECT at, block, parameter, old_value, new_value FROM prices.v1_parameter_change
             ORDER BY change_id DESC LIMIT 10
            """,
            as: (Timestamp, Int64, String, String?, String?).self
        ).map { PriceReport.Change(at: $0.0, block: $0.1, parameter: $0.2, old: $0.3, new: $0.4) }
    }

    /// The names of the series there are.
    static func series(in connection: some PostgresQuerying) async throws -> [String] {
        try await connection.query(
            "SELECT DISTINCT series FROM prices.v1_history WHERE step = 'hour' ORDER BY 1",
            as: String.self
        )
    }

    /// A series from a moment on, oldest first; at most 10,000 values.
    /// - Parameter step: `minute` or `hour`.
    static func history(
        of series: String,
        by step: String,
        since start: Timestamp,
        in connection: some PostgresQuerying
    ) async throws -> [PriceReport.Value] {
        try await connection.query(
            """
            SELECT at, last, low, high FROM
                   (SELECT at, last, low, high FROM prices.v1_history
                     WHERE step = \(step) AND series = \(series) AND at >= \(start) ORDER BY at DESC LIMIT 10000) AS newest
             ORDER BY at
            """,
            as: (Timestamp, Int64, Int64, Int64).self
        ).map { PriceReport.Value(at: $0.0, last: $0.1, low: $0.2, high: $0.3, series: series) }
    }
}
