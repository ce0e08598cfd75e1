internal import Logging
internal import ServiceLifecycle
internal import Storage

/// Waits until the database has answered, holds the schema this program was made for, and the clock is known; then lets
/// consumers and loops begin. Afterwards it keeps asking the database, for readiness.
struct StartService: Service {
    let postgres: PostgresClient
    let schema: ServiceSchema
    let clock: DevnetClock?
    let gate: Gate
    let health: ServiceHealth
    let logger: Logger

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.start() }
    }

    private func start() async throws {
        var backoff = Backoff()
        var isFirst = true
        while !Task.isCancelled {
            do {
                try await schema.verify(by: postgres)
                break
            } catch let error as StartRefused {
                throw error
            } catch {
                if Fault(error) == .work { throw StartRefused(description: "\(error)") }
                if isFirst, !Task.isCancelled { logger.warning("waiting for the database", error: error) }
                isFirst = false
                try? await Task.sleep(for: backoff.next())  // Ends early only when cancelled.
            }
        }
        while let clock, !clock.isKnown, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(50))  // The clock asks the devnet at this pace.
        }
        guard !Task.isCancelled else { return }
        health.databaseAnswered()
        health.started()
        gate.open()
        logger.info("started")
        await watch()
    }

    private func watch() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))  // Ends early only when cancelled.
            guard health.sinceDatabaseAnswered().map({ $0 > .seconds(1) }) ?? true else { continue }
            if (try? await postgres.ping()) != nil { health.databaseAnswered() }  // `/readyz` says why not.
        }
    }
}
