internal import Models
internal import Planning
internal import Suppliers

extension PurchaseStore.Row {
    /// Takes what happened, what the follower of the chain has signalled meanwhile first.
    ///
    /// A purchase that was stored and never begun begins, whatever it is told: its process may have ended before.
    mutating func take(_ item: PurchaseNews, now: Timestamp) -> [PurchaseEffect] {
        if let prepared = item.prepared { self.prepared = prepared }
        let wasThere = life.state == .proven || life.state == .returning
        var effects: [PurchaseEffect] = []
        switch signal {
        case .lost: effects += life.handle(.chainLost, now: now) + [.readChain]
        case .moved: effects.append(.readChain)
        case nil: break
        }
        signal = nil
        if life.hasNotBegun {
            effects += life.handle(.begin, now: now)
        } else {
            effects += life.handle(item.event ?? .clock, now: now)
        }
        if let reference = life.reference { self.prepared?.reference = reference }
        if wasThere, life.state == .ended { effects.append(.unproven) }
        return effects
    }
}
