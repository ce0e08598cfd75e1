/// The newest measurements of something, a fixed number of them, with quantiles. Integers only; can be stored.
public struct BoundedSample: Sendable, Equatable, Codable {
    /// How many are kept at most.
    public let capacity: Int
    /// As they are kept; not in order of time once it is full.
    public private(set) var values: [Int64]
    private var next: Int

    /// An empty one.
    /// - Parameter capacity: at least 1.
    public init(capacity: Int) {
        self.capacity = max(1, capacity)
        values = []
        next = 0
    }

    /// Reads what was stored; what does not fit together is cut to what does.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        capacity = min(max(1, try container.decode(Int.self, forKey: .capacity)), 4096)
        values = Array(try container.decode([Int64].self, forKey: .values).prefix(capacity))
        let stored = try container.decode(Int.self, forKey: .next)
        next = (0..<capacity).contains(stored) && stored <= values.count ? stored : 0
    }

    /// Adds a measurement; when it is full, the oldest goes.
    public mutating func add(_ value: Int64) {
        if values.count < capacity {
            values.append(value)
            next = values.count % capacity
        } else {
            values[next] = value
            next = (next + 1) % capacity
        }
    }

    /// The smallest value that so many thousandths of all do not exceed (nearest rank): 500 is the median.
    /// - Returns: `nil` when nothing was measured.
    public func quantile(perMille: Int64) -> Int64? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let rank = (Int64(sorted.count) * min(max(perMille, 0), 1000) + 999) / 1000
        return sorted[max(0, Int(rank) - 1)]
    }

    /// The mean, rounded towards zero; `nil` when nothing was measured.
    public var mean: Int64? {
        guard !values.isEmpty else { return nil }
        return Int64(clamping: values.reduce(Int128(0)) { $0 + Int128($1) } / Int128(values.count))
    }
}
