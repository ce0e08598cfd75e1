internal import Logging
internal import Metrics
internal import ServiceLifecycle
internal import Storage

/// Runs a body on one replica at a time: competes for an advisory lock, runs, and competes again.
struct LeaderService: Service {
    /// How long a body that ends by itself may take to do so.
    private static let patience = Duration.seconds(5)

    let name: String
    let key: AdvisoryLockKey
    let postgres: PostgresClient
    let gate: Gate
    let logger: Logger
    let isLeading: Gauge
    /// Whether `body` looks at the flag it is given; else it is cancelled when the service is told to stop.
    let endsByItself: Bool
    let body: @Sendable (_ isStopping: @escaping @Sendable () -> Bool) async throws -> Void

    func run() async throws {
        await withGracefulShutdownFlag { isStopping in
            guard await passes(gate) else { return }
            var backoff = Backoff(base: .milliseconds(100))
            while !isStopping(), !Task.isCancelled {
                do {
                    try await serve(isStopping)
                    backoff.reset()
                    // A body that returns at once must not spin.
                    await cancelWhenGracefulShutdown { try? await Task.sleep(for: .milliseconds(100)) }
                } catch {
                    if isStopping() || Task.isCancelled { return }
                    logger.warning(
                        "a leader's work failed; it competes again",
                        error: error,
                        metadata: ["leader": "\(name)"]
                    )
                    let wait = backoff.next()
                    await cancelWhenGracefulShutdown { try? await Task.sleep(for: wait) }
                }
            }
        }
    }

    private func serve(_ isStopping: @escaping @Sendable () -> Bool) async throws {
        let leading = StopFlag()
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await postgres.lead(as: key) {
                    leading.set()
                    isLeading.record(1)
                    defer { isLeading.record(0) }
                    logger.info("leading", metadata: ["leader": "\(name)"])
                    try await body(isStopping)
                }
            }
            group.addTask {
                try? await gracefulShutdown()  // Throws only when cancelled: then the other task has ended.
                if leading.isSet, endsByItself { try? await Task.sleep(for: Self.patience) }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
