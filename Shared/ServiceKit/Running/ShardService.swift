internal import Logging
internal import Metrics
internal import ServiceLifecycle
internal import Storage

/// What is done with the shards of a service that this replica owns.
public protocol ShardOwner: Sendable {
    /// These are this replica's now, and no other's.
    func gained(_ shards: Set<Int>) async
    /// Begins nothing new with these, and returns when nothing of them is under way, or soon anyhow: then others have them,
    /// and nobody works on them meanwhile.
    func release(_ shards: Set<Int>) async
    /// All are gone already, with the session that held them: begins nothing new with any.
    func lost() async
}

/// Divides work among the replicas: of a fixed number of shards each is owned by one of them at a time.
///
/// Every replica takes what is free up to its fair share, and gives back what is beyond it when others come. The shards of a
/// killed one are free at once. After a lost session two may own a shard for some seconds: what must not happen twice is
/// fenced in the database all the same.
struct ShardService: Service {
    /// How often replicas are counted, and so the longest a free shard stays free.
    private static let pace = Duration.milliseconds(500)
    /// How long what is under way may go on after the signal to stop.
    private static let patience = Duration.seconds(5)

    let name: String
    let count: Int
    let owner: any ShardOwner
    let prefix: String
    let postgres: PostgresClient
    let gate: Gate
    let logger: Logger
    let owned: Gauge

    func run() async throws {
        await withGracefulShutdownFlag { isStopping in
            guard await passes(gate) else { return }
            var backoff = Backoff(base: .milliseconds(100))
            while !isStopping(), !Task.isCancelled {
                do {
                    try await serve(isStopping)
                    backoff.reset()
                } catch {
                    if isStopping() || Task.isCancelled { return }
                    logger.warning(
                        "shards are lost; they are taken anew",
                        error: error,
                        metadata: ["shards": "\(name)"]
                    )
                    let wait = backoff.next()
                    await cancelWhenGracefulShutdown { try? await Task.sleep(for: wait) }
                }
            }
        }
    }

    /// One session, until it is lost or the service is told to stop.
    private func serve(_ isStopping: @escaping @Sendable () -> Bool) async throws {
        do {
            try await postgres.withLockSession { session in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await keep(session, isStopping) }
                    group.addTask {
                        if let error = await session.lost() { throw error }
                    }
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
            owned.record(0)
        } catch {
            owned.record(0)
            await owner.lost()
            throw error
        }
    }

    private func keep(_ session: LockSession, _ isStopping: @escaping @Sendable () -> Bool) async throws {
        let group = AdvisoryLockKey("\(prefix).replicas")
        try await session.join(group)
        var mine: Set<Int> = []
        while !isStopping() {
            let members = max(1, try await session.members(of: group))
            let fair = (count + members - 1) / members
            if mine.count > fair {
                let surplus = Set(mine.sorted().suffix(mine.count - fair))
                await owner.release(surplus)
                try await session.unlock(surplus.map(key))
                mine.subtract(surplus)
            } else if mine.count < fair {
                // From a place of its own on: replicas that start together do not reach for the same ones.
                let free = (0..<count).filter { !mine.contains($0) }.shuffled()
                let gained = try await take(fair - mine.count, of: free, session)
                if !gained.isEmpty {
                    mine.formUnion(gained)
                    await owner.gained(gained)
                }
            }
            owned.record(mine.count)
            await cancelWhenGracefulShutdown { try? await Task.sleep(for: Self.pace) }  // Ends early only to stop.
            try Task.checkCancellation()
        }
        await drain(mine)
    }

    /// Tries as many at a time as are still wanted.
    private func take(_ wanted: Int, of free: [Int], _ session: LockSession) async throws -> Set<Int> {
        var rest = free[...]
        var gained: Set<Int> = []
        while gained.count < wanted, !rest.isEmpty {
            let some = Array(rest.prefix(wanted - gained.count))
            rest = rest.dropFirst(some.count)
            gained.formUnion(try await session.tryLock(some.map(key)).map { some[$0] })
        }
        return gained
    }

    private func drain(_ mine: Set<Int>) async {
        let owner = owner
        await withTaskGroup { group in
            group.addTask { await owner.release(mine) }
            group.addTask { try? await Task.sleep(for: Self.patience) }  // Ends early only when cancelled.
            await group.next()
            group.cancelAll()
        }
    }

    private func key(_ shard: Int) -> AdvisoryLockKey { AdvisoryLockKey("\(prefix).\(shard)") }
}
