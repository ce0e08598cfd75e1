internal import Logging
internal import Messaging
internal import ServiceLifecycle
internal import Telemetry

/// Takes what a queue has ready, handles it in one transaction, acknowledges, and goes on, until told to stop.
///
/// First deliveries are handled together. A redelivered one may have killed its worker: it is counted, committed, and
/// handled alone in a slow lane beside the others, and parked after five tries. An error that is nobody's fault is tried
/// again with backoff; any other splits the batch into single messages, and the culprit goes to the slow lane.
struct QueueConsumer: Service {
    let queue: String
    let prefetch: Int
    let batch: Int
    let processor: BatchProcessor
    let messaging: MessagingClient
    let gate: Gate
    let health: ServiceHealth
    let logger: Logger

    func run() async throws {
        await withGracefulShutdownFlag { isStopping in
            guard await passes(gate) else { return }
            await consume(isStopping)
        }
    }

    private func consume(_ isStopping: @escaping @Sendable () -> Bool) async {
        let handover = Handover()
        let lane = SlowLane()
        let deliveries = messaging.deliveries(from: queue, prefetch: prefetch, batch: batch)
        await withTaskGroup { group in
            group.addTask { await cancelWhenGracefulShutdown { await handover.serve(deliveries) } }
            group.addTask { await SuspectRunner(consumer: self, lane: lane, isStopping: isStopping).run() }
            let watch = health.loop("consume \(queue)")
            defer { health.forget(watch) }
            let turn = Turn(consumer: self, watch: watch, lane: lane, isStopping: isStopping)
            while let batch = await handover.take() {
                await turn.handle(batch)
                watch.waits()
            }
            lane.close()
        }
        // Whoever was not reached is somebody else's now.
        for suspect in lane.drain() { suspect.batch.requeue([suspect.delivery]) }
    }
}

/// What the main lane does with one batch.
struct Turn: Sendable {
    let consumer: QueueConsumer
    let watch: LoopHealth
    let lane: SlowLane
    let isStopping: @Sendable () -> Bool

    func handle(_ batch: DeliveryBatch) async {
        watch.turned()
        let suspects = batch.filter(\.redelivered)
        if !suspects.isEmpty { await suspect(suspects, of: batch) }
        let first = suspects.isEmpty ? batch.deliveries : batch.filter { !$0.redelivered }
        if !first.isEmpty { await handle(first, of: batch) }
    }

    /// After a lost connection most redelivered messages are done already: one look at the inbox tells which.
    private func suspect(_ deliveries: [Delivery], of batch: DeliveryBatch) async {
        // Without an answer all go the slow way, where each is asked for again.
        let (open, done) = (try? await consumer.processor.split(deliveries)) ?? (deliveries, [])
        if !done.isEmpty { batch.acknowledge(done) }
        lane.add(open.map { SlowLane.Suspect(delivery: $0, batch: batch) })
    }

    private func handle(_ deliveries: [Delivery], of batch: DeliveryBatch) async {
        switch await attempt(deliveries) {
        case .done:
            if deliveries.count == batch.count { batch.acknowledge() } else { batch.acknowledge(deliveries) }
            CrashPoint.hit(.ack)
        case .givenUp:
            batch.requeue(deliveries)
        case .failed(let error):
            guard deliveries.count > 1 else {
                var suspect = SlowLane.Suspect(delivery: deliveries[0], batch: batch)
                suspect.lastError = "\(error)"
                lane.add([suspect])
                return
            }
            consumer.logger.warning(
                "a batch failed; its messages are tried one by one",
                error: error,
                metadata: ["queue": "\(consumer.queue)", "count": .stringConvertible(deliveries.count)]
            )
            for delivery in deliveries {
                if isStopping() {
                    batch.requeue([delivery])
                } else {
                    await handle([delivery], of: batch)
                }
            }
        }
    }

    enum Outcome {
        case done
        /// Told to stop before it could be done.
        case givenUp
        /// Not for want of trying.
        case failed(any Error)
    }

    /// Handles the deliveries in one transaction, as often as it takes while only the world is to blame. All tries are one
    /// span, of the deliveries' trace if they share one.
    func attempt(_ deliveries: [Delivery]) async -> Outcome {
        await TraceContext.$current.withValue(.handling(deliveries)) { await attemptTraced(deliveries) }
    }

    private func attemptTraced(_ deliveries: [Delivery]) async -> Outcome {
        var backoff = Backoff()
        var contentions = 0
        while true {
            watch.turned()
            do {
                try await consumer.processor.process(deliveries)
                return .done
            } catch {
                let fault = Fault(error)
                switch fault {
                case .stopping: return .givenUp
                case .work: return .failed(error)
                case .contention where contentions >= 8: return .failed(error)
                case .contention: contentions += 1
                case .dependency: break
                }
                consumer.processor.counters.retried(fault)
                if isStopping() { return .givenUp }
                consumer.logger.info(
                    "a batch is tried again",
                    error: error,
                    metadata: ["queue": "\(consumer.queue)"]
                )
                let wait = backoff.next()
                // Ends early when told to stop: then there is one more try.
                await cancelWhenGracefulShutdown { try? await Task.sleep(for: wait) }
                if Task.isCancelled { return .givenUp }
            }
        }
    }
}
