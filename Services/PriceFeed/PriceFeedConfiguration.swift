internal import Models
internal import Planning
internal import ServiceKit

/// The price feed's own configuration, besides the house's.
struct PriceFeedConfiguration: Sendable {
    static let sources = ConfigurationKey.optional(
        "price.sources",
        .list,
        default: "coingecko,binance,okx,kraken",
        "Sources of TRX/USD that are asked."
    )
    static let coingeckoURL = url("coingecko", "https://api.coingecko.com")
    static let binanceURL = url("binance", "https://api.binance.com")
    static let okxURL = url("okx", "https://www.okx.com")
    static let krakenURL = url("kraken", "https://api.kraken.com")
    static let coingeckoKey = ConfigurationKey.secret(
        "price.coingecko_api_key",
        "Demo key of CoinGecko, sent as `x-cg-demo-api-key`; without it fewer requests are allowed."
    )
    static let justLend = ConfigurationKey.optional(
        "price.justlend",
        .flag,
        default: "true",
        "Whether JustLend's market snapshot is asked."
    )
    static let justLendURL = url("justlend", "https://openapi.just.network")
    static let pollInterval = interval("poll", "15s", "How often exchanges are asked.")
    static let coingeckoInterval = interval(
        "coingecko",
        "60s",
        "How often CoinGecko is asked; its answers are cached 60 s."
    )
    static let justLendInterval = interval("justlend", "60s", "How often JustLend is asked.")
    static let chainInterval = interval("chain", "10s", "How often the chain's parameters are read.")
    static let proposalInterval = interval("proposal", "60s", "How often the list of proposals is read; it is long.")
    static let timeout = ConfigurationKey.optional(
        "price.timeout",
        .duration,
        default: "5s",
        "The longest a price source may take for its whole answer."
    )
    static let staleAfter = ConfigurationKey.optional(
        "price.stale_after",
        .duration,
        default: "180s",
        "How old a quote of TRX may be, and how long a price made of quotes counts as fresh."
    )
    static let tolerance = ConfigurationKey.optional(
        "price.tolerance_bp",
        .integer(1...5000),
        default: "200",
        "How far a quote may be from the median, in hundredths of a percent; farther ones are refused."
    )
    static let minimumSources = ConfigurationKey.optional(
        "price.minimum_sources",
        .integer(1...4),
        default: "2",
        "How many sources must agree; fewer when fewer are switched on."
    )
    static let energyStaleAfter = ConfigurationKey.optional(
        "price.energy_stale_after",
        .duration,
        default: "10m",
        "How long a price of energy counts as fresh."
    )
    static let stakeYield = ConfigurationKey.optional(
        "price.stake_yield_bp",
        .integer(1...100_000),
        default: "400",
        "What staked TRX could earn elsewhere beyond what it earns here, in hundredths of a percent a year."
    )
    static let stakeTurnover = ConfigurationKey.optional(
        "price.stake_turnover_percent",
        .integer(1...200),
        default: "100",
        "How often a day the energy of our stake is used: 100 is once; recovery allows about 190."
    )
    static let announceFrom = ConfigurationKey.optional(
        "price.announce_bp",
        .integer(1...10_000),
        default: "10",
        "From which change on a price is told at once, in hundredths of a percent."
    )
    static let announceEvery = ConfigurationKey.optional(
        "price.announce_every",
        .duration,
        default: "60s",
        "How often prices are told at least."
    )
    static let drift = ConfigurationKey.optional(
        "price.drift_bp",
        .integer(1...10_000),
        default: "100",
        "From which change on the energy per TRX of stake is told, in hundredths of a percent; it moves all the time."
    )
    static let minuteHistory = ConfigurationKey.optional(
        "price.minute_history",
        .duration,
        default: "90d",
        "How long values by minute are kept."
    )
    static let hourHistory = ConfigurationKey.optional(
        "price.hour_history",
        .duration,
        default: "1825d",
        "How long values by hour, and changes of the chain's parameters, are kept."
    )

