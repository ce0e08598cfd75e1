internal import Messaging
internal import Synchronization

/// Lets a consumer ask for its next batch, and end the asking alone when the service is told to stop: what is in hand
/// goes on.
///
/// A batch is taken from the buffer when it is asked for and not before, so that it holds all that has come till then.
final class Handover: Sendable {
    private struct State {
        var isClosed = false
        var waiter: CheckedContinuation<DeliveryBatch?, Never>?
    }

    private let state = Mutex(State())
    private let request = WakeUp()

    init() {}

    /// The next batch; `nil` when there will be none. One task asks.
    func take() async -> DeliveryBatch? {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.waiter = continuation }
                return state.isClosed
            }
            if isClosed { continuation.resume(returning: nil) } else { request.ring() }
        }
    }

    /// Answers until the batches end or the task is cancelled; then nobody waits any more.
    func serve(_ batches: DeliveryBatches) async {
        var iterator = batches.makeAsyncIterator()
        defer { close() }
        while !Task.isCancelled {
            await request.wait()
            guard !Task.isCancelled, let batch = await iterator.next() else { return }
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: batch)
        }
    }

    private func close() {
        let waiter = state.withLock { state in
            state.isClosed = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }
}
