internal import Dispatch
internal import Glibc
internal import Logging
internal import ServiceLifecycle
internal import Storage
internal import UnixSignals

extension ServiceHost {
    /// How long a service may take from the signal to its end.
    static let drainLimit = Duration.seconds(8)

    /// Runs until told to stop, and says how it went. Also logs it.
    /// - Parameter signals: whether SIGTERM and SIGINT stop it.
    func runToExit(signals: Bool) async -> ExitCode {
        logger.info("starting", metadata: ["environment": "\(configuration.text(.environment))"])
        let group = makeGroup(signals: signals)
        stopper.set(group)
        do {
            try await group.run()
            logger.info("stopped")
            return .ok
        } catch let error as StartRefused {
            logger.critical("refused to start", error: error)
            return .configuration
        } catch let error as AdminPortUnavailable {
            logger.critical("refused to start", error: error)
            return .unavailable
        } catch {
            if health.isDraining, error is CancellationError {
                // Cut off after the limit, because a dependency does not answer: handed back, and nothing is lost.
                logger.warning("stopped before all was finished; it is delivered again")
                return .ok
            }
            logger.critical("ended by an error that nobody expected", error: error)
            return .software
        }
    }

    /// Tells it to stop, as SIGTERM does.
    public func stop() async { await stopper.group?.triggerGracefulShutdown() }

    /// Services start in this order and are told to stop in the reverse: consumers and loops first, then the outbox, then
    /// the clients, and the admin port last.
    private func makeGroup(signals: Bool) -> ServiceGroup {
        var services: [(String, any Service)] = [("admin", admin)]
        if let devnetClock { services.append(("clock", devnetClock)) }
        services += [("postgres", postgres), ("messaging", messaging)]
        let start = StartService(
            postgres: postgres,
            schema: schema,
            clock: devnetClock,
            gate: gate,
            health: health,
            logger: logger
        )
        services += [("start", start), ("marker", marker), ("publisher", publisher), ("relay", relay)]
        services.append(("work", WorkService(parts: takeRegistered(), gate: gate)))
        services.append(
            ("drain", DrainMark(health: health, limit: signals ? Self.drainLimit + .milliseconds(1500) : nil))
        )
        var configuration = ServiceGroupConfiguration(
            services: services.map { name, service in
                .init(
                    service: service,
                    successTerminationBehavior: .ignore,
                    failureTerminationBehavior: .cancelGroup,
                    serviceName: name
                )
            },
            gracefulShutdownSignals: signals ? [.sigterm, .sigint] : [],
            logger: quietLogger
        )
        configuration.maximumGracefulShutdownDuration = Self.drainLimit
        return ServiceGroup(configuration: configuration)
    }

    private var quietLogger: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .notice)
        return logger
    }
}

/// Says «draining» before anything else is told to stop.
struct DrainMark: Service {
    let health: ServiceHealth
    /// After this the process ends, whatever hangs; what was in hand is delivered again.
    let limit: Duration?

    func run() async throws {
        try? await gracefulShutdown()  // Throws only when cancelled: then there is nothing to say.
        health.drain()
        guard let limit else { return }
        // Not a task: if the cooperative pool is what hangs, a task would hang with it.
        let deadline = DispatchTime.now() + .milliseconds(Int(limit / .milliseconds(1)))
        DispatchQueue.global().asyncAfter(deadline: deadline) { _exit(ExitCode.software.rawValue) }
    }
}

/// The schema is not the one this program was made for.
struct StartRefused: Error, CustomStringConvertible {
    let description: String
}
