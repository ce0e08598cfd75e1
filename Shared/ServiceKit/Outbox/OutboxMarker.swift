internal import Logging
internal import Models
internal import ServiceLifecycle
internal import Storage
internal import Synchronization

/// Marks rows whose messages the broker has confirmed. A mark may be lost with the machine's power: then a message is
/// published twice, which consumers expect. So it does not wait for the disk, and marks what a short while brings together:
/// a transaction for each commit would take more of the machine than the commits.
final class OutboxMarker: Service {
    /// How long marks gather. Much shorter than the age at which other replicas look for unpublished rows.
    private static let gathering = Duration.milliseconds(50)

    private struct State {
        var ids: [UUIDv7] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wakeUp = WakeUp()
    private let postgres: PostgresClient
    private let outbox: Outbox
    private let clock: any WallClock
    private let flight: OutboxFlight
    private let health: ServiceHealth
    private let logger: Logger

    init(
        postgres: PostgresClient,
        outbox: Outbox,
        clock: any WallClock,
        flight: OutboxFlight,
        health: ServiceHealth,
        logger: Logger
    ) {
        self.postgres = postgres
        self.outbox = outbox
        self.clock = clock
        self.flight = flight
        self.health = health
        self.logger = logger
    }

    /// Takes rows to mark. Never waits.
    func add(_ ids: [UUIDv7]) {
        guard !ids.isEmpty else { return }
        state.withLock { $0.ids += ids }
        wakeUp.ring()
    }

    /// Marks until it is told to stop and nothing is left, or the database does not answer any more.
    func run() async throws {
        await withGracefulShutdownHandler {
            await markAll()
        } onGracefulShutdown: {
            self.state.withLock { $0.isClosed = true }
            self.wakeUp.ring()
        }
    }

    private func markAll() async {
        let watch = health.loop("outbox marker")
        defer { health.forget(watch) }
        var backoff = Backoff()
        while !Task.isCancelled {
            if state.withLock({ !$0.isClosed && !$0.ids.isEmpty }) { try? await Task.sleep(for: Self.gathering) }
            let (ids, isClosed) = state.withLock { state in
                defer { state.ids = [] }
                return (state.ids, state.isClosed)
            }
            if ids.isEmpty {
                if isClosed { return }
                watch.waits()
                await wakeUp.wait()
                continue
            }
            watch.turned()
            do {
                try await outbox.markPublished(ids, at: clock.now(), in: postgres)
                flight.leave(ids)
                health.databaseAnswered()
                backoff.reset()
            } catch {
                if isClosed { return }
                logger.debug("published rows cannot be marked yet", error: error)
                state.withLock { $0.ids = ids + $0.ids }
                await wakeUp.wait(atMost: backoff.next())
            }
        }
    }
}
