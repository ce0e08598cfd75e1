public import Logging
internal import Models
public import ServiceLifecycle
internal import Synchronization

/// Busbar's connection to RabbitMQ: publishing with confirms, and consuming in batches.
///
/// ``run()`` keeps two connections, since a broker that throttles a publisher would hold back its acknowledgements too.
/// Publishing and consuming may begin before it runs: they wait.
public final class MessagingClient: Service, Sendable {
    private let configuration: MessagingConfiguration
    private let shared: ClientState
    private let publisher: PublishConnection
    private let consumer: ConsumeConnection
    private let watchdog: Watchdog
    private let stop = StopSignal()

    /// - Parameters:
    ///   - topology: declared on each connect.
    ///   - observer: told of every event, for metrics, on a connection's thread.
    public init(
        _ configuration: MessagingConfiguration,
        topology: Topology = Topology(),
        logger: Logger,
        observer: (@Sendable (MessagingEvent) -> Void)? = nil
    ) {
        self.configuration = configuration
        shared = ClientState(observer: observer, logger: logger)
        watchdog = Watchdog()
        publisher = PublishConnection(configuration, topology: topology, shared: shared, watchdog: watchdog)
        consumer = ConsumeConnection(configuration, topology: topology, shared: shared, watchdog: watchdog)
    }

    deinit {
        publisher.abandon()
        consumer.abandon()
        watchdog.stop()
    }

    /// How things stand. Never waits.
    public var state: MessagingState { shared.state }

    /// Keeps both connections until graceful shutdown or cancellation; reconnects for ever.
    ///
    /// Gracefully: consumers are cancelled, what handlers hold may be settled for a while, publishing goes on meanwhile;
    /// then confirms are awaited and both connections closed. Call it once.
    public func run() async throws {
        guard stop.begin() else {
            throw MessagingError(.stopped, "a client runs once", call: "MessagingClient.run")
        }
        // Debian's security fixes do not change this number: 0.11.0-1+deb12u3 is the least that is safe.
        shared.logger.info("messaging begins", metadata: ["librabbitmq": "\(BrokerConnection.libraryVersion)"])
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                publisher.start()
                consumer.start()
                await stop.wait()
                await consumer.stop(within: stop.isHasty ? .zero : configuration.drainTimeout)
                await publisher.stop(within: stop.isHasty ? .zero : configuration.flushTimeout)
                watchdog.stop()
            } onGracefulShutdown: {
                self.stop.trigger(hasty: false)
            }
        } onCancel: {
            stop.trigger(hasty: true)
            consumer.hurry()
            publisher.hurry()
        }
    }

    /// Publishes all messages and waits until the broker has taken or refused each of them.
    ///
    /// Confirms are pipelined: a batch costs hardly more time than one message. After a reconnect what was not confirmed is
    /// published again with the same message id, so a message may arrive twice. While the broker is away or takes no
    /// messages this waits.
    ///
    /// - Parameter timeout: for the whole call; `nil` takes the configuration's.
    /// - Returns: one outcome per message, in order.
    /// - Throws: ``MessagingError`` when a message cannot be sent (nothing was sent then), at the timeout, on cancellation,
    ///   and when the client stops; ``MessagingError/inDoubt`` names the messages that may have arrived.
    @discardableResult
    public func publish(
        _ messages: [OutgoingMessage],
        timeout: Duration? = nil
    ) async throws(MessagingError) -> [PublishOutcome] {
        try await publisher.publish(messages, timeout: timeout ?? configuration.publishTimeout)
    }

    /// The messages of a queue.
    /// - Parameters:
    ///   - prefetch: unsettled messages at most, 1 to 2,000: that is the back pressure.
    ///   - batch: the most that one batch holds.
    public func deliveries(from queue: String, prefetch: Int = 300, batch: Int = 200) -> DeliveryBatches {
        DeliveryBatches(
            connection: consumer,
            queue: queue,
            prefetch: min(max(prefetch, 1), 2000),
            batch: max(batch, 1)
        )
    }
}
