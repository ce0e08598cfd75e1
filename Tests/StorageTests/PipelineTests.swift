internal import Storage
internal import TestSupport
internal import Testing

@Suite struct PipelineTests {
    @Test func concurrentFailuresOnOneConnectionStayApart() async throws {
        try await withClient { client, _ async throws in
            try await client.withConnection { connection in
                let sums = await withTaskGroup(of: (Int, Int?).self) { group in
                    for number in 0..<200 {
                        group.addTask {
                            // Every third divides by zero: its error is the expected result.
                            let row = try? await connection.queryOne(
                                "SELECT \(number) / (CASE WHEN \(number) % 3 = 0 THEN 0 ELSE 1 END)",
                                as: Int.self
                            )
                            return (number, row)
                        }
                    }
                    var sums: [Int: Int] = [:]
                    for await (number, value) in group { sums[number] = value }
                    return sums
                }
                #expect(sums.count == 133)
                #expect(sums.allSatisfy { $0.key == $0.value && $0.key % 3 != 0 })
            }
        }
    }

    @Test func statementsOfOneRoundTripSucceedOrFailTogether() async throws {
        try await withClient { client, _ async throws in
            try await client.execute("CREATE TABLE t (id bigint PRIMARY KEY)")
            let answers = try await client.pipeline([
                "INSERT INTO t VALUES (\(1)), (\(2))", "SELECT id FROM t ORDER BY id",
            ])
            #expect(answers[0].affected == 2)
            #expect(try answers[1].decode(as: Int.self) == [1, 2])
            let error = await failure {
                try await client.pipeline(["INSERT INTO t VALUES (\(3))", "INSERT INTO t VALUES (\(1))"])
            }
            #expect(error?.sqlState == .uniqueViolation)
            #expect(error?.constraint == "t_pkey")
            #expect(error?.table == "t")
            #expect(try await client.query("SELECT count(*) FROM t", as: Int.self) == [2])
        }
    }

    @Test func preparedStatementsOutliveChangesOfTheirTables() async throws {
        try await withClient(poolSize: 1) { client, _ async throws in
            try await client.execute("CREATE TABLE t (a bigint)")
            try await client.execute("INSERT INTO t VALUES (1)")
            for _ in 0..<3 { #expect(try await client.query("SELECT * FROM t", as: Int.self) == [1]) }
            try await client.execute("ALTER TABLE t ALTER a TYPE text")
            #expect(try await client.query("SELECT * FROM t", as: String.self) == ["1"])
            try await client.execute("DEALLOCATE ALL")
            #expect(try await client.query("SELECT * FROM t", as: String.self) == ["1"])
        }
    }

    @Test func moreStatementsThanTheCacheHoldsAreForgottenAgain() async throws {
        try await withClient(poolSize: 1, statementCacheSize: 4) { client, _ async throws in
            for number in 0..<30 { try await client.execute(SQL(trusted: "SELECT \(number)")) }
            let kept = try await client.query("SELECT count(*) FROM pg_prepared_statements", as: Int.self)
            #expect((kept.first ?? 99) <= 5)
        }
    }

    @Test func rowsAreCopiedInAndOut() async throws {
        try await withClient { client, _ async throws in
            try await client.execute("CREATE TABLE t (id bigint PRIMARY KEY, name text, data bytea)")
            var rows = CopyRows()
            for number in 0..<20_000 {
                rows.append(Int64(number), number % 2 == 0 ? nil : "n\(number)", [UInt8](repeating: 1, count: 100))
            }
            try await client.withConnection { connection in
                #expect(try await connection.copy(rows, into: "t", columns: ["id", "name", "data"]) == 20_000)
                let text = try await connection.copyOut("SELECT id, name FROM t ORDER BY id LIMIT 2")
                #expect(String(decoding: text, as: UTF8.self) == "0\t\\N\n1\tn1\n")
                let all = try await connection.copyOut("SELECT id, data FROM t")
                #expect(all.count { $0 == 10 } == 20_000)
                let error = await failure {
                    try await connection.copy(rows, into: "t", columns: ["id", "name", "data"])
                }
                #expect(error?.sqlState == .uniqueViolation)
                // The connection is fit for use afterwards.
                #expect(try await connection.query("SELECT count(*) FROM t", as: Int.self) == [20_000])
            }
            let tooMuch = await failure {
                _ = try await client.withConnection { try await $0.copyOut("SELECT * FROM t", limit: 1000) }
            }
            #expect(tooMuch?.message.contains("1000 bytes") == true)
        }
    }

    @Test func aCancelledTaskStopsWaitingAndHarmsNobody() async throws {
        try await withClient { other, database async throws in
            let client = makeClient(database) { configuration in
                configuration.poolSize = 1
                configuration.lockTimeout = .seconds(60)
                configuration.statementTimeout = .seconds(60)
                configuration.acquireTimeout = .seconds(60)
            }
            try await other.withConnection { holder in
                try await holder.execute("SELECT pg_advisory_lock(7)")
                func isWaiting() async throws -> Bool {
                    let waiting = try await holder.query(
                        """
                        SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        """,
                        as: Int.self
                    )
                    return waiting == [1]
                }
                let task = Task { try await client.execute("SELECT pg_advisory_lock(7)") }
                let isUnderWay = try await eventually(within: .seconds(10), isWaiting)
                #expect(isUnderWay)
                task.cancel()
                let error = await failure { _ = try await task.value }
                #expect(error?.code == .cancelled)
                // The server is still at it: the task has not waited for its end.
                let isStillUnderWay = try await isWaiting()
                #expect(isStillUnderWay)
                try await holder.execute("SELECT pg_advisory_unlock(7)")
            }
            let one = try await client.query("SELECT 1", as: Int.self)
            #expect(one == [1])
            await client.shutDown()
        }
    }
}
