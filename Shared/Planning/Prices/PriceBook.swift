public import Models

/// A price of TRX that was good at its time.
public struct TRXPrice: Sendable, Equatable {
    /// Dollars per TRX.
    public var price: USDPerTRX
    /// The moment it stands for.
    public var asOf: Timestamp
    /// How many sources agreed on it.
    public var sources: Int

    /// Takes the fields as they are; nothing is checked.
    public init(price: USDPerTRX, asOf: Timestamp, sources: Int) {
        self.price = price
        self.asOf = asOf
        self.sources = sources
    }

    /// Whether it may still be taken for the present price.
    public func state(at now: Timestamp, freshFor: Duration) -> PriceState { now - asOf <= freshFor ? .fresh : .stale }
}

/// How the feed decides.
public struct FeedPolicy: Sendable, Equatable {
    /// When quotes make a price.
    public var price: PricePolicy
    /// How long a price of energy counts as fresh.
    public var energyFreshFor: Duration
    /// What our own stake is reckoned with.
    public var yield: StakeYield
    /// From which change on prices are told at once, in hundredths of a percent.
    public var announceFrom: Int64
    /// How often they are told at least.
    public var announceEvery: Duration
    /// From which change on the chain's yield is told, in hundredths of a percent.
    public var drift: Int64

    /// Takes the fields as they are; nothing is checked.
    public init(
        price: PricePolicy,
        energyFreshFor: Duration,
        yield: StakeYield,
        announceFrom: Int64,
        announceEvery: Duration,
        drift: Int64
    ) {
        self.price = price
        self.energyFreshFor = energyFreshFor
        self.yield = yield
        self.announceFrom = announceFrom
        self.announceEvery = announceEvery
        self.drift = drift
    }

    /// Whether a price of energy may still be taken for the present one.
    public func isFresh(_ price: EnergyPrice, at now: Timestamp) -> Bool { now - price.at <= energyFreshFor }
}

/// Everything the feed knows, and how it changes. Pure: what was read goes in, what is to be told comes out.
public struct PriceBook: Sendable, Equatable {
    /// Sources that are switched on.
    public var enabled: Set<PriceSource>
    /// The newest quote of each source, whether it is switched on or not.
    public var quotes: [PriceSource: PriceQuote]
    /// What became of the quotes at the last decision.
    public var verdicts: [PriceSource: QuoteVerdict]
    /// The last good price.
    public var trx: TRXPrice?
    /// The newest price of energy from each source.
    public var energy: [EnergyPriceSource: EnergyPrice]
    /// The newest reading of the chain.
    public var chain: ChainConditions?
    /// What was last told of the chain.
    public var told: ToldConditions?
    /// Blocks sampled lately, oldest first.
    public var samples: [BlockUse]
    /// How busy the network is.
    public var congestion: Congestion?
    /// How much energy is wanted.
    public var demand: MarketDemand?
    /// The last `price.updated`.
    public var announced: PriceUpdated?

    /// How many blocks are remembered.
    public static let maximumSamples = 40
    /// For how long they say how busy the network is.
    private static let sampleAge = Duration.seconds(600)
    /// By how many blocks a head may be below the newest one known without a fault: nodes are not all equally far, and a
    /// reorganisation takes some away.
    private static let usualLag: Int64 = 20

    /// Nothing is known yet.
    public init(enabled: Set<PriceSource>) {
        self.enabled = enabled
        quotes = [:]
        verdicts = [:]
        energy = [:]
        samples = []
    }

    /// A source has told a price.
    /// - Parameter at: the source's own time where it tells one.
    public mutating func take(_ price: USDPerTRX, from source: PriceSource, at: Timestamp?, now: Timestamp) {
        quotes[source] = PriceQuote(source: source, price: price, quotedAt: at ?? now, readAt: now)
    }

    /// Prices of energy were seen: JustLend's, or what suppliers have quoted.
    public mutating func take(_ prices: [EnergyPrice]) {
        for price in prices { energy[price.source] = price }
    }

    /// Of prices that somebody else keeps, those that this book does not have yet. One of a time that is yet to come is
    /// left out: it would stay fresh too long.
    public func new(among prices: [EnergyPrice], _ policy: FeedPolicy, now: Timestamp) -> [EnergyPrice] {
        prices.filter { energy[$0.source] != $0 && $0.at <= now + policy.price.skew }
    }

