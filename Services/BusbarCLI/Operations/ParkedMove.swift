internal import Messaging
internal import Models
internal import ServiceKit
internal import Storage
internal import Synchronization

/// Takes messages out of a parking place: back to their queues, or away for good.
///
/// A replay publishes, waits for the broker's confirm and acknowledges then. Cut off in between, the message stands in
/// both places; replayed once more it has the same id, so that it takes effect once.
struct ParkedMove: Sendable {
    enum Action: String, Sendable {
        case replay
        case drop
    }

    /// What came of it.
    struct Result: Codable, Sendable {
        /// Ids of the messages that were moved.
        var moved: [String] = []
        /// Id and reason of those that stay.
        var failed: [String: String] = [:]
    }

    let operations: Operations
    let action: Action
    /// The parking place.
    let queue: String
    /// The messages that are meant; all when nil.
    let ids: Set<String>?

    /// Unsettled messages at most: of those, single ones can be picked.
    static let reach = 2000

    /// Does it, and ends when every message that is meant was seen, or nothing has come for three seconds.
    /// - Parameter topology: declared first.
    func run(topology: Topology = .house) async throws -> Result {
        let waiting = try await operations.withBroker { session in try await session.messageCount(of: queue) }
        let limit = ids == nil ? waiting : min(waiting, Self.reach)
        guard limit > 0 else { return Result() }
        let progress = Progress()
        try await operations.withPostgres { postgres in
            try await operations.withMessaging(topology: topology) { messaging in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await move(limit, messaging, postgres, progress) }
                    group.addTask {
                        while progress.idleTime < .seconds(3) { try await Task.sleep(for: .milliseconds(200)) }
                    }
                    // The first to end ends the other: the broker may have fewer messages than it said.
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
        }
        return progress.result
    }

    private func move(
        _ limit: Int,
        _ messaging: MessagingClient,
        _ postgres: PostgresClient,
        _ progress: Progress
    ) async throws {
        var seen = 0
        for await batch in messaging.deliveries(from: queue, prefetch: Self.reach, batch: 100) {
            progress.begin()
            let room = batch.deliveries.prefix(limit - seen)
            seen += room.count
            let meant = room.filter { ids?.contains(ParkedEntry.id(of: $0)) ?? true }
            if !meant.isEmpty { try await settle(meant, batch, messaging, postgres, progress) }
            progress.end()
            // What was not meant is never settled: the broker keeps it.
            if seen >= limit || ids.map({ progress.result.handled >= $0.count }) ?? false { return }
        }
    }

    private func settle(
        _ meant: [Delivery],
        _ batch: DeliveryBatch,
        _ messaging: MessagingClient,
        _ postgres: PostgresClient,
        _ progress: Progress
    ) async throws {
        let names = meant.map(ParkedEntry.id(of:))
        try await OperationsLog.record(
            "parked.\(action.rawValue)",
            queue: queue,
            messages: names,
            by: operations,
            in: postgres
        )
        guard action == .replay else {
            batch.acknowledge(meant)
            progress.moved(names)
            return
        }
        // One at a time into the result, but one wait for all of them.
        let outcomes = try await messaging.publish(meant.map(ParkedEntry.replay))
        var confirmed: [Delivery] = []
        for (delivery, outcome) in zip(meant, outcomes) {
            let name = ParkedEntry.id(of: delivery)
            switch outcome {
            case .confirmed:
                confirmed.append(delivery)
                progress.moved([name])
            case .returned: progress.failed(name, "its queue is not there")
            case .refused(let reason): progress.failed(name, reason)
            }
        }
        batch.acknowledge(confirmed)
    }

    /// What both tasks know.
    private final class Progress: Sendable {
        private struct State {
            var result = Result()
            var isWorking = false
            var last = ContinuousClock.now
        }

        private let state = Mutex(State())

        var result: Result { state.withLock { $0.result } }

        var idleTime: Duration {
            state.withLock { $0.isWorking ? .zero : $0.last.duration(to: .now) }
        }

        func begin() { state.withLock { $0.isWorking = true } }

        func end() {
            state.withLock { state in
                state.isWorking = false
                state.last = .now
            }
        }

        func moved(_ names: [String]) { state.withLock { $0.result.moved += names } }
        func failed(_ name: String, _ reason: String) { state.withLock { $0.result.failed[name] = reason } }
    }
}

extension ParkedMove.Result {
    var handled: Int { moved.count + failed.count }
}
