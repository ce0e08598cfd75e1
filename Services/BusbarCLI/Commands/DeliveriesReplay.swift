internal import ArgumentParser
internal import Models

/// `busbar deliveries replay`
struct DeliveriesReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Deliver again what has ended. Shows what it would do unless --yes is given.",
        discussion: """
            With the same webhook-id as before, by which a receiver knows it, and with all tries anew. --failed means what \
            was given up or cancelled; --all also what was delivered, for a receiver that has lost it. --since and --until are \
            about when deliveries ended.

            Done a thousand at a time: cut off, it has lost nothing and can be repeated. Repeat --all with the --until that \
            it showed, so that what was delivered meanwhile is not delivered once more.

            Examples:
              busbar deliveries replay 0192f0c1-93ab-7c1e-8000-1f2e3d4c5b6a --yes
              busbar deliveries replay --failed --since 24h
              busbar deliveries replay --failed --endpoint p42-main --yes
              busbar deliveries replay --all --endpoint p42-main --since 2026-11-21T09:00:00Z --until 2026-11-21T11:00:00Z
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The deliveries' ids, or the beginnings of them.", transform: DeliveryID.reading)
    var ids: [DeliveryID] = []
    @Flag(help: "What was given up or cancelled.") var failed = false
    @Flag(help: "What was delivered as well; needs --endpoint or --since.") var all = false
    @OptionGroup var which: DeliveryOptions
    @Flag(help: "Do it.") var yes = false
    @Flag(help: "Write JSON.") var json = false

    func validate() throws {
        guard [!ids.isEmpty, failed, all].filter({ $0 }).count == 1 else {
            throw ValidationError("name the deliveries' ids, or --failed, or --all")
        }
        let isNarrowed = which.endpoint != nil || which.since != nil
        if !ids.isEmpty, isNarrowed || which.partner != nil || which.type != nil || which.until != nil {
            throw ValidationError("ids need no other filter")
        }
        if all, !isNarrowed {
            throw ValidationError(
                "--all delivers what was delivered before once more: say of which with --endpoint or --since"
            )
        }
    }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        if ids.isEmpty {
            try await replayRange(operations)
        } else {
            try await replayNamed(operations)
        }
    }

    // MARK: Named ones

    private struct Named: Codable {
        var replayed: [UUIDv7]
        /// Why the others were not.
        var left: [String: String]
    }

    private func replayNamed(_ operations: Operations) async throws {
        let console = Console()
        let (possible, left, replayed) = try await operations.withPostgres { client in
            let found = try await DeliveryView.within(ids.map(\.range), in: client)
            let chosen = try DeliveryID.resolve(ids, among: found)
            var left = try await ReplayStore.obstacles(to: chosen.map(\.id), in: client)
            for delivery in chosen where delivery.state == .pending { left[delivery.id] = "it is open already" }
            let possible = chosen.filter { left[$0.id] == nil }
            guard yes, !possible.isEmpty else { return (possible, left, 0) }
            return (possible, left, try await ReplayStore.replay(possible.map(\.id), by: operations, in: client))
        }
        let obstacles = left.sorted { $0.key < $1.key }
        if json {
            let texts = Dictionary(uniqueKeysWithValues: obstacles.map { ($0.key.description, $0.value) })
            console.line(JSONOutput.pretty(Named(replayed: yes ? possible.map(\.id) : [], left: texts)))
        } else {
            for line in DeliveriesList.table(possible, at: operations.clock.now()).lines() where !possible.isEmpty {
                console.line(line)
            }
            for (id, reason) in obstacles { console.bad("\(id): \(reason)") }
            if yes {
                console.good("\(counted(replayed, "delivery", plural: "deliveries")) on the way again")
            } else {
                console.warning("\(counted(possible.count, "delivery", plural: "deliveries")) would be; --yes does it")
            }
        }
        if !left.isEmpty || (yes && replayed < possible.count) { throw ExitCode.failure }
    }

    // MARK: All that fit

    private struct Range: Codable {
        var until: Timestamp
        var endpoints: [ReplayStore.Share]
        var replayed: Int
    }

    private func replayRange(_ operations: Operations) async throws {
        let console = Console()
        let now = operations.clock.now()
        var filter = try which.filter(at: now)
        filter.states = all ? [.delivered, .dead, .cancelled] : [.dead, .cancelled]
        let until = filter.until ?? now
        filter.until = until
        let replay = Replay(operations: operations, filter: filter)
        let (shares, replayed) = try await operations.withPostgres { client in
            let shares = try await ReplayStore.shares(replay.filter, in: client)
            if !json { Self.tell(shares, console) }
            guard yes, shares.contains(where: { $0.possible > 0 }) else { return (shares, 0) }
            // Whoever cuts it off has the end of the time before the eyes.
            if !json { console.line("of what ended before \(until)") }
            return (shares, try await replay.run(in: client) { console.live("… \($0) on the way again") })
        }
        if json { return console.line(JSONOutput.pretty(Range(until: until, endpoints: shares, replayed: replayed))) }
        console.live("")
        let possible = shares.reduce(0) { $0 + $1.possible }
        if yes {
            console.good("\(counted(replayed, "delivery", plural: "deliveries")) on the way again")
        } else if possible > 0 {
            let count = counted(Int(possible), "delivery", plural: "deliveries")
            console.warning("\(count) would be delivered again; --yes --until \(until) does it")
        }
    }

    private static func tell(_ shares: [ReplayStore.Share], _ console: Console) {
        guard !shares.isEmpty else { return console.line("no delivery fits") }
        var table = Table("endpoint", "deliveries", "first ended at", "last ended at", "to replay")
        for share in shares {
            table.add(
                share.endpoint,
                String(share.deliveries),
                share.first.description,
                share.last.description,
                String(share.possible)
            )
        }
        for line in table.lines() { console.line(line) }
        for share in shares {
            if share.state != "active" {
                console.warning("\(share.endpoint) is disabled; busbar endpoints enable \(share.endpoint) comes first")
            } else if share.forgotten > 0 {
                let count = counted(Int(share.forgotten), "event")
                console.warning("\(share.endpoint): \(count) no longer kept, and cannot be told again")
            }
        }
    }
}
