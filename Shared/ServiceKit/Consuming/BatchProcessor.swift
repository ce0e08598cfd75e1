internal import Messaging
internal import Metrics
internal import Models
internal import Storage

/// One transaction for some deliveries: inbox, handler, parked messages, outbox, commit.
struct BatchProcessor: Sendable {
    let queue: String
    /// The name under which the inbox remembers.
    let consumer: String
    let usesInbox: Bool
    let service: String
    let outbox: TransactionalOutbox
    let publisher: OutboxPublisher
    let inbox: Inbox
    let postgres: PostgresClient
    let handler: BatchHandler
    let counters: ConsumerCounters

    /// Handles the deliveries and commits; afterwards they are to be acknowledged.
    /// - Throws: what the handler or the database throws; then nothing has happened, or, when a commit's outcome is
    ///   unknown, it will be found in the inbox or by natural keys.
    func process(_ deliveries: [Delivery]) async throws {
        let begin = ContinuousClock.now
        let (tally, stored) = try await outbox.commit { work in
            let fresh = usesInbox ? try await unseen(deliveries, work) : deliveries
            CrashPoint.hit(.inbox)
            guard !fresh.isEmpty else { return Tally(duplicates: deliveries.count, parked: 0) }
            let result = try await handler.handle(fresh, work)
            for (position, reason) in result.parked.sorted(by: { $0.key < $1.key })
            where fresh.indices.contains(position) {
                work.publish(
                    ParkedMessage.make(fresh[position], reason: reason, attempts: 1, by: service, at: work.now)
                )
            }
            return Tally(duplicates: deliveries.count - fresh.count, parked: result.parked.count)
        }
        publisher.submit(stored)
        counters.handled(deliveries.count, tally, since: begin)
    }

    /// What a transaction came to.
    struct Tally: Sendable {
        let duplicates: Int
        let parked: Int
    }

    /// Without those that the inbox knows, and without repeats within the batch.
    private func unseen(_ deliveries: [Delivery], _ work: UnitOfWork) async throws -> [Delivery] {
        var seen: Set<String> = []
        let once = deliveries.filter { seen.insert(key($0)).inserted }
        let new = try await inbox.insert(Array(seen), consumer: consumer, at: work.now, in: work.database)
        return new.count == once.count ? once : once.filter { new.contains(key($0)) }
    }

    enum Count: Sendable {
        case handledBefore
        case counted(Int)
    }

    /// Counts a try of a suspect, committed before the try begins.
    func count(_ delivery: Delivery) async throws -> Count {
        let counted = try await inbox.countAttempts(
            [key(delivery)],
            consumer: consumer,
            at: outbox.clock.now(),
            in: postgres
        )
        guard let attempt = counted.first, !attempt.isProcessed else { return .handledBefore }
        return .counted(attempt.count)
    }

    /// Splits the deliveries into those whose effect is not committed, as far as the inbox knows, and those whose is.
    func split(_ deliveries: [Delivery]) async throws -> (open: [Delivery], done: [Delivery]) {
        guard usesInbox else { return (deliveries, []) }
        let known = try await inbox.processed(deliveries.map(key), consumer: consumer, in: postgres)
        if known.isEmpty { return (deliveries, []) }
        return (deliveries.filter { !known.contains(key($0)) }, deliveries.filter { known.contains(key($0)) })
    }

    private func key(_ delivery: Delivery) -> String { InboxKey.of(delivery, isOurs: usesInbox) }

    /// Sets a delivery aside for people, through the outbox.
    func park(_ delivery: Delivery, reason: String, attempts: Int) async throws {
        let (_, stored) = try await outbox.commit { work in
            if usesInbox {
                _ = try await inbox.insert([key(delivery)], consumer: consumer, at: work.now, in: work.database)
            }
            work.publish(
                ParkedMessage.make(delivery, reason: reason, attempts: attempts, by: service, at: work.now)
            )
        }
        publisher.submit(stored)
        counters.parked.increment()
    }
}

/// How the loop of one queue goes.
struct ConsumerCounters: Sendable {
    let handled: Counter
    let duplicates: Counter
    let parked: Counter
    let sizes: Recorder
    let duration: Timer
    private let dependency: Counter
    private let contention: Counter

    init(queue: String, factory: any MetricsFactory) {
        func counter(_ outcome: String) -> Counter {
            Counter(
                label: "busbar_messages",
                dimensions: [("queue", queue), ("outcome", outcome)],
                factory: factory
            )
        }
        func retries(_ fault: String) -> Counter {
            Counter(
                label: "busbar_batch_retries",
                dimensions: [("queue", queue), ("fault", fault)],
                factory: factory
            )
        }
        handled = counter("done")
        duplicates = counter("duplicate")
        parked = counter("parked")
        sizes = Recorder(label: "busbar_batch_size", dimensions: [("queue", queue)], aggregate: true, factory: factory)
        duration = Timer(label: "busbar_batch", dimensions: [("queue", queue)], factory: factory)
        dependency = retries("dependency")
        contention = retries("contention")
    }

    func handled(_ count: Int, _ tally: BatchProcessor.Tally, since begin: ContinuousClock.Instant) {
        handled.increment(by: count - tally.duplicates - tally.parked)
        if tally.duplicates > 0 { duplicates.increment(by: tally.duplicates) }
        if tally.parked > 0 { parked.increment(by: tally.parked) }
        sizes.record(count)
        duration.recordNanoseconds(Int64((ContinuousClock.now - begin) / .nanoseconds(1)))
    }

    func retried(_ fault: Fault) {
        switch fault {
        case .dependency: dependency.increment()
        case .contention: contention.increment()
        case .work, .stopping: break
        }
    }
}
