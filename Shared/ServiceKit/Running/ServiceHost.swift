public import Logging
public import Messaging
internal import Metrics
public import Models
public import ServiceLifecycle
public import Storage
internal import Synchronization
public import Telemetry

/// One service of the house: what its main puts together and what then runs.
///
/// ```swift
/// await ServiceKit.run("allocator", schema: .allocator, keys: AllocatorConfiguration.keys) { service in
///     let store = AllocationStore(service.postgres)
///     service.consume("allocator.withdrawal.request") { deliveries, work in … }
///     service.leader("follower") { … }
/// }
/// ```
public final class ServiceHost: Sendable {
    /// `allocator`: shown in logs, at the broker and the database, and as `app_id`.
    public let name: String
    /// Checked values of the house's keys and the service's own.
    public let configuration: ServiceConfiguration
    /// Labelled with ``name``. Started by ``ServiceKit``, it never writes the configuration's secrets.
    public let logger: Logger
    /// Domain time.
    public let clock: any WallClock
    /// The pool; it connects while the service runs. Work that publishes goes through ``transaction(_:)`` instead.
    public let postgres: PostgresClient
    /// The two connections to the broker. Messages of the house leave through the outbox, not through this.
    public let messaging: MessagingClient
    /// Reads deliveries; what is published through a unit of work is encoded by it too.
    public let codec: MessageCodec
    /// What `/metrics` shows. Make metrics through swift-metrics.
    public let metrics: PrometheusFactory
    /// Where conditions of readiness are added.
    public let health: ServiceHealth

    let schema: ServiceSchema
    let gate = Gate()
    let outbox: TransactionalOutbox
    let inbox: Inbox
    let publisher: OutboxPublisher
    let relay: OutboxRelay
    let marker: OutboxMarker
    let admin: AdminServer
    let devnetClock: DevnetClock?
    let stopper = Stopper()
    private let registered = Mutex<[Registered]>([])

    struct Registered: Sendable {
        let name: String
        let service: any Service
    }

    /// Puts the parts together; nothing is connected before it runs.
    /// - Throws: `ConfigurationError` for values that only fit together badly.
    public init(
        _ name: String,
        schema: ServiceSchema,
        configuration: ServiceConfiguration,
        topology: Topology = Topology(),
        metrics: PrometheusFactory,
        logger: Logger
    ) throws(ConfigurationError) {
        self.name = name
        self.schema = schema
        self.configuration = configuration
        self.logger = logger
        self.metrics = metrics
        let health = ServiceHealth()
        self.health = health
        devnetClock = configuration.optionalText(.clockURL).map { DevnetClock(url: $0, logger: logger) }
        clock = devnetClock ?? SystemClock()
        codec = MessageCodec(appID: name, clock: clock)
        let postgres = PostgresClient(try configuration.postgres(applicationName: name), logger: logger)
        self.postgres = postgres
        let messaging = MessagingClient(
            try configuration.messaging(connectionName: name),
            topology: Topology.house.merging(topology),
            logger: logger,
            observer: MessagingMetrics(metrics).observe
        )
        self.messaging = messaging
        let table = Outbox(schema: schema.name)
        let flight = OutboxFlight()
        inbox = Inbox(schema: schema.name)
        marker = OutboxMarker(
            postgres: postgres,
            outbox: table,
            clock: clock,
            flight: flight,
            health: health,
            logger: logger
        )
        publisher = OutboxPublisher(
            messaging: messaging,
            flight: flight,
            marker: marker,
            factory: metrics,
            health: health,
            logger: logger
        )
        relay = OutboxRelay(
            postgres: postgres,
            messaging: messaging,
            outbox: table,
            appID: name,
            clock: clock,
            flight: flight,
            gate: gate,
            factory: metrics,
            health: health,
            logger: logger
        )
        outbox = TransactionalOutbox(
            postgres: postgres,
            outbox: table,
            ids: OrderedIDs(),
            codec: codec,
            clock: clock,
            health: health
        )
        admin = AdminServer(
            host: configuration.text(.adminHost),
            port: configuration.integer(.adminPort),
            health: health,
            metrics: metrics,
            logger: logger
        )
        health.requireForReadiness { Self.brokerCheck(messaging.state) }
        health.requireForReadiness { [postgres] in Self.databaseCheck(health, postgres.status) }
        PoolMetrics.add(to: metrics, postgres)
        let housekeeping = Housekeeping(postgres: postgres, outbox: table, inbox: inbox, clock: clock)
        loop("housekeeping", every: .seconds(30)) { try await housekeeping.run() }
    }

    /// The port of `/livez`, `/readyz` and `/metrics`, once it is open.
    public var adminPort: Int? { admin.openPort }

    /// Has a service of its own run with the rest: an HTTP server, a follower. It starts when the dependencies have
    /// answered, and must return when, and only when, it is told to stop.
    public func add(_ name: String, _ service: some Service) {
        register(name, service)
    }

    func register(_ name: String, _ service: any Service) {
        registered.withLock { $0.append(Registered(name: name, service: service)) }
    }

    func takeRegistered() -> [Registered] { registered.withLock { $0 } }

    private static func brokerCheck(_ state: MessagingState) -> ServiceHealth.Check {
        if state.isReady { return ServiceHealth.Check("broker", isReady: true) }
        var reasons: [String] = []
        if !state.publishing.isConnected {
            reasons.append("publishing: \(state.publishing.lastError.map { "\($0)" } ?? "connecting")")
        }
        if !state.consuming.isConnected {
            reasons.append("consuming: \(state.consuming.lastError.map { "\($0)" } ?? "connecting")")
        }
        if let blocked = state.blocked { reasons.append("blocked: \(blocked)") }
        if state.consumersActive < state.consumersWanted {
            reasons.append("\(state.consumersActive) of \(state.consumersWanted) consumers")
        }
        return ServiceHealth.Check("broker", isReady: false, detail: reasons.joined(separator: "; "))
    }

    private static func databaseCheck(
        _ health: ServiceHealth,
        _ status: PostgresPoolStatus
    ) -> ServiceHealth.Check {
        let last = health.sinceDatabaseAnswered()
        if let last, last < .seconds(5) { return ServiceHealth.Check("database", isReady: true) }
        let since = last.map { "last answer \($0.components.seconds) s ago" } ?? "no answer yet"
        let reason = status.lastError.map { "; \($0)" } ?? ""
        return ServiceHealth.Check("database", isReady: false, detail: since + reason)
    }
}
