internal import Logging
internal import Messaging
internal import Metrics
internal import ServiceLifecycle
internal import Synchronization

/// Publishes committed messages from memory, in the order they were committed here.
///
/// One call to the broker is under way at a time; what was committed meanwhile goes together in the next. What cannot be
/// published stays in the table, where the relay finds it.
final class OutboxPublisher: Service {
    /// Messages of one call.
    private static let batch = 1000
    /// How long it goes on publishing after it was told to stop.
    private static let flushLimit = Duration.seconds(2)

    private struct State {
        var waiting: [StoredMessage] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wakeUp = WakeUp()
    private let messaging: MessagingClient
    private let flight: OutboxFlight
    private let marker: OutboxMarker
    private let health: ServiceHealth
    private let logger: Logger
    private let left: Counter
    private let published: Counter
    private let time: Timer

    init(
        messaging: MessagingClient,
        flight: OutboxFlight,
        marker: OutboxMarker,
        factory: any MetricsFactory,
        health: ServiceHealth,
        logger: Logger
    ) {
        self.messaging = messaging
        self.flight = flight
        self.marker = marker
        self.health = health
        self.logger = logger
        left = Counter(label: "busbar_outbox_left_to_relay", dimensions: [], factory: factory)
        published = Counter(label: "busbar_outbox_published", dimensions: [("path", "memory")], factory: factory)
        time = Timer(label: "busbar_outbox_confirm", dimensions: [], factory: factory)
    }

    /// Takes committed messages. Never waits.
    func submit(_ messages: [StoredMessage]) {
        guard !messages.isEmpty else { return }
        CrashPoint.hit(.publish)
        let isTaken = state.withLock { state in
            guard !state.isClosed, flight.board(messages) else { return false }
            state.waiting += messages
            return true
        }
        if isTaken { wakeUp.ring() } else { left.increment(by: messages.count) }
    }

    /// Publishes until it is told to stop and nothing is left, or the broker takes no more.
    func run() async throws {
        await withTaskGroup { group in
            group.addTask { await self.publishAll() }
            group.addTask {
                try? await gracefulShutdown()  // Throws only when cancelled: then everything ends anyway.
                self.state.withLock { $0.isClosed = true }
                self.wakeUp.ring()
                try? await Task.sleep(for: Self.flushLimit)  // Ends early when all is published.
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func publishAll() async {
        let watch = health.loop("outbox publisher")
        defer { health.forget(watch) }
        while !Task.isCancelled {
            let (batch, isClosed) = take()
            if batch.isEmpty {
                if isClosed { return }
                watch.waits()
                await wakeUp.wait()
            } else {
                watch.turned()
                await publish(batch)
            }
        }
    }

    private func take() -> ([StoredMessage], isClosed: Bool) {
        state.withLock { state in
            if state.waiting.count <= Self.batch {
                defer { state.waiting = [] }
                return (state.waiting, state.isClosed)
            }
            defer { state.waiting.removeFirst(Self.batch) }
            return (Array(state.waiting.prefix(Self.batch)), state.isClosed)
        }
    }

    private func publish(_ batch: [StoredMessage]) async {
        let begin = ContinuousClock.now
        let confirmed = await messaging.publishStored(batch, timeout: .seconds(10), logger: logger)
        CrashPoint.hit(.confirm)
        time.recordNanoseconds(Int64((ContinuousClock.now - begin) / .nanoseconds(1)))
        published.increment(by: confirmed.count)
        marker.add(confirmed)
        if confirmed.count < batch.count {
            let done = Set(confirmed)
            flight.leave(batch.lazy.map(\.id).filter { !done.contains($0) })
            left.increment(by: batch.count - confirmed.count)
        }
    }
}
