internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Synchronization

/// What energy costs the house, as price-feed has stored it. Its last good value counts, however old it is: the feed keeps it,
/// and says how old it is.
final class EnergyPriceReader: Sendable {
    private let service: ServiceHost
    private let maximumAge: Duration
    private let known = Mutex<Known?>(nil)

    private struct Known {
        var ownStake: SunPerEnergy
        var readAt: ContinuousClock.Instant
    }

    init(service: ServiceHost, maximumAge: Duration = .seconds(5)) {
        self.service = service
        self.maximumAge = maximumAge
    }

    /// The opportunity cost of our own stake, read again if it is old; zero before the feed has had one.
    func ownStake() async throws -> EnergyOffer {
        if let known = known.withLock({ $0 }), ContinuousClock.now - known.readAt < maximumAge {
            return EnergyOffer(source: Self.source, price: known.ownStake)
        }
        let read = try await service.postgres.withConnection { try await PriceStore.energy(from: Self.source, in: $0) }
        let price = read ?? known.withLock { $0?.ownStake } ?? SunPerEnergy(rawValue: 0)
        known.withLock { $0 = Known(ownStake: price, readAt: .now) }
        return EnergyOffer(source: Self.source, price: price)
    }

    /// As acquisitions and the feed name it.
    private static let source = "own_stake"
}
