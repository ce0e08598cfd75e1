internal import Courier
internal import Logging
internal import Metrics
internal import Models
internal import Planning
internal import ServiceKit
internal import ServiceLifecycle
internal import Storage
internal import Synchronization
internal import Telemetry

/// Sends what is due and stores what came of it.
///
/// What a batch of events has just stored is handed over from memory; what others stored, what is tried again and what a
/// killed replica left is found in the database. Results are written many at a time.
final class Dispatcher: Service, ShardOwner {
    /// Deliveries are divided into so many shards, a constant of the schema.
    static let shardCount = 32
    /// Results of one transaction at most.
    private static let batch = 500
    /// How long requests under way may hold up shards that go to another replica. A receiver that takes longer must not
    /// delay all others of its shard: its request goes on, and its new owner may send the same again, under the same id.
    private static let handOver = Duration.seconds(1)
    /// How long requests may go on after the signal to stop.
    private static let patience = Duration.seconds(4)

    private let service: ServiceHost
    private let directory: EndpointDirectory
    private let sender: Sender
    private let writer: ResultWriter
    private let state: Mutex<Dispatch>
    private let launches: AsyncStream<Dispatch.Launch>
    private let launch: AsyncStream<Dispatch.Launch>.Continuation
    /// Waits for the next moment at which a lane may go on.
    private let alarm = WakeUp()
    /// Rings when there are results to write.
    private let finished = WakeUp()
    /// Rings when results were written, for who waits until shards are drained.
    private let drained = WakeUp()
    /// Rings when there may be more in the database.
    let due = WakeUp()
    private let results = Mutex<[DeliveryResult]>([])
    private let isStopping = Atomic(false)

    init(
        service: ServiceHost,
        directory: EndpointDirectory,
        sender: Sender,
        writer: ResultWriter,
        limits: Dispatch.Limits
    ) {
        self.service = service
        self.directory = directory
        self.sender = sender
        self.writer = writer
        state = Mutex(Dispatch(limits: limits))
        (launches, launch) = AsyncStream.makeStream()
        let gauges = ["lanes", "lanes_blocked", "in_flight", "held"].map {
            Gauge(label: "busbar_notifier_\($0)", factory: service.metrics)
        }
        service.metrics.beforeExposition { [weak self] in
            guard let self else { return }
            let values = self.state.withLock { state in
                let figures = state.figures
                return [figures.lanes, figures.blocked, state.launched, state.held]
            }
            for (gauge, value) in zip(gauges, values) { gauge.record(value) }
        }
    }

    // MARK: Taking work

    /// Takes deliveries that were just committed, to endpoints as they were then. Does not wait.
    func offer(_ deliveries: [PendingDelivery], to endpoints: EndpointDirectory.Snapshot) {
        state.withLock { state in
            if state.isOlder(than: endpoints.revision) { state.update(endpoints.all, revision: endpoints.revision) }
            state.offer(deliveries)
        }
        pump()
    }

    /// Looks for what is due in the database.
    func find(all: Bool) async throws {
        let (wants, inHand) = state.withLock { $0.wants(all: all, at: .now) }
        guard !wants.isEmpty else { return }
        let found = try await PendingStore.due(wants, without: inHand, at: service.clock.now(), in: service.postgres)
        let isStopped = isStopping.load(ordering: .acquiring)
        let hasMore = state.withLock { state in
            state.take(found, asked: wants)
            return !isStopped && state.hasMore(at: .now)
        }
        pump()
        if hasMore { due.ring() }
    }

    /// Takes over the endpoints as they are now.
    func refresh() async throws {
        let snapshot = try await directory.refresh(in: service.postgres)
        state.withLock { $0.update(snapshot.all, revision: snapshot.revision) }
        pump()
    }

    // MARK: Shards

    func gained(_ shards: Set<Int>) async {
        // Who failed under its last owner has to prove itself to this one: what is not known is taken as it was.
        let read = try? await directory.refresh(all: true, in: service.postgres)
        let snapshot = read ?? directory.snapshot
        state.withLock { state in
            state.own(shards)
            state.update(snapshot.all, revision: snapshot.revision)
        }
        due.ring()
    }

    func release(_ shards: Set<Int>) async {
        state.withLock { $0.disown(shards) }
        let end = ContinuousClock.now + Self.handOver
        while !state.withLock({ $0.isDrained(shards) }), .now < end, !Task.isCancelled {
            await drained.wait(atMost: end - .now)
        }
    }

    func lost() async { state.withLock { $0.disownAll() } }

    // MARK: Working

    func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask { await self.send() }
                group.addTask { await self.write() }
                group.addTask { await self.keepTime() }
            }
        } onGracefulShutdown: {
            self.isStopping.store(true, ordering: .releasing)
            self.state.withLock { $0.stop() }
            self.launch.finish()
            self.alarm.ring()
            self.finished.ring()
        }
        await sender.courier.shutDown()
    }

    /// Every request a task of its own, until told to stop; then those under way may end.
    private func send() async {
        await withTaskGroup { group in
            group.addTask {
                await withDiscardingTaskGroup { requests in
                    for await launch in self.launches {
                        requests.addTask { await self.attempt(launch) }
                    }
                }
                return true
            }
            group.addTask {
                try? await gracefulShutdown()  // Throws only when cancelled: then there is nothing to wait for.
                try? await Task.sleep(for: Self.patience)
                return false
            }
            _ = await group.next()
            group.cancelAll()
        }
        isStopping.store(true, ordering: .releasing)
        finished.ring()
    }

    private func attempt(_ launch: Dispatch.Launch) async {
        let attempt = await sender.attempt(launch.deliveries, to: launch.endpoint)
        if !attempt.results.isEmpty { results.withLock { $0 += attempt.results } }
        let isGone = attempt.results.contains { $0.isGone }
        state.withLock { state in
            state.ended(launch, attempt.outcome, returned: attempt.returned, at: .now)
            if isGone { state.close(launch.endpoint.id) }
        }
        finished.ring()
        pump()
    }

    /// Hands out what may be sent now.
    private func pump() {
        let (next, hasEarlierWake) = state.withLock { state in (state.next(at: .now), state.hasEarlierWake) }
        for launch in next { self.launch.yield(launch) }
        if hasEarlierWake { alarm.ring() }
    }

    private func keepTime() async {
        while !isStopping.load(ordering: .acquiring), !Task.isCancelled {
            let wake = state.withLock { $0.nextWake() }
            let wait = wake.map { max($0 - .now, .milliseconds(1)) } ?? .seconds(60)
            await alarm.wait(atMost: wait)
            guard let wake, wake <= .now else { continue }
            pump()
        }
    }

    /// Writes results as they come, until nothing is under way any more.
    private func write() async {
        var backoff = Backoff()
        while !Task.isCancelled {
            let some = results.withLock { Array($0.prefix(Self.batch)) }
            if some.isEmpty {
                let isOver = isStopping.load(ordering: .acquiring) && state.withLock { $0.launched == 0 }
                if isOver { return }
                await finished.wait(atMost: .seconds(1))
                continue
            }
            do {
                let revision = try await writer.write(some)
                results.withLock { $0.removeFirst(some.count) }
                state.withLock { state in
                    state.written(some.map(\.delivery))
                    if let revision { state.closed(some.filter(\.isGone).map(\.endpoint.id), revision: revision) }
                }
                drained.ring()
                backoff.reset()
            } catch {
                if Task.isCancelled { return }
                service.logger.warning("results of deliveries were not stored; it is tried again", error: error)
                try? await Task.sleep(for: backoff.next())  // Ends early only when cancelled.
            }
        }
    }
}
