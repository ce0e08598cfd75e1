public import Models

/// The purchases of one acquisition, one after another: a next one begins only when nothing will come of those before.
public struct PurchaseSequence: Sendable, Equatable, Codable {
    /// Whose purchases they are.
    public let acquisition: UUIDv7
    /// In the order they were made.
    public private(set) var purchases: [Purchase]
    /// How many there may be.
    public let limit: Int

    /// None yet.
    /// - Parameter limit: how many there may be.
    public init(acquisition: UUIDv7, limit: Int = 8) {
        self.acquisition = acquisition
        self.limit = limit
        purchases = []
    }

    /// The number of the next purchase.
    public var nextNumber: Int32 { Int32(clamping: purchases.count + 1) }

    /// Suppliers that were asked in vain: not to be asked again for this acquisition.
    public var tried: Set<SupplierID> { Set(purchases.filter(\.state.isFailure).map(\.order.supplier)) }

    /// Whether another purchase may begin.
    public var isOpen: Bool { purchases.count < limit && !purchases.contains(where: \.state.isLive) }

    /// Begins a purchase.
    /// - Returns: what follows; `nil`, and nothing changes, when an earlier one is live, its number is not the next, it is of
    ///   another acquisition, or there were too many.
    public mutating func begin(_ purchase: Purchase, now: Timestamp) -> [PurchaseEffect]? {
        guard isOpen, purchase.order.number == nextNumber, purchase.order.acquisition == acquisition,
            purchase.state == .planned
        else { return nil }
        var purchase = purchase
        let effects = purchase.handle(.begin, now: now)
        purchases.append(purchase)
        return effects
    }

    /// Hands an event to the purchase of that number; of an unknown one nothing happens.
    public mutating func handle(_ event: PurchaseEvent, of number: Int32, now: Timestamp) -> [PurchaseEffect] {
        guard number >= 1, Int(number) <= purchases.count else { return [] }
        return purchases[Int(number) - 1].handle(event, now: now)
    }
}
