internal import LocalStack

extension LocalStackController {
    /// Enters broker and database into the books.
    func enter(_ servers: StackServers) async {
        for (name, port, pid, log) in [
            ("rabbitmq", servers.broker.port, await servers.broker.pid, servers.broker.log),
            ("postgresql", servers.database.port, await servers.database.pid, servers.database.log),
        ] {
            await books.add(
                StackState.Part(
                    name: name,
                    process: StackState.Process(pid: pid),
                    port: port,
                    health: nil,
                    condition: .ready,
                    restarts: 0,
                    log: log
                )
            )
        }
    }

    /// Starts the broker and the database again when they end by themselves, on the same ports with the same data.
    func supervise(_ servers: StackServers) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await keep("rabbitmq", { try await servers.broker.waitForEnd() }) {
                    try await servers.broker.restart()
                    return await servers.broker.pid
                }
            }
            group.addTask {
                try await keep("postgresql", { try await servers.database.waitForEnd() }) {
                    try await servers.database.restart()
                    return await servers.database.pid
                }
            }
            try await group.waitForAll()
        }
    }

    private func keep(
        _ name: String,
        _ end: @Sendable () async throws -> ProcessEnd,
        _ restart: @Sendable () async throws -> Int32
    ) async throws {
        var pause = Duration.milliseconds(200)
        while true {
            let end = try await end()
            if await books.isStopping { return }
            await books.ended(name, end.description, pause: pause)
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
            do {
                let pid = try await restart()
                await books.started(name, pid: pid)
                await books.setReady(name)
                pause = .milliseconds(200)
            } catch let error as LocalStackError {
                // Tried again: what took it down may still be there.
                console.warning("\(name): \(error.message)")
            }
        }
    }
}