    /// The chain was read.
    ///
    /// A reading of a block below the newest one known changes nothing: its node lags, or another replica has read it
    /// long ago. It counts when its block is the later one all the same; then it is another chain, a devnet begun anew.
    /// What is taken over is as old as its block, however lately it was read.
    /// - Parameter use: of the newest block.
    /// - Returns: what is different from what was told before; empty for the first reading ever.
    /// - Throws: ``PriceFault`` with `behind` when its block is too old to count as present, or too far below.
    public mutating func take(
        _ reading: ChainConditions,
        use: BlockUse?,
        policy: FeedPolicy,
        now: Timestamp
    ) throws(PriceFault) -> [ParameterChange] {
        let age = now - reading.blockTime
        guard age <= policy.energyFreshFor else {
            let seconds = age.wholeMilliseconds / 1000
            throw PriceFault(.behind, "its newest block, \(reading.block), is \(seconds) s old")
        }
        if let lag = lag(of: reading, policy, now) {
            guard lag <= Self.usualLag else {
                throw PriceFault(.behind, "block \(reading.block) is \(lag) below the newest one known")
            }
            return []
        }
        var chain = reading
        chain.proposals = reading.proposals ?? self.chain?.proposals ?? [:]
        self.chain = chain
        take(energyPrices(of: chain, yield: policy.yield, at: min(now, chain.blockTime)))
        if let use, use.number == chain.block, use.time == chain.blockTime {
            samples.removeAll { $0.number >= use.number }
            samples.append(use)
            samples.removeFirst(max(0, samples.count - Self.maximumSamples))
        }
        guard told != nil else {
            told = ToldConditions(chain)
            return []
        }
        return told?.update(to: chain, drift: policy.drift) ?? []
    }

    /// How many blocks a reading is below the newest one known; `nil` when it is not, or is of another chain.
    private func lag(of reading: ChainConditions, _ policy: FeedPolicy, _ now: Timestamp) -> Int64? {
        // A time that is yet to come bars nobody.
        guard let chain, reading.block < chain.block, reading.blockTime <= chain.blockTime,
            chain.blockTime <= now + policy.price.skew
        else { return nil }
        return chain.block - reading.block
    }

    /// Judges what is there.
    /// - Returns: the event when it is due.
    public mutating func decide(_ policy: FeedPolicy, now: Timestamp) -> PriceUpdated? {
        let judgement = judge(
            enabled.compactMap { quotes[$0] }.sorted { $0.source < $1.source },
            enabled: enabled.count,
            policy: policy.price,
            now: now
        )
        verdicts = judgement.verdicts
        if let price = judgement.price, let asOf = judgement.asOf {
            trx = TRXPrice(price: price, asOf: asOf, sources: judgement.sources)
        }
        // A chain that is silent says nothing of how busy it is.
        let recent = samples.filter { now - $0.time <= Self.sampleAge && $0.time <= now + policy.price.skew }
        congestion = chain.flatMap { Congestion(of: $0, samples: recent) }
        let fresh = energy.values.filter { policy.isFresh($0, at: now) }
        demand = marketDemand(
            rents: fresh.filter(\.source.isRent).map(\.price),
            burn: fresh.first { $0.source == .burn }?.price,
            congestion: congestion?.level
        )
        let event = summary(policy, now)
        guard isDue(event, policy) else { return nil }
        announced = event
        return event
    }

    private func summary(_ policy: FeedPolicy, _ now: Timestamp) -> PriceUpdated {
        PriceUpdated(
            at: now,
            trxPrice: trx?.price,
            trxState: trx?.state(at: now, freshFor: policy.price.freshFor) ?? .unknown,
            trxAsOf: trx?.asOf,
            trxSources: trx?.sources ?? 0,
            energyPrices: energy.values.sorted { $0.source < $1.source }.map {
                EnergyPriceEntry(
                    source: $0.source.description,
                    price: $0.price,
                    at: $0.at,
                    freshUntil: $0.at + policy.energyFreshFor
                )
            },
            congestion: congestion?.level,
            marketDemand: demand
        )
    }

    private func isDue(_ event: PriceUpdated, _ policy: FeedPolicy) -> Bool {
        guard let last = announced else {
            // Nothing to tell yet.
            return event.trxPrice != nil || !event.energyPrices.isEmpty
        }
        // Far behind it, too: then the clock was set back.
        if abs((event.at - last.at).wholeMilliseconds) >= policy.announceEvery.wholeMilliseconds { return true }
        if event.trxState != last.trxState || event.marketDemand != last.marketDemand { return true }
        if let new = event.trxPrice, let old = last.trxPrice, new != old,
            basisPoints(from: old, to: new) >= policy.announceFrom
        {
            return true
        }
        let before = Dictionary(last.energyPrices.map { ($0.source, $0.price) }, uniquingKeysWith: { $1 })
        return event.energyPrices.contains { entry in
            guard let old = before[entry.source] else { return true }
            guard old != entry.price else { return false }
            let distance = abs(entry.price.rawValue - old.rawValue)
            return (scaledUp(distance, by: 10_000, over: max(1, old.rawValue)) ?? .max) >= policy.announceFrom
        }
    }
}
