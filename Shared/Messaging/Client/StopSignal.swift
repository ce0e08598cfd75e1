internal import Synchronization

/// Awaited once, triggered by whatever ends a client.
final class StopSignal: Sendable {
    private struct State {
        var begun = false
        var triggered = false
        var hasty = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// `false` from the second time on.
    func begin() -> Bool {
        state.withLock { state in
            defer { state.begun = true }
            return !state.begun
        }
    }

    var isHasty: Bool { state.withLock { $0.hasty } }

    func trigger(hasty: Bool) {
        let waiter = state.withLock { state in
            state.triggered = true
            state.hasty = state.hasty || hasty
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.triggered { state.waiter = continuation }
                return state.triggered
            }
            if isOver { continuation.resume() }
        }
    }
}

/// A connection that is being closed in good order, until that moment at most.
struct Stopping: Sendable {
    let deadline: ContinuousClock.Instant
    let waiter: CheckedContinuation<Void, Never>
}
