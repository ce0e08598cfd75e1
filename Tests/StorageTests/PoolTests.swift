internal import LocalStack
internal import Storage
internal import TestSupport
internal import Testing

@Suite struct PoolTests {
    @Test func anExhaustedPoolSaysSo() async throws {
        try await withClient(poolSize: 2, acquireTimeout: .seconds(2)) { client, _ async throws in
            try await client.withConnection { _ in
                try await client.withConnection { _ in
                    #expect(client.status.leased == 2)
                    let start = ContinuousClock.now
                    let line = #line + 1
                    let error = await failure { try await client.execute("SELECT 1") }
                    #expect(error?.code == .acquireTimeout)
                    #expect(error?.message.contains("2 of 2 connections are in use") == true)
                    #expect(error?.line == line)
                    #expect((.milliseconds(1900) ... .patient(.seconds(5))).contains(ContinuousClock.now - start))
                }
                try await client.execute("SELECT 1")
            }
            #expect(await eventually(within: .seconds(2)) { client.status.idle == 2 })
            #expect(client.status.waiting == 0)
        }
    }

    @Test func thoseWhoWaitAreServedInOrder() async throws {
        // Patient: this is about order and number, and other tests are at work beside it.
        try await withClient(poolSize: 3, acquireTimeout: .seconds(60)) { client, _ async throws in
            let total = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<300 {
                    group.addTask { try await client.query("SELECT \(number)", as: Int.self)[0] }
                }
                return try await group.reduce(0, +)
            }
            #expect(total == 300 * 299 / 2)
            #expect(client.status.open <= 3)
        }
    }

    @Test func wrongNamesAndPasswordsAreToldAtAcquire() async throws {
        try await withOwnDatabaseServer { server in
            func ask(_ change: (inout PostgresConfiguration) -> Void) async -> String {
                let client = makeClient(server, host: server.host) { configuration in
                    configuration.acquireTimeout = .seconds(5)
                    change(&configuration)
                }
                let error = await failure { try await client.execute("SELECT 1") }
                await client.shutDown()
                return error?.description ?? "no error"
            }
            let password = await ask { $0.password = "wrong-secret" }
            #expect(password.contains("acquire_timeout") && password.contains("password authentication failed"))
            #expect(!password.contains("wrong-secret"))
            let name = await ask { $0.database = "nowhere" }
            #expect(name.contains("database \"nowhere\" does not exist"))
            let port = await ask { $0.hosts = [.init("127.0.0.1", port: 1)] }
            #expect(port.contains("Connection refused"))
            // Of several hosts the one that answers is used.
            let other = await ask { $0.hosts.insert(.init("127.0.0.1", port: 1), at: 0) }
            #expect(other == "no error")
        }
    }

    @Test func aServerThatWasKilledAndRestartedIsUsedAgain() async throws {
        try await withOwnDatabaseServer { server in
            let client = makeClient(
                server,
                host: server.socketDirectory
            )
            let keeping = Task { try await client.run() }
            try await client.execute("SELECT 1")
            await server.kill()
            let error = await failure { try await client.execute("SELECT 1") }
            #expect(error?.isRetriable == true)
            // The pool notices each lost connection on its own thread, a moment after the caller does.
            #expect(await eventually(within: .seconds(5)) { !client.status.isHealthy })
            try await server.restart()
            let back = ContinuousClock.now
            let works = await eventually(within: .seconds(5)) {
                await failure { try await client.execute("SELECT 1") } == nil
            }
            #expect(works)
            #expect(ContinuousClock.now - back < .patient(.seconds(5)))
            #expect(client.status.isHealthy)
            await server.kill()
            // Shutting down while the server is away.
            keeping.cancel()
            try await keeping.value
            let late = await failure { try await client.execute("SELECT 1") }
            #expect(late?.code == .shutDown)
        }
    }

    @Test func aFrozenServerMeansAnErrorAndNoHang() async throws {
        try await withOwnDatabaseServer { server in
            let client = makeClient(
                server,
                host: server.host
            ) { configuration in
                configuration.statementTimeout = .seconds(2)
                configuration.responseMargin = .seconds(1)
                configuration.connectTimeout = .seconds(2)
                configuration.acquireTimeout = .seconds(5)
            }
            try await client.execute("SELECT 1")
            await server.freeze()
            let start = ContinuousClock.now
            let first = await failure { try await client.execute("SELECT 1") }
            #expect(first?.code == .responseTimeout)
            #expect(first?.outcomeUnknown == true)
            let second = await failure { try await client.execute("SELECT 1") }
            #expect(second?.code == .acquireTimeout)
            #expect(second?.message.contains("while connecting") == true)
            #expect(ContinuousClock.now - start < .patient(.seconds(12)))
            await server.thaw()
            #expect(
                await eventually(within: .seconds(5)) { await failure { try await client.execute("SELECT 1") } == nil }
            )
            await client.shutDown()
        }
    }

    @Test func theServerCancelsWhatTakesTooLong() async throws {
        try await withDatabase { database in
            let client = makeClient(database) { configuration in
                configuration.statementTimeout = .patient(.seconds(1))
                // The server's answer, however late it comes.
                configuration.responseMargin = .seconds(60)
            }
            let error = await failure { try await client.execute("SELECT pg_sleep(50)") }
            #expect(error?.sqlState == .queryCanceled)
            #expect(error?.isRetriable == true)
            let one = try await client.query("SELECT 1", as: Int.self)
            #expect(one == [1])
            await client.shutDown()
        }
    }
}
