internal import Storage
internal import TestSupport
internal import Testing

private struct OwnError: Error, Equatable {
    var number: Int
}

@Suite struct TransactionTests {
    @Test func theCallersOwnErrorRollsBackAndComesThrough() async throws {
        try await withClient { client, _ async throws in
            try await client.execute("CREATE TABLE t (id bigint)")
            await #expect(throws: OwnError(number: 7)) {
                try await client.withTransaction { transaction in
                    try await transaction.execute("INSERT INTO t VALUES (1)")
                    throw OwnError(number: 7)
                }
            }
            #expect(try await client.query("SELECT count(*) FROM t", as: Int.self) == [0])
            #expect(client.status.leased == 0 || client.status.open == 1)
        }
    }

    @Test func commitMayTravelWithTheLastStatement() async throws {
        try await withClient { client, _ async throws in
            try await client.execute("CREATE TABLE t (id bigint PRIMARY KEY)")
            let changed = try await client.withTransaction { transaction in
                try await transaction.execute("INSERT INTO t VALUES (1)")
                return try await transaction.executeAndCommit("INSERT INTO t VALUES (2), (3)")
            }
            #expect(changed == 2)
            let error = await failure {
                _ = try await client.withTransaction { transaction in
                    try await transaction.executeAndCommit(["INSERT INTO t VALUES (4)", "INSERT INTO t VALUES (1)"])
                }
            }
            #expect(error?.sqlState == .uniqueViolation)
            #expect(error?.outcomeUnknown == false)
            #expect(try await client.query("SELECT count(*) FROM t", as: Int.self) == [3])
            let late = await failure {
                try await client.withTransaction { transaction in
                    try await transaction.executeAndCommit("INSERT INTO t VALUES (5)")
                    try await transaction.execute("SELECT 1")
                }
            }
            #expect(late?.code == .misuse)
        }
    }

    @Test func concurrentFirstStatementsAreAllInTheTransaction() async throws {
        try await withClient { client, _ async throws in
            try await client.execute("CREATE TABLE t (id bigint)")
            for _ in 0..<20 {
                _ = try? await client.withTransaction { transaction in
                    try await withThrowingTaskGroup { group in
                        for number in 0..<8 {
                            group.addTask { try await transaction.execute("INSERT INTO t VALUES (\(number))") }
                        }
                        try await group.waitForAll()
                    }
                    throw OwnError(number: 1)
                }
            }
            #expect(try await client.query("SELECT count(*) FROM t", as: Int.self) == [0])
        }
    }

    @Test func aSwallowedFailureDoesNotCommitSilently() async throws {
        try await withClient { client, _ async throws in
            let error = await failure {
                try await client.withTransaction { transaction in
                    _ = try? await transaction.execute("SELECT 1 / 0")
                }
            }
            #expect(error?.code == .rolledBack)
        }
    }

    @Test func serializationFailuresAreRunAgain() async throws {
        try await withClient(poolSize: 4) { client, _ async throws in
            try await client.execute("CREATE TABLE t (n bigint)")
            try await client.execute("INSERT INTO t VALUES (0)")
            let tries = Counter()
            let both = Barrier(2)
            try await withThrowingTaskGroup { group in
                for _ in 0..<2 {
                    group.addTask {
                        let visits = Counter()
                        try await client.withTransaction(.serializable) { transaction in
                            tries.increment()
                            let n = try await transaction.query("SELECT n FROM t", as: Int.self)[0]
                            if visits.increment() == 0 { await both.arrive() }
                            try await transaction.execute("UPDATE t SET n = \(n + 1)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await client.query("SELECT n FROM t", as: Int.self) == [2])
            #expect(tries.value == 3)
        }
    }

    @Test func aDeadlockIsRunAgain() async throws {
        try await withClient(poolSize: 4) { client, database in
            try await database.sql("ALTER DATABASE \(database.name) SET deadlock_timeout = '100ms'")
            try await client.execute("CREATE TABLE t (id bigint PRIMARY KEY, n bigint)")
            try await client.execute("INSERT INTO t VALUES (1, 0), (2, 0)")
            let tries = Counter()
            let both = Barrier(2)
            try await withThrowingTaskGroup { group in
                for order in [[1, 2], [2, 1]] {
                    group.addTask {
                        let visits = Counter()
                        try await client.withTransaction { transaction in
                            tries.increment()
                            try await transaction.execute("UPDATE t SET n = n + 1 WHERE id = \(order[0])")
                            if visits.increment() == 0 { await both.arrive() }
                            try await transaction.execute("UPDATE t SET n = n + 1 WHERE id = \(order[1])")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await client.query("SELECT n FROM t", as: Int.self) == [2, 2])
            #expect(tries.value == 3)
        }
    }

    @Test func aTerminatedSessionFailsItsTransactionOnly() async throws {
        try await withClient(poolSize: 2) { client, _ async throws in
            try await client.execute("CREATE TABLE t (id bigint)")
            let error = await failure {
                try await client.withTransaction { transaction in
                    try await transaction.execute("INSERT INTO t VALUES (1)")
                    let pid = try await transaction.query("SELECT pg_backend_pid()", as: Int32.self)[0]
                    try await client.execute("SELECT pg_terminate_backend(\(pid))")
                    try await transaction.execute("INSERT INTO t VALUES (2)")
                }
            }
            #expect(error?.code == .connectionLost)
            #expect(error?.isRetriable == true)
            #expect(error?.outcomeUnknown == false)
            #expect(try await client.query("SELECT count(*) FROM t", as: Int.self) == [0])
        }
    }

    @Test func losingTheConnectionWithCommitLeavesTheOutcomeOpen() async throws {
        try await withClient(poolSize: 2, statementTimeout: .seconds(60)) { client, _ async throws in
            let error = await failure {
                try await client.withTransaction { transaction in
                    let pid = try await transaction.query("SELECT pg_backend_pid()", as: Int32.self)[0]
                    async let killed: Void = {
                        let isUnderWay = try await eventually(within: .seconds(10)) {
                            try await client.query(
                                "SELECT count(*) FROM pg_stat_activity WHERE pid = \(pid) AND wait_event = 'PgSleep'",
                                as: Int.self
                            ) == [1]
                        }
                        #expect(isUnderWay)
                        try await client.execute("SELECT pg_terminate_backend(\(pid))")
                    }()
                    try await transaction.executeAndCommit("SELECT pg_sleep(50)")
                    try await killed
                }
            }
            #expect(error?.outcomeUnknown == true)
        }
    }
}

/// Lets tasks go on once all have arrived.
private actor Barrier {
    private var missing: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { missing = count }

    func arrive() async {
        missing -= 1
        if missing == 0 {
            for continuation in waiting { continuation.resume() }
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }
}
