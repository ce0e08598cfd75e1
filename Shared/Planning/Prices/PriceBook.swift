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

    /// Prices of energy were seen: JustLend's, or suppliers' when they are published one day.
    public mutating func take(_ prices: [EnergyPrice]) {
        for price in prices { energy[price.source] = price }
    }

    /// The chain was read.
    /// - Parameter use: of a block that was looked at with it.
    /// - Returns: what is different from what was told before; empty for the first reading ever.
    public mutating func take(
        _ chain: ChainConditions,
        use: BlockUse?,
        policy: FeedPolicy,
        now: Timestamp
    ) -> [ParameterChange] {
        self.chain = chain
        take(energyPrices(of: chain, yield: policy.yield, at: now))
        if let use {
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
        if let chain {
            let recent = samples.filter { chain.blockTime - $0.time <= .seconds(600) }
            congestion = Congestion(of: chain, samples: recent)
        }
        demand = marketDemand(
            rents: rents(policy, now),
            burn: energy[.burn]?.price,
            congestion: congestion?.level
        )
        let event = summary(policy, now)
        guard isDue(event, policy) else { return nil }
        announced = event
        return event
    }

    private func rents(_ policy: FeedPolicy, _ now: Timestamp) -> [SunPerEnergy] {
        energy.values.filter { price in
            let isRent = price.source == .justLendRent || price.source.description.hasPrefix("supplier:")
            return isRent && now - price.at <= policy.energyFreshFor
        }.map(\.price)
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
