import Glibc
import LocalStack
import TestSupport
import Testing

@Suite struct PostgreSQLServerTests {
    @Test func everyTestHasAnEmptyDatabaseThatIsDroppedAfterwards() async throws {
        let names = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await withDatabase { database in
                        try await database.sql("CREATE TABLE t (i int)", "INSERT INTO t VALUES (1), (2)")
                        let answer1 = try await database.sql("SELECT sum(i) FROM t")
                        #expect(answer1 == "3\n")
                        return database.name
                    }
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(names.count == 4)
        try await withDatabase { database in
            let listed = try await database.sql("SELECT datname FROM pg_database")
            #expect(names.allSatisfy { !listed.contains($0) })
        }
    }

    @Test func durabilityIsSwitchedOn() async throws {
        try await withDatabase { database in
            for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
                let answer2 = try await database.sql("SHOW \(setting)")
                #expect(answer2 == "on\n")
            }
        }
    }

    @Test func aWrongPasswordIsRefusedOverSocketAndTCP() async throws {
        try await withOwnDatabaseServer { server in
            for host in [server.host, server.socketDirectory] {
                var access = PostgreSQLAccess(
                    host: host,
                    port: server.port,
                    user: server.superuser,
                    password: server.password,
                    database: "postgres"
                )
                let answer3 = try await access.sql(["SELECT 1"])
                #expect(answer3 == "1\n")
                access.password = "wrong"
                await #expect(throws: LocalStackError.self) { try await access.sql(["SELECT 1"]) }
            }
        }
    }

    @Test func aKilledServerRecoversWhatWasCommitted() async throws {
        try await withOwnDatabaseServer { server in
            try await server.sql("CREATE TABLE kept (i int)", "INSERT INTO kept VALUES (42)")
            await server.kill()
            #expect(!FreePort.isOpen(server.port))
            try await server.restart()
            let answer4 = try await server.sql("SELECT i FROM kept")
            #expect(answer4 == "42\n")
        }
    }

    @Test func aFrozenServerStaysSilentUntilItIsThawed() async throws {
        try await withOwnDatabaseServer { server in
            let access = PostgreSQLAccess(
                host: server.host,
                port: server.port,
                user: server.superuser,
                password: server.password,
                database: "postgres"
            )
            let root = await server.pid
            await server.freeze()
            #expect(([root] + ProcessTree.descendants(of: root)).allSatisfy(ProcessTree.isStopped))
            let error = await #expect(throws: LocalStackError.self) {
                try await access.sql(["SELECT 1"], limit: .milliseconds(500))
            }
            #expect(error?.code == .timeout)
            await server.thaw()
            let answer5 = try await access.sql(["SELECT 1"])
            #expect(answer5 == "1\n")
        }
    }

    @Test func aFrozenServerCanBeKilledAndStarted() async throws {
        try await withOwnDatabaseServer { server in
            await server.freeze()
            await server.kill()
            try await server.restart()
            let answer6 = try await server.sql("SELECT 1")
            #expect(answer6 == "1\n")
        }
    }

    @Test func stoppingLeavesNeitherProcessesNorFiles() async throws {
        let server = try await PostgreSQLServer.start()
        let root = await server.pid
        let pids = [root] + ProcessTree.descendants(of: root)
        #expect(pids.count > 3)
        await server.stop()
        for pid in pids { #expect(ProcessTree.startTime(of: pid) == nil) }
        #expect(access(server.directory.path, F_OK) == -1)
    }

    @Test func aLongPathStillGetsASocketThatFits() async throws {
        let temporary = try ServerDirectory.temporary()
        let long = temporary.path + "/" + String(repeating: "a long name with blanks ", count: 5)
        let server = try await PostgreSQLServer.start(directory: long)
        #expect((server.socketDirectory + "/.s.PGSQL.\(server.port)").utf8.count <= 107)
        let answer7 = try await server.sql("SELECT 1")
        #expect(answer7 == "1\n")
        await server.stop()
        #expect(access(server.socketDirectory, F_OK) == -1)
        #expect(access(long, F_OK) == 0, "lasting data stays")
        // A second start finds the data, and the new password holds.
        let again = try await PostgreSQLServer.start(
            directory: .lasting(long),
            settings: PostgreSQLSettings(password: "another1")
        )
        let answer8 = try await again.sql("SELECT 1")
        #expect(answer8 == "1\n")
        await again.stop()
    }
}
