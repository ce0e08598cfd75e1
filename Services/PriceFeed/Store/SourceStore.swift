internal import Models
internal import Planning
internal import Storage

/// How each source does.
enum SourceStore {
    /// Switches these on and all others off.
    static func enable(_ sources: [String], in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            INSERT INTO prices.source (source, enabled) SELECT s, true FROM unnest(\(sources)::text[]) AS s
            ON CONFLICT (source) DO UPDATE SET enabled = true
            """
        )
        try await transaction.execute(
            """
            UPDATE prices.source SET enabled = false, verdict = NULL, verdict_detail = NULL
             WHERE enabled AND NOT source = ANY (\(sources)::text[])
            """
        )
        // Nobody will renew them.
        try await transaction.execute(
            """
            DELETE FROM prices.energy WHERE starts_with(source, 'justlend_') AND NOT 'justlend' = ANY (\(sources)::text[])
            """
        )
    }

    /// The outcome of one look.
    static func save(_ look: Look, now: Timestamp, in transaction: PostgresTransaction) async throws {
        var fault: PriceFault?
        if case .failure(let error) = look.outcome { fault = error }
        let failures = fault == nil ? 0 : look.failures + 1
        try await transaction.execute(
            """
            INSERT INTO prices.source (source, enabled, tried_at, fault, fault_detail, failures)
            VALUES (\(look.source), true, \(now), \(fault?.code.description), \(fault?.detail), \(failures))
            ON CONFLICT (source) DO UPDATE SET tried_at = excluded.tried_at, fault = excluded.fault,
                   fault_detail = excluded.fault_detail, failures = excluded.failures
            """
        )
    }

    /// Quotes and what became of them.
    static func save(_ book: PriceBook, in transaction: PostgresTransaction) async throws {
        let quotes = book.quotes.values.sorted { $0.source < $1.source }
        guard !quotes.isEmpty else { return }
        let verdicts = quotes.map { book.verdicts[$0.source] }
        try await transaction.execute(
            """
            UPDATE prices.source AS s
               SET trx_usd = n.p, quoted_at = n.q, read_at = n.r, verdict = n.v, verdict_detail = nullif(n.d, '')
              FROM unnest(\(quotes.map(\.source.rawValue))::text[], \(quotes.map(\.price.rawValue))::bigint[],
                          \(quotes.map(\.quotedAt))::timestamptz[], \(quotes.map(\.readAt))::timestamptz[],
                          \(verdicts.map { $0?.name })::text[], \(verdicts.map { $0?.detail })::text[])
                   AS n(s, p, q, r, v, d)
             WHERE s.source = n.s
            """
        )
    }

    /// The newest quotes, those of sources that are switched off included.
    static func quotes(in connection: some PostgresQuerying) async throws -> [PriceSource: PriceQuote] {
        let rows = try await connection.query(
            "SELECT source, trx_usd, quoted_at, read_at FROM prices.source WHERE trx_usd IS NOT NULL",
            as: (String, Int64, Timestamp, Timestamp).self
        )
        return rows.reduce(into: [:]) { quotes, row in
            guard let source = PriceSource(rawValue: row.0) else { return }
            quotes[source] = PriceQuote(
                source: source,
                price: USDPerTRX(rawValue: row.1),
                quotedAt: row.2,
                readAt: row.3
            )
        }
    }

    /// What became of the quotes, by word alone.
    static func verdicts(in connection: some PostgresQuerying) async throws -> [PriceSource: QuoteVerdict] {
        let rows = try await connection.query(
            "SELECT source, verdict FROM prices.source WHERE verdict IS NOT NULL",
            as: (String, String).self
        )
        return rows.reduce(into: [:]) { verdicts, row in
            guard let source = PriceSource(rawValue: row.0) else { return }
            verdicts[source] = QuoteVerdict(name: row.1)
        }
    }
}

extension QuoteVerdict {
    /// The kind alone, without its figures.
    fileprivate init?(name: String) {
        switch name {
        case "used": self = .used
        case "stale": self = .stale(age: .zero)
        case "ahead": self = .ahead(by: .zero)
        case "outlier": self = .outlier(basisPoints: 0, median: USDPerTRX(rawValue: 0))
        case "unconfirmed": self = .unconfirmed
        default: return nil
        }
    }
}
