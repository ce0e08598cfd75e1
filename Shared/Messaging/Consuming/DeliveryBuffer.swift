internal import DequeModule
internal import Synchronization

/// Where the connection's thread leaves deliveries and a task takes them, and settlements go the other way.
///
/// It holds `prefetch` deliveries at most, because the broker sends no more before some are settled.
final class DeliveryBuffer: Sendable {
    private struct State {
        var deliveries: Deque<Delivery> = []
        var generation = 0
        var waiter: Waiter?
        var settlements: [Settlement] = []
        var ended = false
    }

    private struct Waiter {
        let limit: Int
        let continuation: CheckedContinuation<DeliveryBatch?, Never>
    }

    let queue: String
    let prefetch: Int
    private let connection: ConsumeConnection
    private let state = Mutex(State())

    init(queue: String, prefetch: Int, connection: ConsumeConnection) {
        self.queue = queue
        self.prefetch = prefetch
        self.connection = connection
    }

    // MARK: - The task's side

    func next(limit: Int) async -> DeliveryBatch? {
        if Task.isCancelled {
            end()
            return nil
        }
        if let batch = state.withLock({ take(limit, &$0) }) { return batch }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (batch, resume) = state.withLock { state -> (DeliveryBatch?, Bool) in
                    if let batch = take(limit, &state) { return (batch, true) }
                    if state.ended || state.waiter != nil { return (nil, true) }
                    state.waiter = Waiter(limit: limit, continuation: continuation)
                    return (nil, false)
                }
                if resume { continuation.resume(returning: batch) }
            }
        } onCancel: {
            abandon()
        }
    }

    func settle(_ settlement: Settlement) {
        let mustWake = state.withLock { state in
            guard settlement.generation == state.generation else { return false }
            state.settlements.append(settlement)
            return state.settlements.count == 1
        }
        if mustWake { connection.flushSettlements(of: self) }
    }

    /// Whether the broker still waits for settlements of this generation.
    func isCurrent(_ generation: Int) -> Bool { state.withLock { $0.generation == generation } }

    /// Nobody will ask any more: the consumer is to be cancelled.
    func abandon() {
        end()
        connection.unsubscribe(self)
    }

    // MARK: - The connection's side

    /// `false` if nobody will take them.
    func append(_ deliveries: [Delivery]) -> Bool {
        let (waiter, batch, isWanted) = state.withLock { state -> (Waiter?, DeliveryBatch?, Bool) in
            guard !state.ended else { return (nil, nil, false) }
            state.deliveries.append(contentsOf: deliveries)
            guard let waiter = state.waiter, let batch = take(waiter.limit, &state) else { return (nil, nil, true) }
            state.waiter = nil
            return (waiter, batch, true)
        }
        waiter?.continuation.resume(returning: batch)
        return isWanted
    }

    func takeSettlements() -> [Settlement] {
        state.withLock { state in
            let settlements = state.settlements
            state.settlements.removeAll(keepingCapacity: true)
            return settlements
        }
    }

    /// A new channel: what came over the old one will be delivered again.
    func begin(generation: Int) {
        state.withLock { state in
            state.generation = generation
            state.deliveries.removeAll(keepingCapacity: true)
            state.settlements.removeAll(keepingCapacity: true)
        }
    }

    /// No more batches; what nobody has seen goes back to the queue.
    func end() {
        let (waiter, mustWake) = state.withLock { state -> (Waiter?, Bool) in
            let waiter = state.waiter
            state.waiter = nil
            state.ended = true
            let unseen = state.deliveries.map(\.tag)
            state.deliveries.removeAll()
            guard !unseen.isEmpty else { return (waiter, false) }
            state.settlements.append(
                Settlement(generation: state.generation, verdict: .requeue, tags: .list(unseen))
            )
            return (waiter, state.settlements.count == 1)
        }
        waiter?.continuation.resume(returning: nil)
        if mustWake { connection.flushSettlements(of: self) }
    }

    private func take(_ limit: Int, _ state: inout State) -> DeliveryBatch? {
        let count = Swift.min(Swift.max(limit, 1), state.deliveries.count)
        guard count > 0 else { return nil }
        let taken = Array(state.deliveries.prefix(count))
        state.deliveries.removeFirst(count)
        return DeliveryBatch(taken, buffer: self, generation: state.generation)
    }
}