    static let keys: [ConfigurationKey] = [
        sources, coingeckoURL, binanceURL, okxURL, krakenURL, coingeckoKey, justLend, justLendURL, pollInterval,
        coingeckoInterval, justLendInterval, chainInterval, proposalInterval, timeout, staleAfter, tolerance,
        minimumSources, energyStaleAfter, stakeYield, stakeTurnover, announceFrom, announceEvery, drift, minuteHistory,
        hourHistory,
    ]

    private static func url(_ name: String, _ value: String) -> ConfigurationKey {
        .optional("price.\(name)_url", .url, default: value, "Base address of \(name).")
    }

    private static func interval(_ name: String, _ value: String, _ meaning: String) -> ConfigurationKey {
        .optional("price.\(name)_interval", .duration, default: value, meaning)
    }

    /// A source of TRX/USD that is switched on.
    struct Source: Sendable {
        var source: PriceSource
        var url: String
        var headers: [(name: String, value: String)]
        var interval: Duration
    }

    let trx: [Source]
    /// `nil` when it is switched off.
    let justLend: String?
    let pollInterval: Duration
    let justLendInterval: Duration
    let chainInterval: Duration
    let proposalInterval: Duration
    let timeout: Duration
    let policy: FeedPolicy
    let minuteHistory: Duration
    let hourHistory: Duration

    /// - Throws: for a source that does not exist, or an interval of nothing.
    init(_ configuration: ServiceConfiguration) throws(ConfigurationError) {
        var problems: [ConfigurationError.Problem] = []
        for key in [
            Self.pollInterval, Self.coingeckoInterval, Self.justLendInterval, Self.chainInterval, Self.proposalInterval,
            Self.timeout,
        ] where configuration.duration(key) < .milliseconds(50) {
            problems.append(.invalid(key: key, value: configuration.text(key), reason: "expected 50ms or more"))
        }
        var chosen: Set<PriceSource> = []
        for name in configuration.list(Self.sources) {
            guard let source = PriceSource(rawValue: name) else {
                let known = PriceSource.allCases.map(\.rawValue).joined(separator: ", ")
                let reason = "\(name) is not one of \(known)"
                problems.append(.invalid(key: Self.sources, value: configuration.text(Self.sources), reason: reason))
                continue
            }
            chosen.insert(source)
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        let key = configuration.optionalText(Self.coingeckoKey).map { [(name: "x-cg-demo-api-key", value: $0)] } ?? []
        trx = chosen.sorted().map { source in
            let isCached = source == .coingecko
            return Source(
                source: source,
                url: Self.base(configuration.text(Self.urls[source] ?? Self.binanceURL)) + source.path,
                headers: isCached ? key : [],
                interval: configuration.duration(isCached ? Self.coingeckoInterval : Self.pollInterval)
            )
        }
        justLend =
            configuration.flag(Self.justLend)
            ? Self.base(configuration.text(Self.justLendURL)) + JustLendSnapshot.path : nil
        pollInterval = configuration.duration(Self.pollInterval)
        justLendInterval = configuration.duration(Self.justLendInterval)
        chainInterval = configuration.duration(Self.chainInterval)
        proposalInterval = configuration.duration(Self.proposalInterval)
        timeout = configuration.duration(Self.timeout)
        minuteHistory = configuration.duration(Self.minuteHistory)
        hourHistory = configuration.duration(Self.hourHistory)
        policy = FeedPolicy(
            price: PricePolicy(
                freshFor: configuration.duration(Self.staleAfter),
                tolerance: Int64(configuration.integer(Self.tolerance)),
                minimum: configuration.integer(Self.minimumSources)
            ),
            energyFreshFor: configuration.duration(Self.energyStaleAfter),
            yield: StakeYield(
                basisPoints: Int64(configuration.integer(Self.stakeYield)),
                turnover: Int64(configuration.integer(Self.stakeTurnover))
            ),
            announceFrom: Int64(configuration.integer(Self.announceFrom)),
            announceEvery: configuration.duration(Self.announceEvery),
            drift: Int64(configuration.integer(Self.drift))
        )
    }

    private static let urls: [PriceSource: ConfigurationKey] = [
        .coingecko: coingeckoURL, .binance: binanceURL, .okx: okxURL, .kraken: krakenURL,
    ]

    private static func base(_ url: String) -> String {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }
}
