internal import Planning
internal import Synchronization

/// The chain's prices, read again once in a while: they change by vote, at maintenance boundaries.
final class PriceReader: Sendable {
    private let chain: any ChainGateway
    private let maximumAge: Duration
    private let known = Mutex<Known?>(nil)

    private struct Known {
        var prices: ChainPrices
        var readAt: ContinuousClock.Instant
    }

    init(chain: any ChainGateway, maximumAge: Duration = .seconds(5)) {
        self.chain = chain
        self.maximumAge = maximumAge
    }

    /// The newest prices, read if they are old.
    func current() async throws -> ChainPrices {
        if let known = known.withLock({ $0 }), ContinuousClock.now - known.readAt < maximumAge { return known.prices }
        let prices = try await chain.prices()
        known.withLock { $0 = Known(prices: prices, readAt: .now) }
        return prices
    }

    /// What was read last; `nil` before the first time.
    var latest: ChainPrices? { known.withLock { $0?.prices } }
}
