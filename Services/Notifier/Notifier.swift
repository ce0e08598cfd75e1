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
        let library = try TemplateLibrary(
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
        sends = SendIntake(directory: directory, intake: events)
    }

    /// Looks for what is due: of every endpoint each half second, in between of those that have more waiting.
    func findDue() async throws { try await dispatcher.find(all: sweep.isDue()) }

    /// Ends what was to be delivered to endpoints that are disabled, some at a time.
    func cancelOfDisabled() async throws {
        while try await PendingStore.cancelOfDisabled(1000, at: service.clock.now(), in: service.postgres) == 1000 {
            try Task.checkCancellation()
        }
    }

    /// Shows how much waits, and for how long the oldest of what is due.
    func measureBacklog() async throws {
        let now = service.clock.now()
        let (count, oldest) = try await PendingStore.backlog(at: now, in: service.postgres)
        Gauge(label: "busbar_notifications_pending", factory: service.metrics).record(count)
        let age = oldest.map { max(0, now.milliseconds - $0.milliseconds) / 1000 } ?? 0
        Gauge(label: "busbar_notifications_oldest_due_seconds", factory: service.metrics).record(age)
    }

    /// Makes the days' partitions and drops old ones.
    func keepPartitions() async throws {
        let now = service.clock.now()
        _ = try await PendingStore.keepPartitions(at: now, from: now - configuration.retention, in: service.postgres)
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
