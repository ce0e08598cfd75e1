internal import Courier
internal import Metrics
internal import Models
internal import ServiceKit
internal import Storage
internal import Synchronization

/// The parts of the notifier, put together.
struct Notifier: Sendable {
    /// The queue of events; every replica takes from it.
    static let queue = "notifier.events"

    let service: ServiceHost
    let configuration: NotifierConfiguration
    let dispatcher: Dispatcher
    let events: EventIntake
    let sends: SendIntake
    let library: TemplateLibrary
    private let sweep = Sweep()

    init(_ service: ServiceHost, _ configuration: NotifierConfiguration) throws {
        self.service = service
        self.configuration = configuration
        var settings = CourierConfiguration(
            policy: configuration.policy,
            relay: configuration.relay,
            certificateAuthorityFile: configuration.certificateAuthorityFile
        )
        settings.maximumTransfers = configuration.concurrency * 2
        let courier = try Courier(configuration: settings, logger: service.logger)
        let directory = EndpointDirectory(box: configuration.box, logger: service.logger)
        library = try TemplateLibrary(
            folder: configuration.templateFolder,
            zone: ZoneOffset(minutes: configuration.utcOffset),
            logger: service.logger
        )
        dispatcher = Dispatcher(
            service: service,
            directory: directory,
            sender: Sender(
                courier: courier,
                writer: ChannelWriter(library: library),
                configuration: configuration,
                clock: service.clock
            ),
            writer: ResultWriter(service: service),
            limits: Dispatch.Limits(inFlight: configuration.concurrency)
        )
        events = EventIntake(directory: directory, dispatcher: dispatcher)
        sends = SendIntake(
            directory: directory,
            intake: events,
            user: service.configuration.text(.brokerUser)
        )
    }

    /// Hears, sends and keeps house, once the service runs.
    func work() {
        service.add("deliveries", dispatcher)
        service.shards("deliveries", count: Dispatcher.shardCount, dispatcher)
        service.consume(Self.queue, inbox: true) { try await events.handle($0, $1) }
        service.consume(NotificationSend.name.queue ?? "", inbox: true) { try await sends.handle($0, $1) }
        service.loop("endpoints", every: .seconds(1)) { try await dispatcher.refresh() }
        service.loop("due", every: .milliseconds(500), wakeUp: dispatcher.due) { try await findDue() }
        service.loop("templates", every: .seconds(10)) { refreshTemplates() }
        service.leaderLoop("disabled", every: .seconds(1)) { try await cancelOfDisabled() }
        service.leaderLoop("backlog", every: .seconds(10)) { try await measureBacklog() }
        service.leaderLoop("partitions", every: .seconds(600)) { try await keepPartitions() }
    }

    /// Looks for what is due: of every endpoint each half second, in between of those that have more waiting.
    private func findDue() async throws { try await dispatcher.find(all: sweep.isDue()) }

    /// Ends what was to be delivered to endpoints that are disabled, some at a time.
    private func cancelOfDisabled() async throws {
        while try await PendingStore.cancelOfDisabled(1000, at: service.clock.now(), in: service.postgres) == 1000 {
            try Task.checkCancellation()
        }
    }

    /// Shows how much waits, and for how long the oldest of what is due.
    private func measureBacklog() async throws {
        let now = service.clock.now()
        let (count, oldest) = try await PendingStore.backlog(at: now, in: service.postgres)
        Gauge(label: "busbar_notifications_pending", factory: service.metrics).record(count)
        let age = oldest.map { max(0, now.milliseconds - $0.milliseconds) / 1000 } ?? 0
        Gauge(label: "busbar_notifications_oldest_due_seconds", factory: service.metrics).record(age)
    }

    /// Reads the house's own texts again when they have changed, and shows how many of them are not used.
    private func refreshTemplates() {
        library.refresh()
        Gauge(label: "busbar_notifier_template_problems", factory: service.metrics).record(library.problems.count)
    }

    /// Makes the days' partitions and drops old ones.
    private func keepPartitions() async throws {
        let now = service.clock.now()
        // A transaction each: others lock several of these tables, in orders of their own.
        for table in PendingStore.partitioned {
            let oldest = now - configuration.retention
            _ = try await PendingStore.keepPartitions(of: table, at: now, from: oldest, in: service.postgres)
        }
    }
}

/// Every half second, whoever asks in between.
private final class Sweep: Sendable {
    private static let pace = Duration.milliseconds(450)
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    func isDue() -> Bool {
        last.withLock { last in
            if let last, last + Self.pace > .now { return false }
            last = .now
            return true
        }
    }
}
