internal import Logging
internal import Messaging
internal import Metrics
internal import Models
internal import ServiceLifecycle
internal import Storage

/// Publishes what nobody else does: rows that a crash, a full memory or a broker's absence left behind.
///
/// Each turn locks some of the oldest rows that no other relay has locked, publishes them, marks and commits. It polls
/// from 20 ms, while there is something, to 1 s.
struct OutboxRelay: Service {
    /// Rows of one turn.
    static let batch = 500
    /// Younger rows are on their way from memory, here or in another replica.
    static let age = Duration.milliseconds(1500)

    let postgres: PostgresClient
    let messaging: MessagingClient
    let outbox: Outbox
    let appID: String
    let clock: any WallClock
    let flight: OutboxFlight
    let gate: Gate
    let health: ServiceHealth
    let logger: Logger
    let refused = RefusedRows()
    private let published: Counter
    private let depth: Gauge
    private let oldest: Gauge

    init(
        postgres: PostgresClient,
        messaging: MessagingClient,
        outbox: Outbox,
        appID: String,
        clock: any WallClock,
        flight: OutboxFlight,
        gate: Gate,
        factory: any MetricsFactory,
        health: ServiceHealth,
        logger: Logger
    ) {
        self.postgres = postgres
        self.messaging = messaging
        self.outbox = outbox
        self.appID = appID
        self.clock = clock
        self.flight = flight
        self.gate = gate
        self.health = health
        self.logger = logger
        published = Counter(label: "busbar_outbox_published", dimensions: [("path", "relay")], factory: factory)
        depth = Gauge(label: "busbar_outbox_depth", dimensions: [], factory: factory)
        oldest = Gauge(label: "busbar_outbox_oldest_seconds", dimensions: [], factory: factory)
    }

    func run() async throws {
        await withGracefulShutdownFlag { isStopping in
            guard await passes(gate) else { return }
            await sweep(while: { !isStopping() })
        }
    }

    private func sweep(while goesOn: () -> Bool) async {
        let watch = health.loop("outbox relay")
        defer { health.forget(watch) }
        var wait = Duration.milliseconds(20)
        var measured: ContinuousClock.Instant?
        while goesOn(), !Task.isCancelled {
            watch.turned()
            do {
                let count = messaging.state.publishing.isConnected ? try await sweepOnce() : 0
                wait = count > 0 ? .milliseconds(20) : min(wait * 2, .seconds(1))
                if measured.map({ $0.duration(to: .now) > .seconds(1) }) ?? true {
                    try await measure()
                    measured = .now
                }
            } catch {
                wait = .seconds(1)
                if !Task.isCancelled { logger.debug("the outbox cannot be swept", error: error) }
            }
            watch.waits()
            let rest = wait
            await cancelWhenGracefulShutdown { try? await Task.sleep(for: rest) }
        }
    }

    /// - Returns: how many were published.
    private func sweepOnce() async throws -> Int {
        let confirmed = try await postgres.withTransaction(retries: 0) { transaction in
            let rows = try await outbox.claim(
                madeBefore: clock.now() - Self.age,
                limit: Self.batch + refused.count,
                in: transaction
            )
            let claimed = rows.filter { !flight.holds($0.id) && !refused.holdsBack($0.id) }
                .prefix(Self.batch).map { StoredMessage(row: $0, appID: appID) }
            guard !claimed.isEmpty else { return 0 }
            // Shorter than the server's patience with an idle transaction.
            let confirmed = await messaging.publishStored(claimed, timeout: .seconds(5), logger: logger)
            if messaging.state.publishing.isConnected { refused.note(claimed.map(\.id), confirmed: confirmed) }
            try await outbox.markPublished(confirmed, at: clock.now(), in: transaction)
            return confirmed.count
        }
        health.databaseAnswered()
        if confirmed > 0 {
            published.increment(by: confirmed)
            logger.info("published from the outbox", metadata: ["count": .stringConvertible(confirmed)])
        }
        return confirmed
    }

    private func measure() async throws {
        let (count, since) = try await outbox.backlog(in: postgres)
        depth.record(count)
        oldest.record(since.map { Double((clock.now() - $0).wholeMilliseconds) / 1000 } ?? 0)
    }
}
