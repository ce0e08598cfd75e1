import Models
import Planning

/// The purchases of one need, one after another, as the allocator makes them: a next one begins only when nothing will come
/// of those before.
struct PurchaseSequence: Sendable, Equatable, Codable {
    /// Whose purchases they are.
    let acquisition: UUIDv7
    /// In the order they were made.
    private(set) var purchases: [Purchase]
    /// How many there may be.
    let limit: Int

    /// None yet.
    /// - Parameter limit: how many there may be.
    init(acquisition: UUIDv7, limit: Int = 8) {
        self.acquisition = acquisition
        self.limit = limit
        purchases = []
    }

    /// The number of the next purchase.
    var nextNumber: Int32 { Int32(clamping: purchases.count + 1) }

    /// Suppliers that were asked in vain: not to be asked again for this acquisition.
    var tried: Set<SupplierID> { Set(purchases.filter(\.state.isFailure).map(\.order.supplier)) }

    /// Whether another purchase may begin.
    var isOpen: Bool { purchases.count < limit && !purchases.contains(where: \.state.isLive) }

    /// Begins a purchase.
    /// - Returns: what follows; `nil`, and nothing changes, when an earlier one is live, its number is not the next, it is of
    ///   another acquisition, or there were too many.
    mutating func begin(_ purchase: Purchase, now: Timestamp) -> [PurchaseEffect]? {
        guard isOpen, purchase.order.number == nextNumber, purchase.order.acquisition == acquisition,
            purchase.state == .planned
        else { return nil }
        var purchase = purchase
        let effects = purchase.handle(.begin, now: now)
        purchases.append(purchase)
        return effects
    }

    /// Hands an event to the purchase of that number; of an unknown one nothing happens.
    mutating func handle(_ event: PurchaseEvent, of number: Int32, now: Timestamp) -> [PurchaseEffect] {
        guard number >= 1, Int(number) <= purchases.count else { return [] }
        return purchases[Int(number) - 1].handle(event, now: now)
    }
}
