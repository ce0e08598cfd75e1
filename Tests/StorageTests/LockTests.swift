internal import LocalStack
internal import Storage
internal import Synchronization
internal import TestSupport
internal import Testing

@Suite struct LockTests {
    @Test func aLockIsHeldByOneAndHandedOver() async throws {
        try await withClient { client, _ async throws in
            let key = AdvisoryLockKey("test.one")
            try await client.withAdvisoryLock(key) { _ in
                let error = await failure {
                    try await client.withAdvisoryLock(key, wait: .milliseconds(300)) { _ in }
                }
                #expect(error?.code == .lockLost)
            }
            let start = ContinuousClock.now
            try await client.withAdvisoryLock(key, wait: .seconds(60)) { _ in }
            #expect(ContinuousClock.now - start < .patient(.seconds(3)))
        }
    }

    @Test func aLeaderWhoseSessionIsLostIsCancelledAndAnotherTakesOver() async throws {
        try await withClient { client, database async throws in
            let key = AdvisoryLockKey("test.leader")
            let other = makeClient(database)
            let diary = Diary()
            let first = Task { try await client.lead(as: key) { try await diary.hold("first") } }
            #expect(await eventually(within: .seconds(5)) { diary.terms.withLock { $0 == ["first begins"] } })
            let second = Task { try await other.lead(as: key) { try await diary.hold("second") } }
            // Both compete for a while; the lock stays where it is.
            try await Task.sleep(for: .milliseconds(500))
            #expect(diary.terms.withLock { $0 } == ["first begins"])
            let lost = ContinuousClock.now
            try await client.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            #expect(await eventually(within: .seconds(5)) { diary.terms.withLock { $0.count == 3 } })
            // The other may begin before the first has noticed: what one does without the lock is fenced.
            let turn = diary.terms.withLock { Set($0[1...2]) }
            #expect(turn.contains("first ends") && !turn.isDisjoint(with: ["first begins", "second begins"]))
            #expect(ContinuousClock.now - lost < .patient(.seconds(3)))
            first.cancel()
            second.cancel()
            _ = await first.result
            _ = await second.result
            #expect(
                diary.terms.withLock {
                    $0.filter { $0.hasSuffix("begins") }.count == $0.filter { $0.hasSuffix("ends") }.count
                }
            )
            await other.shutDown()
        }
    }

    @Test func theBodysEndAndErrorEndLeadership() async throws {
        struct Refusal: Error {}
        try await withClient { client, _ async throws in
            let key = AdvisoryLockKey("test.end")
            let count = Counter()
            try await client.lead(as: key) { _ = count.increment() }
            #expect(count.value == 1)
            await #expect(throws: Refusal.self) { try await client.lead(as: key) { throw Refusal() } }
        }
    }

    @Test func aFrozenServerIsNoticedByTheHolder() async throws {
        try await withOwnDatabaseServer { server in
            let client = makeClient(
                server,
                host: server.host
            )
            let start = try await client.withAdvisoryLock(AdvisoryLockKey("test.frozen")) { lock in
                await server.freeze()
                let start = ContinuousClock.now
                let error = await lock.lost()
                #expect(error?.code == .responseTimeout)
                return start
            }
            #expect(ContinuousClock.now - start < .patient(.seconds(8)))
            await server.thaw()
            await client.shutDown()
        }
    }
}

/// Who held the lock when.
private final class Diary: Sendable {
    let terms = Mutex<[String]>([])

    func hold(_ name: String) async throws {
        terms.withLock { $0.append("\(name) begins") }
        defer { terms.withLock { $0.append("\(name) ends") } }
        try await Task.sleep(for: .seconds(60))
    }
}
