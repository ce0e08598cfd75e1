internal import ServiceLifecycle

/// Consumers and loops, started together and told to stop together.
struct WorkService: Service {
    let parts: [ServiceHost.Registered]
    let gate: Gate

    func run() async throws {
        guard await passes(gate) else { return }
        try await withThrowingTaskGroup { group in
            for part in parts {
                group.addTask {
                    try await part.service.run()
                    if !Task.isShuttingDownGracefully, !Task.isCancelled { throw UnexpectedEnd(name: part.name) }
                }
            }
            if parts.isEmpty { group.addTask { try? await gracefulShutdown() } }
            try await group.waitForAll()
        }
    }
}

/// A part that should run for ever returned.
struct UnexpectedEnd: Error, CustomStringConvertible {
    let name: String

    var description: String { "\(name) ended without being told to" }
}
