internal import Models
internal import Planning
internal import Storage

/// What one look at a source, or the passing of time, makes of the feed: everything that one transaction does.
struct FeedTransaction: Sendable {
    var enabled: Set<PriceSource>
    var policy: FeedPolicy
    var now: Timestamp

    /// What is to be told once it is committed.
    struct Result: Sendable {
        var prices: PriceUpdated?
        var chain: ChainParametersChanged?
        /// Quotes that are no longer used, and why.
        var refused: [PriceSource: QuoteVerdict]
        /// Why nothing was taken over: the source's own failure, or what is wrong with its answer beside what is known.
        var fault: PriceFault?
    }

    /// Takes over what was read, decides anew from all that is known, and stores it.
    /// - Parameter look: `nil` when only time has passed.
    func run(_ look: Look?, in transaction: PostgresTransaction) async throws -> Result {
        var book = try await PriceStore.load(enabled: enabled, in: transaction)
        var look = look
        if case .success(.suppliers(let prices))? = look?.outcome {
            look?.outcome = .success(.suppliers(book.new(among: prices, policy, now: now)))
        }
        let before = book.verdicts
        var result = Result(refused: [:])
        var changes: [ParameterChange] = []
        do throws(PriceFault) {
            if let reading = try look?.outcome.get() { changes = try take(reading, &book) }
        } catch {
            look?.outcome = .failure(error)
            result.fault = error
        }
        result.prices = book.decide(policy, now: now)
        if let look { try await SourceStore.save(look, now: now, in: transaction) }
        try await PriceStore.save(book, look, policy: policy, now: now, in: transaction)
        if let chain = book.chain, !changes.isEmpty {
            try await PriceStore.append(changes, block: chain.block, now: now, in: transaction)
            result.chain = ChainParametersChanged(chain, changes, at: now)
        }
        result.refused = book.verdicts.filter { before[$0.key]?.name != $0.value.name && $0.value != .used }
        return result
    }

    private func take(_ reading: Reading, _ book: inout PriceBook) throws(PriceFault) -> [ParameterChange] {
        switch reading {
        case .trx(let source, let price, let at): book.take(price, from: source, at: at, now: now)
        case .justLend(let snapshot): book.take(snapshot.energyPrices(yield: policy.yield, at: now))
        case .suppliers(let prices): book.take(prices)
        case .chain(let conditions, let use):
            return try book.take(conditions, use: use, policy: policy, now: now)
        }
        return []
    }
}

extension ChainParametersChanged {
    fileprivate init(_ chain: ChainConditions, _ changes: [ParameterChange], at now: Timestamp) {
        self.init(
            blockNumber: chain.block,
            at: now,
            energyFee: chain.energyFee,
            bandwidthFee: chain.bandwidthFee,
            energyPerTRX: chain.energyPerTRX,
            tokenFactor: chain.tokenFactor,
            changes: changes
        )
    }
}
