internal import Metrics
internal import Storage

extension ServiceHost {
    /// Runs `body` on one replica only. It is cancelled when leadership is lost or the service is told to stop, and run
    /// again, here or elsewhere, when it returns or throws.
    ///
    /// For a moment after a loss two bodies may run: fence what must not happen twice in the database. Each leader keeps
    /// one connection of the pool while it competes and leads.
    public func leader(_ name: String, _ body: @escaping @Sendable () async throws -> Void) {
        register(
            "leader \(name)",
            LeaderService(
                name: name,
                key: lock(name),
                postgres: postgres,
                gate: gate,
                logger: logger,
                isLeading: gauge(name),
                endsByItself: false,
                body: { _ in try await body() }
            )
        )
    }

    /// A loop on one replica only; see ``loop(_:every:wakeUp:_:)``. A turn that has begun is let finish when the service
    /// is told to stop.
    public func leaderLoop(
        _ name: String,
        every interval: Duration,
        wakeUp: WakeUp = WakeUp(),
        _ body: @escaping @Sendable () async throws -> Void
    ) {
        let loop = LoopService(
            name: name,
            interval: interval,
            wakeUp: wakeUp,
            gate: gate,
            health: health,
            logger: logger,
            factory: metrics,
            body: body
        )
        register(
            "leader \(name)",
            LeaderService(
                name: name,
                key: lock(name),
                postgres: postgres,
                gate: gate,
                logger: logger,
                isLeading: gauge(name),
                endsByItself: true,
                body: { isStopping in await loop.turns(while: { !isStopping() }) }
            )
        )
    }

    /// Divides work among the replicas: each of `count` shards is owned by one of them at a time, and moves to another
    /// within a second when its owner ends, however it ends.
    ///
    /// Keeps one connection of the pool.
    public func shards(_ name: String, count: Int, _ owner: some ShardOwner) {
        register(
            "shards \(name)",
            ShardService(
                name: name,
                count: count,
                owner: owner,
                prefix: lock("shards.\(name)").name,
                postgres: postgres,
                gate: gate,
                logger: logger,
                owned: Gauge(label: "busbar_shards", dimensions: [("shards", name)], factory: metrics)
            )
        )
    }

    /// The same for all replicas of a service, and for no other service.
    private func lock(_ leader: String) -> AdvisoryLockKey { AdvisoryLockKey("busbar.\(schema.name).\(leader)") }

    private func gauge(_ leader: String) -> Gauge {
        let gauge = Gauge(label: "busbar_leading", dimensions: [("leader", leader)], factory: metrics)
        gauge.record(0)
        return gauge
    }
}
