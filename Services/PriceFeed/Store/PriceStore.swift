internal import Models
internal import Planning
internal import Storage

/// Everything the feed knows, as one aggregate under one row lock.
enum PriceStore {
    /// Locks the feed and reads it.
    static func load(enabled: Set<PriceSource>, in transaction: PostgresTransaction) async throws -> PriceBook {
        let feed = try await transaction.queryOne(
            """
            SELECT trx_usd, trx_as_of, trx_sources, announced, told_energy_per_trx FROM prices.feed FOR UPDATE
            """,
            as: (Int64?, Timestamp?, Int32?, PostgresJSON?, Int64?).self
        )
        var book = PriceBook(enabled: enabled)
        book.quotes = try await SourceStore.quotes(in: transaction)
        book.verdicts = try await SourceStore.verdicts(in: transaction)
        if let price = feed?.0, let asOf = feed?.1 {
            book.trx = TRXPrice(price: USDPerTRX(rawValue: price), asOf: asOf, sources: Int(feed?.2 ?? 0))
        }
        // Written by this service: what cannot be read was written by another version, and is told anew.
        book.announced = feed?.3.flatMap { try? $0.decode(PriceUpdated.self) }
        book.chain = try await ChainStore.load(in: transaction)
        if let chain = book.chain {
            book.told = ToldConditions(chain)
            if let told = feed?.4 { book.told?.energyPerTRX = EnergyPerTRX(rawValue: told) }
        }
        book.samples = try await ChainStore.samples(in: transaction)
        book.take(try await energy(in: transaction))
        return book
    }

    /// Stores what has changed by a look, and what was decided.
    static func save(
        _ book: PriceBook,
        _ look: Look?,
        policy: FeedPolicy,
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws {
        try await SourceStore.save(book, in: transaction)
        if case .success(let reading)? = look?.outcome {
            switch reading {
            case .trx: break
            case .justLend, .suppliers: try await save(book.energy, policy, in: transaction)
            case .chain:
                try await save(book.energy, policy, in: transaction)
                if let chain = book.chain { try await ChainStore.save(chain, now: now, in: transaction) }
                try await ChainStore.save(book.samples, in: transaction)
            }
        }
        try await transaction.execute(
            """
            UPDATE prices.feed
               SET trx_usd = \(book.trx?.price.rawValue), trx_as_of = \(book.trx?.asOf),
                   trx_sources = \(book.trx.map { Int32($0.sources) }),
                   trx_fresh_until = \(book.trx.map { $0.asOf + policy.price.freshFor }),
                   congestion = \(book.congestion.map { Int16($0.level) }),
                   factor_share = \(book.congestion.map { Int16($0.factorShare) }),
                   block_use = \(book.congestion.map { Int16($0.blockUse) }),
                   market_demand = \(book.demand?.rawValue), decided_at = \(now),
                   announced = \(try book.announced.map { try PostgresJSON(encoding: $0) }),
                   told_energy_per_trx = \(book.told?.energyPerTRX.rawValue)
            """
        )
        try await HistoryStore.add(values(book, look, policy, now), at: now, in: transaction)
    }

    private static func energy(in connection: some PostgresQuerying) async throws -> [EnergyPrice] {
        try await connection.query(
            "SELECT source, price, observed_at FROM prices.energy",
            as: (String, Int64, Timestamp).self
        ).map {
            EnergyPrice(source: EnergyPriceSource($0.0), price: SunPerEnergy(rawValue: $0.1), at: $0.2)
        }
    }

    private static func save(
        _ energy: [EnergyPriceSource: EnergyPrice],
        _ policy: FeedPolicy,
        in transaction: PostgresTransaction
    ) async throws {
        let prices = energy.values.sorted { $0.source < $1.source }
        try await transaction.execute(
            """
            INSERT INTO prices.energy (source, price, observed_at, fresh_until)
            SELECT * FROM unnest(\(prices.map(\.source.description))::text[], \(prices.map(\.price.rawValue))::bigint[],
                                 \(prices.map(\.at))::timestamptz[],
                                 \(prices.map { $0.at + policy.energyFreshFor })::timestamptz[])
            ON CONFLICT (source) DO UPDATE SET price = excluded.price, observed_at = excluded.observed_at,
                   fresh_until = excluded.fresh_until
            """
        )
    }

    /// What the chain has changed, for whoever asks later.
    static func append(
        _ changes: [ParameterChange],
        block: Int64,
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.execute(
            """
            INSERT INTO prices.parameter_change (at, block, parameter, old_value, new_value)
            SELECT \(now), \(block), p, o, n
              FROM unnest(\(changes.map(\.parameter))::text[], \(changes.map(\.old))::text[],
                          \(changes.map(\.new))::text[]) AS c(p, o, n)
            """
        )
    }

    /// What this look adds to the history. A price that is not fresh leaves a gap.
    private static func values(
        _ book: PriceBook,
        _ look: Look?,
        _ policy: FeedPolicy,
        _ now: Timestamp
    ) -> [String: Int64] {
        var values: [String: Int64] = [:]
        func add(_ sources: [EnergyPriceSource]) {
            for price in sources.compactMap({ book.energy[$0] }) where policy.isFresh(price, at: now) {
                values["energy.\(price.source)"] = price.price.rawValue
            }
        }
        guard case .success(let reading)? = look?.outcome else { return values }
        switch reading {
        case .trx(let source, let price, _):
            values["source.\(source.rawValue)"] = price.rawValue
            if let trx = book.trx, trx.state(at: now, freshFor: policy.price.freshFor) == .fresh {
                values["trx_usd"] = trx.price.rawValue
            }
        case .justLend: add([.justLendRent, .justLendStake, .justLendBurn])
        case .suppliers(let prices): add(prices.map(\.source))
        case .chain:
            add([.burn, .ownStake])
            guard let chain = book.chain else { break }
            values["chain.energy_fee"] = chain.energyFee.rawValue
            values["chain.bandwidth_fee"] = chain.bandwidthFee.rawValue
            values["chain.energy_per_trx"] = chain.energyPerTRX.rawValue
            values["chain.usdt_factor"] = chain.tokenFactor
            if let congestion = book.congestion { values["congestion"] = Int64(congestion.level) }
        }
        return values
    }
}
