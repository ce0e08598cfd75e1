internal import Messaging
internal import Metrics
internal import Storage
internal import Telemetry

/// Counts what happens between us and the broker.
struct MessagingMetrics: Sendable {
    private let published: Counter
    private let confirmed: Counter
    private let returned: Counter
    private let refused: Counter
    private let connected: Counter
    private let disconnected: Counter
    private let blocked: Counter
    private let blockedTime: Timer
    private let consumersLost: Counter
    private let factory: PrometheusFactory

    init(_ factory: PrometheusFactory) {
        func counter(_ name: String) -> Counter { Counter(label: name, dimensions: [], factory: factory) }
        self.factory = factory
        published = counter("busbar_broker_published")
        confirmed = counter("busbar_broker_confirmed")
        returned = counter("busbar_broker_returned")
        refused = counter("busbar_broker_refused")
        connected = counter("busbar_broker_connects")
        disconnected = counter("busbar_broker_disconnects")
        blocked = counter("busbar_broker_blocked")
        blockedTime = Timer(label: "busbar_broker_blocked_time", dimensions: [], factory: factory)
        consumersLost = counter("busbar_consumers_lost")
    }

    @Sendable func observe(_ event: MessagingEvent) {
        switch event {
        case .connected: connected.increment()
        case .disconnected: disconnected.increment()
        case .published(let count): published.increment(by: count)
        case .confirmed(let count): confirmed.increment(by: count)
        case .returned(let count): returned.increment(by: count)
        case .refused(let count): refused.increment(by: count)
        case .blocked: blocked.increment()
        case .unblocked(let duration): blockedTime.recordNanoseconds(Int64(duration / .nanoseconds(1)))
        case .delivered(let queue, let count): counter("busbar_deliveries", queue).increment(by: count)
        case .acknowledged(let queue, let count): counter("busbar_acknowledged", queue).increment(by: count)
        case .handedBack(let queue, let count): counter("busbar_handed_back", queue).increment(by: count)
        case .consumerLost: consumersLost.increment()
        }
    }

    /// Once per batch, not per message: making it anew is a look-up.
    private func counter(_ name: String, _ queue: String) -> Counter {
        Counter(label: name, dimensions: [("queue", queue)], factory: factory)
    }
}

/// Shows how full the pool is.
enum PoolMetrics {
    static func add(to metrics: PrometheusFactory, _ postgres: PostgresClient) {
        func gauge(_ state: String) -> Gauge {
            Gauge(label: "busbar_database_connections", dimensions: [("state", state)], factory: metrics)
        }
        let (open, idle, leased) = (gauge("open"), gauge("idle"), gauge("leased"))
        let waiting = Gauge(label: "busbar_database_waiting", dimensions: [], factory: metrics)
        metrics.beforeExposition { [weak postgres] in
            guard let status = postgres?.status else { return }
            open.record(status.open)
            idle.record(status.idle)
            leased.record(status.leased)
            waiting.record(status.waiting)
        }
    }
}
