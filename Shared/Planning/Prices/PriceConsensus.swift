public import Models

/// What one source said a TRX costs.
public struct PriceQuote: Sendable, Equatable {
    /// Who said it.
    public var source: PriceSource
    /// Dollars per TRX.
    public var price: USDPerTRX
    /// The moment it stands for: the source's own, or when it was read where the source tells none.
    public var quotedAt: Timestamp
    /// When it was read.
    public var readAt: Timestamp

    /// Takes the fields as they are; nothing is checked.
    public init(source: PriceSource, price: USDPerTRX, quotedAt: Timestamp, readAt: Timestamp) {
        self.source = source
        self.price = price
        self.quotedAt = quotedAt
        self.readAt = readAt
    }
}

/// When quotes make a price.
public struct PricePolicy: Sendable, Equatable {
    /// How old a quote may be.
    public var freshFor: Duration
    /// How far a source's clock may be ahead of ours.
    public var skew: Duration
    /// How far a quote may be from the median of all, in hundredths of a percent of it.
    public var tolerance: Int64
    /// How many sources must agree; fewer when fewer are switched on.
    public var minimum: Int

    /// The defaults: three minutes, one minute, 2 %, two sources.
    public init(
        freshFor: Duration = .seconds(180),
        skew: Duration = .seconds(60),
        tolerance: Int64 = 200,
        minimum: Int = 2
    ) {
        self.freshFor = freshFor
        self.skew = skew
        self.tolerance = tolerance
        self.minimum = minimum
    }
}

/// What became of one quote.
public enum QuoteVerdict: Sendable, Equatable {
    /// Part of the price.
    case used
    /// Too old.
    case stale(age: Duration)
    /// Its time is ahead of ours by more than clocks may differ.
    case ahead(by: Duration)
    /// Too far from the median of the fresh quotes.
    case outlier(basisPoints: Int64, median: USDPerTRX)
    /// Good in itself, but too few others agree.
    case unconfirmed

    /// One word, as stored.
    public var name: String {
        switch self {
        case .used: "used"
        case .stale: "stale"
        case .ahead: "ahead"
        case .outlier: "outlier"
        case .unconfirmed: "unconfirmed"
        }
    }

    /// Why, for people; empty where the word says all.
    public var detail: String {
        switch self {
        case .used: ""
        case .stale(let age): "\(age.wholeMilliseconds / 1000) s old"
        case .ahead(let by): "\(by.wholeMilliseconds / 1000) s ahead of our clock"
        case .outlier(let basisPoints, let median):
            "\(basisPoints / 100).\(basisPoints % 100 / 10)\(basisPoints % 10) % from the median \(median)"
        case .unconfirmed: "too few sources agree with it"
        }
    }
}

/// What the quotes of a moment amount to.
public struct PriceJudgement: Sendable, Equatable {
    /// The price, or `nil` when too few agree.
    public var price: USDPerTRX?
    /// The newest moment at which enough of the sources that agree stood behind it; `nil` without a price.
    public var asOf: Timestamp?
    /// How many agree.
    public var sources: Int
    /// What became of each quote.
    public var verdicts: [PriceSource: QuoteVerdict]
}

/// The median of the fresh quotes that lie near the median of all fresh ones, if they are enough and the majority.
///
/// Two rounds, because the first median stands firm against a minority of any values, and the second no longer contains
/// them. Of an even number the lower and upper middle are averaged, rounded down to a millionth of a dollar.
/// - Parameters:
///   - quotes: at most one a source.
///   - enabled: how many sources are switched on.
public func judge(
    _ quotes: [PriceQuote],
    enabled: Int,
    policy: PricePolicy,
    now: Timestamp
) -> PriceJudgement {
    var verdicts: [PriceSource: QuoteVerdict] = [:]
    var fresh: [PriceQuote] = []
    for quote in quotes {
        if quote.quotedAt > now + policy.skew {
            verdicts[quote.source] = .ahead(by: quote.quotedAt - now)
        } else if now - min(quote.quotedAt, quote.readAt) > policy.freshFor {
            verdicts[quote.source] = .stale(age: now - min(quote.quotedAt, quote.readAt))
        } else {
            fresh.append(quote)
        }
    }
    guard let median = median(fresh.map(\.price)) else {
        return PriceJudgement(price: nil, asOf: nil, sources: 0, verdicts: verdicts)
    }
    var near: [PriceQuote] = []
    for quote in fresh {
        let distance = basisPoints(from: median, to: quote.price)
        if distance <= policy.tolerance {
            near.append(quote)
        } else {
            verdicts[quote.source] = .outlier(basisPoints: distance, median: median)
        }
    }
    let minimum = max(1, min(policy.minimum, enabled))
    let isEnough = near.count >= minimum && near.count * 2 > fresh.count
    for quote in near { verdicts[quote.source] = isEnough ? .used : .unconfirmed }
    guard isEnough else { return PriceJudgement(price: nil, asOf: nil, sources: 0, verdicts: verdicts) }
    let times = near.map { min($0.quotedAt, $0.readAt) }.sorted(by: >)
    return PriceJudgement(
        price: Planning.median(near.map(\.price)),
        asOf: times[minimum - 1],
        sources: near.count,
        verdicts: verdicts
    )
}

/// The middle of the prices; of an even number the mean of the two in the middle, rounded down.
func median(_ prices: [USDPerTRX]) -> USDPerTRX? {
    guard !prices.isEmpty else { return nil }
    let sorted = prices.map(\.rawValue).sorted()
    let low = sorted[(sorted.count - 1) / 2]
    let high = sorted[sorted.count / 2]
    return USDPerTRX(rawValue: low + (high - low) / 2)
}

/// The distance in hundredths of a percent of `reference`, rounded up; capped at a million.
func basisPoints(from reference: USDPerTRX, to price: USDPerTRX) -> Int64 {
    guard reference.rawValue > 0 else { return 1_000_000 }
    let distance = abs(price.rawValue - reference.rawValue)
    return min(1_000_000, scaledUp(distance, by: 10_000, over: reference.rawValue) ?? 1_000_000)
}
