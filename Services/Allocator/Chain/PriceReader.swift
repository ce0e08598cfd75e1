internal import Planning
internal import Synchronization

/// The chain's prices, read again once in a while: they change by vote, at maintenance boundaries.
final class PriceReader: Sendable {
    private let read: @Sendable () async throws -> ChainPrices
    private let maximumAge: Duration
    private let known = Mutex<Known?>(nil)

    private struct Known {
        var prices: ChainPrices
        var readAt: ContinuousClock.Instant
    }

    /// Prices that were not read again for so long may be others by now.
    private static let longestUnconfirmed: Duration = .seconds(30)

    /// - Parameter read: asks the chain.
    init(maximumAge: Duration = .seconds(5), read: @escaping @Sendable () async throws -> ChainPrices) {
        self.read = read
        self.maximumAge = maximumAge
    }

    /// The newest prices, read if they are old.
    func current() async throws -> ChainPrices {
        if let known = known.withLock({ $0 }), ContinuousClock.now - known.readAt < maximumAge { return known.prices }
        let prices = try await read()
        known.withLock { $0 = Known(prices: prices, readAt: .now) }
        return prices
    }

    /// What was read lately; `nil` where a promise would be made by prices that may be old.
    func recent(at now: ContinuousClock.Instant = .now) -> ChainPrices? {
        known.withLock { known in known.flatMap { now - $0.readAt < Self.longestUnconfirmed ? $0.prices : nil } }
    }

    /// What was read last; `nil` before the first time.
    var latest: ChainPrices? { known.withLock { $0?.prices } }
}
