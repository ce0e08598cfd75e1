internal import Models
internal import Storage
internal import TestSupport
internal import Testing

@Suite struct MessageTableTests {
    private let outbox = Outbox(schema: "own")
    private let inbox = Inbox(schema: "own")

    private func withTables(_ body: (PostgresClient) async throws -> Void) async throws {
        try await withClient { client, _ async throws in
            try await Migrator(client).apply([
                MigrationSet(schema: "own", migrations: [.messageTables(schema: "own")])
            ])
            try await body(client)
        }
    }

    private func messages(_ count: Int) -> [OutboxMessage] {
        (0..<count).map { number in
            let time = Timestamp(milliseconds: 1_700_000_000_000 + Int64(number))
            return OutboxMessage(
                id: UUIDv7(at: time),
                exchange: "busbar.events",
                routingKey: "withdrawal.ready.p\(number % 3)",
                type: "withdrawal.ready.v1",
                correlationID: number % 2 == 0 ? nil : "p:\(number)",
                body: Array("{\"n\":\(number)}".utf8),
                headers: number == 3 ? ["trace\"parent": "00-\n\\é"] : [:],
                createdAt: time
            )
        }
    }

    @Test func whatWasStoredIsClaimedMarkedAndPurged() async throws {
        try await withTables { client in
            let all = messages(10)
            try await client.withTransaction { try await outbox.insert(all, in: $0) }
            #expect(try await outbox.backlog(in: client).count == 10)
            #expect(try await outbox.backlog(in: client).oldest == all[0].createdAt)
            let end = Timestamp(milliseconds: 1_800_000_000_000)
            #expect(try await outbox.markPublished([all[0].id], at: end, in: client) == 1)
            #expect(try await outbox.markPublished([all[0].id], at: end, in: client) == 0)
            try await client.withTransaction { transaction in
                let early = try await outbox.claim(madeBefore: all[5].createdAt, limit: 100, in: transaction)
                #expect(early == Array(all[1..<5]))
            }
            try await client.withTransaction { transaction in
                let claimed = try await outbox.claim(madeBefore: end, limit: 100, in: transaction)
                #expect(claimed == Array(all.dropFirst()))
                #expect(try await outbox.markPublished(claimed.map(\.id), at: end, in: transaction) == 9)
            }
            #expect(try await outbox.purge(madeBefore: all[4].createdAt, limit: 3, in: client) == 3)
            #expect(try await outbox.purge(madeBefore: all[4].createdAt, limit: 3, in: client) == 1)
            #expect(try await client.query("SELECT count(*) FROM own.outbox", as: Int.self) == [6])
        }
    }

    @Test func twoSweepsPublishEachRowOnce() async throws {
        try await withTables { client in
            let all = messages(500)
            try await client.withTransaction { try await outbox.insert(all, in: $0) }
            let end = Timestamp(milliseconds: 1_800_000_000_000)
            let published = try await withThrowingTaskGroup(of: [UUIDv7].self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        var mine: [UUIDv7] = []
                        while true {
                            let batch = try await client.withTransaction { transaction in
                                let claimed = try await outbox.claim(madeBefore: end, limit: 20, in: transaction)
                                try await outbox.markPublished(claimed.map(\.id), at: end, in: transaction)
                                return claimed.map(\.id)
                            }
                            if batch.isEmpty { return mine }
                            mine += batch
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(published.count == 500)
            #expect(Set(published) == Set(all.map(\.id)))
        }
    }

    @Test func aMessageIsProcessedOncePerConsumer() async throws {
        try await withTables { client in
            let now = Timestamp(milliseconds: 1_700_000_000_000)
            func hear(_ ids: [String], _ consumer: String) async throws -> Set<String> {
                try await client.withTransaction {
                    try await inbox.insert(ids, consumer: consumer, at: now, in: $0)
                }
            }
            #expect(try await hear(["a", "b", "a"], "x") == ["a", "b"])
            #expect(try await hear(["b", "c"], "x") == ["c"])
            #expect(try await hear(["b"], "y") == ["b"])
            let first = try await inbox.countAttempts(["d", "a"], consumer: "x", at: now, in: client)
            let facts = first.sorted { $0.messageID < $1.messageID }.map {
                "\($0.messageID) \($0.count) \($0.isProcessed)"
            }
            #expect(facts == ["a 1 true", "d 1 false"])
            #expect(try await inbox.countAttempts(["d"], consumer: "x", at: now, in: client).map(\.count) == [2])
            #expect(try await hear(["d"], "x") == ["d"])
            #expect(try await hear(["d"], "x").isEmpty)
            #expect(try await inbox.purge(seenBefore: now + .seconds(1), limit: 3, in: client) == 3)
            #expect(try await inbox.purge(seenBefore: now, in: client) == 0)
        }
    }
}
