internal import Synchronization

/// What is to be done for purchases, each thing once at a time and so many things at once.
///
/// Nothing waits twice. What is asked for again while it is being done is done again afterwards: what was read before a block
/// came shows nothing of the block.
final class PurchaseQueue: Sendable {
    /// Something whose turn has come.
    struct Turn: Sendable {
        var action: PurchaseAction
        /// Whether it has waited so long that its outcome may be taken for lost before it is over: nothing may be bought.
        var isLate: Bool
    }

    /// A process may be stopped, or wait for its turn, for longer than an order is waited for. One that is sent so soon has
    /// ended long before a supplier is believed that it has never heard of it.
    static let patience = Duration.seconds(10)

    private struct State {
        var waiting: [(action: PurchaseAction, since: ContinuousClock.Instant)] = []
        var names: Set<String> = []
        var running: Set<String> = []
        /// Asked for while it is being done.
        var again: Set<String> = []
    }

    private let atOnce: Int
    private let state = Mutex(State())

    /// - Parameter atOnce: how many things are done at a time.
    init(atOnce: Int) { self.atOnce = atOnce }

    func add(_ action: PurchaseAction, now: ContinuousClock.Instant = .now) {
        let name = action.name
        state.withLock { state in
            if state.running.contains(name) {
                state.again.insert(name)
            } else if state.names.insert(name).inserted {
                state.waiting.append((action, now))
            }
        }
    }

    /// The next, unless as many are being done as may be. It is being done until ``end(_:now:)``.
    func next(now: ContinuousClock.Instant = .now) -> Turn? {
        state.withLock { state in
            guard state.running.count < atOnce, !state.waiting.isEmpty else { return nil }
            let (action, since) = state.waiting.removeFirst()
            let name = action.name
            state.names.remove(name)
            state.running.insert(name)
            return Turn(action: action, isLate: now - since > Self.patience)
        }
    }

    func end(_ action: PurchaseAction, now: ContinuousClock.Instant = .now) {
        let name = action.name
        let isWanted = state.withLock { state in
            state.running.remove(name)
            return state.again.remove(name) != nil
        }
        if isWanted { add(action, now: now) }
    }
}
