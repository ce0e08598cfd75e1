/// Who is told of what in the benchmark of notifications: all of it follows from the sizes and the seed.
///
/// An event has one recipient. Events are numbered; each part of the benchmark has its own numbers.
struct NotifyPlan: Sendable {
    /// What is asked for.
    struct Sizes: Sendable {
        var endpoints = 1000
        /// Events at the offered rate.
        var offered = 100_000
        /// Events of a full queue, and once more as many for the limit; none with faults.
        var full = 20_000
    }

    let seed: UInt64
    /// By endpoint.
    let kinds: [Receiver.Kind]
    /// One for each healthy endpoint, so that it is known when all are known.
    let first: Range<Int>
    /// To all endpoints.
    let offered: Range<Int>
    /// To healthy endpoints.
    let full: Range<Int>
    /// To healthy endpoints.
    let limit: Range<Int>
    private let recipients: [Int32]

    init(_ sizes: Sizes, seed: UInt64) {
        var random = SplitMix(seed: seed)
        self.seed = seed
        var kinds = [Receiver.Kind](repeating: .healthy, count: sizes.endpoints)
        for (index, kind) in Self.unwell(of: sizes.endpoints).enumerated() { kinds[index] = kind }
        kinds.shuffle(using: &random)
        self.kinds = kinds
        let healthy = kinds.indices.filter { kinds[$0] == .healthy }
        first = 0..<healthy.count
        offered = first.upperBound..<(first.upperBound + sizes.offered)
        full = offered.upperBound..<(offered.upperBound + sizes.full)
        limit = full.upperBound..<(full.upperBound + sizes.full)
        var recipients = healthy.map { Int32($0) }
        recipients.reserveCapacity(limit.upperBound)
        for _ in offered { recipients.append(Int32.random(in: 0..<Int32(sizes.endpoints), using: &random)) }
        for _ in full.lowerBound..<limit.upperBound {
            recipients.append(Int32(healthy.randomElement(using: &random) ?? 0))
        }
        self.recipients = recipients
    }

    /// 5 % hang, 5 % fail, 1 % throttle, and of the rest 1 % leave; of each one at least.
    private static func unwell(of count: Int) -> [Receiver.Kind] {
        func some(_ kind: Receiver.Kind, _ percent: Int, of count: Int) -> [Receiver.Kind] {
            Array(repeating: kind, count: max(1, count * percent / 100))
        }
        let ill = some(.hanging, 5, of: count) + some(.failing, 5, of: count) + some(.throttling, 1, of: count)
        return ill + some(.leaving, 1, of: count - ill.count)
    }

    /// All of them, in their order.
    var parts: [Range<Int>] { [first, offered, full, limit] }

    /// How many events there are in all.
    var count: Int { recipients.count }

    /// The endpoint that is told of an event.
    func recipient(of event: Int) -> Int { Int(recipients[event]) }

    /// Whether an event's recipient takes everything at once.
    func isHealthy(_ event: Int) -> Bool { kinds[recipient(of: event)] == .healthy }

    /// How many of some events each endpoint is told of.
    func counts(_ events: Range<Int>) -> [Int] {
        var counts = [Int](repeating: 0, count: kinds.count)
        for event in events { counts[recipient(of: event)] += 1 }
        return counts
    }
}
