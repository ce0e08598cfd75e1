public import Models

/// One thing that was learnt about a supplier from a purchase.
public enum HealthSample: Sendable, Equatable, Codable {
    /// A purchase delivered what was ordered, proven on chain, or did not. Partly is not.
    case fill(Bool)
    /// From placing to the first reading of the chain that shows it all.
    case timeToChain(Duration)
    /// What was charged beside what was quoted, both in sun.
    case price(quoted: Sun, charged: Sun)
    /// How long the energy stayed beside how long was paid for.
    case kept(ordered: Duration, kept: Duration)
}

/// Measured figures of one supplier, of its newest purchases; can be stored and restored.
public struct SupplierHealth: Sendable, Equatable, Codable {
    /// 1 for each purchase that delivered, 0 for each that did not.
    private var fills: BoundedSample
    /// In milliseconds.
    private var times: BoundedSample
    /// Charged less quoted, in thousandths of the quote.
    private var prices: BoundedSample
    /// Kept, in thousandths of what was ordered; at most 1000.
    private var durations: BoundedSample

    /// Nothing known yet.
    /// - Parameter capacity: how many purchases each figure looks back.
    public init(capacity: Int = 200) {
        fills = BoundedSample(capacity: capacity)
        times = BoundedSample(capacity: capacity)
        prices = BoundedSample(capacity: capacity)
        durations = BoundedSample(capacity: capacity)
    }

    /// Takes a measurement. Quotes and durations that are not positive are passed over.
    public mutating func learn(_ sample: HealthSample) {
        switch sample {
        case .fill(let filled): fills.add(filled ? 1 : 0)
        case .timeToChain(let time): times.add(max(0, time.wholeMilliseconds))
        case .price(let quoted, let charged):
            guard quoted > .zero,
                let deviation = scaledDown((charged - quoted).rawValue, by: 1000, over: quoted.rawValue)
            else { return }
            prices.add(deviation)
        case .kept(let ordered, let kept):
            guard ordered > .zero,
                let share = scaledDown(kept.wholeMilliseconds, by: 1000, over: max(1, ordered.wholeMilliseconds))
            else { return }
            durations.add(min(max(share, 0), 1000))
        }
    }

    /// How many purchases the fill rate knows.
    public var purchases: Int { fills.values.count }
    /// How many of them failed or delivered less than was ordered.
    public var failures: Int { fills.values.count { $0 == 0 } }

    /// Purchases that delivered what was ordered, in thousandths; `nil` before the first.
    public var fillRatePerMille: Int64? {
        fills.values.isEmpty ? nil : Int64(purchases - failures) * 1000 / Int64(purchases)
    }

    /// From placing to the chain, for half of the deliveries.
    public var medianTimeToChain: Duration? { times.quantile(perMille: 500).map { .milliseconds($0) } }
    /// From placing to the chain, for all but a twentieth of the deliveries.
    public var slowTimeToChain: Duration? { times.quantile(perMille: 950).map { .milliseconds($0) } }

    /// How much more than quoted is charged on average, in thousandths of the quote; negative when it is less.
    public var overchargePerMille: Int64? { prices.mean }
    /// The share of purchases charged within a thousandth of their quote, in thousandths.
    public var priceAccuracyPerMille: Int64? {
        let count = prices.values.count
        return count == 0 ? nil : Int64(prices.values.count { abs($0) <= 1 } * 1000 / count)
    }

    /// How much of the ordered time energy stays on average, in thousandths.
    public var durationKeptPerMille: Int64? { durations.mean }

    /// The chance that a purchase fails, in thousandths, as sources are compared by it: (failures + 1) / (purchases + 20).
    ///
    /// Twenty purchases at one failure in twenty are assumed of a supplier nobody knows yet, so that one unlucky order does
    /// not rule it out and one lucky order does not make it perfect.
    public var failurePerMille: Int64 { Int64(failures + 1) * 1000 / Int64(purchases + 20) }
}
