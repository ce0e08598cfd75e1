internal import Logging
public import Messaging

extension ServiceHost {
    /// Handles a queue's messages in batches: one transaction, commit, acknowledge.
    ///
    /// The handler gets what was ready, at most `batch`. It writes through the unit of work and publishes there; what it
    /// parks goes to `<queue>.parked`. It may be called again with the same deliveries, so all its effects belong into
    /// the transaction. What it throws is retried with backoff when a dependency is at fault; else the batch is split to
    /// find the culprit, which is parked after five tries of its own.
    ///
    /// - Parameters:
    ///   - queue: must be in the house's topology or the one given to ``ServiceKit/run(_:schema:keys:topology:_:)``.
    ///   - prefetch: unsettled messages at most, 1 to 2,000.
    ///   - batch: messages of one transaction at most.
    ///   - inbox: whether messages are ours and deduplicated by their ids; commands from outside are by natural keys.
    public func consume(
        _ queue: String,
        prefetch: Int = 400,
        batch: Int = 200,
        inbox: Bool = false,
        _ handler: @escaping @Sendable (_ deliveries: [Delivery], _ work: UnitOfWork) async throws -> BatchResult
    ) {
        let processor = BatchProcessor(
            queue: queue,
            consumer: queue,
            usesInbox: inbox,
            service: name,
            outbox: outbox,
            publisher: publisher,
            inbox: self.inbox,
            postgres: postgres,
            handler: BatchHandler(handle: handler),
            counters: ConsumerCounters(queue: queue, factory: metrics)
        )
        register(
            "consume \(queue)",
            QueueConsumer(
                queue: queue,
                prefetch: prefetch,
                batch: batch,
                processor: processor,
                messaging: messaging,
                gate: gate,
                health: health,
                logger: logger
            )
        )
    }

    /// Runs `body` at once and then again and again, `interval` after it ended.
    ///
    /// An error costs a wait that grows to 2 s, and a warning. A turn that has begun is let finish when the service is
    /// told to stop. One turn must not last longer than 30 s, or liveness fails.
    /// - Parameter wakeUp: begins the next turn before its time.
    public func loop(
        _ name: String,
        every interval: Duration,
        wakeUp: WakeUp = WakeUp(),
        _ body: @escaping @Sendable () async throws -> Void
    ) {
        register(
            "loop \(name)",
            LoopService(
                name: name,
                interval: interval,
                wakeUp: wakeUp,
                gate: gate,
                health: health,
                logger: logger,
                factory: metrics,
                body: body
            )
        )
    }

    /// Runs a transaction that no message drives, with its messages on the same path: stored, committed, published from
    /// memory, swept after a crash.
    ///
    /// Deadlocks are retried, so `body` must not have effects outside the transaction.
    @discardableResult
    public func transaction<Result: Sendable>(
        _ body: @Sendable (UnitOfWork) async throws -> Result
    ) async throws -> Result {
        let (result, stored) = try await outbox.commit(body)
        publisher.submit(stored)
        return result
    }
}

/// In a struct, for a bare closure in a generic gains a thunk at each read.
struct BatchHandler: Sendable {
    let handle: @Sendable (_ deliveries: [Delivery], _ work: UnitOfWork) async throws -> BatchResult
}
