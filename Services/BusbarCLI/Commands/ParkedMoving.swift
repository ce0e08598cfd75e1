internal import ArgumentParser

/// `busbar parked replay`
struct ParkedReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Put parked messages back into their queue. Shows what it would do unless --yes is given.",
        discussion: """
            Each is published, confirmed by the broker, and only then taken out of the parking place: an interrupted \
            replay loses nothing, and repeating it does nothing twice.

            The broker lets a command keep its sender only when our user has the tag impersonator: \
            rabbitmqctl set_user_tags <user> impersonator.

            Examples:
              busbar parked replay allocator.withdrawal.request 0192f0c1-… --yes
              busbar parked replay allocator.withdrawal.request --all
            """
    )

    @OptionGroup var move: ParkedMoveOptions

    func validate() throws { try move.check() }
    func run() async throws { try await move.run(.replay, done: "replayed", would: "would be replayed") }
}

/// `busbar parked drop`
struct ParkedDrop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Throw parked messages away for good. Shows what it would do unless --yes is given.",
        discussion: "Example: busbar parked drop allocator.withdrawal.request 0192f0c1-… --yes"
    )

    @OptionGroup var move: ParkedMoveOptions

    func validate() throws { try move.check() }
    func run() async throws { try await move.run(.drop, done: "dropped", would: "would be dropped") }
}

/// Which messages are meant.
struct ParkedMoveOptions: ParsableArguments {
    @OptionGroup var location: StackLocation
    @Argument(help: "The queue, with or without .parked.") var queue: String
    @Argument(help: "The messages' ids.") var ids: [String] = []
    @Flag(help: "All messages of the queue.") var all = false
    @Flag(help: "Do it.") var yes = false
    @Flag(help: "Write JSON.") var json = false

    func check() throws {
        guard all != !ids.isEmpty else { throw ValidationError("name the messages' ids, or --all, and not both") }
    }

    func run(_ action: ParkedMove.Action, done: String, would: String) async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let place = ParkingLot.place(queue)
        let parked = try await operations.withBroker { session in
            try await ParkingLot(session: session).deliveries(in: place, limit: ParkedMove.reach)
                .map { ParkedEntry($0) }
        }
        let known = Set(parked.map(\.id))
        if let missing = ids.first(where: { !known.contains($0) }) {
            throw OperationError(
                "no message \(missing) is among the first \(ParkedMove.reach) of \(place)",
                hint: "busbar parked list \(queue)"
            )
        }
        guard yes else {
            let meant = all ? parked : parked.filter { ids.contains($0.id) }
            if json { return console.line(JSONOutput.pretty(meant)) }
            for entry in meant { console.line("\(entry.id)  \(entry.type ?? "-")  \(entry.reason.prefix(80))") }
            console.warning("\(counted(meant.count, "message")) \(would); --yes does it")
            return
        }
        let move = ParkedMove(operations: operations, action: action, queue: place, ids: all ? nil : Set(ids))
        let result = try await move.run()
        if json {
            console.line(JSONOutput.pretty(result))
        } else {
            console.good("\(counted(result.moved.count, "message")) \(done)")
            for (id, reason) in result.failed.sorted(by: { $0.key < $1.key }) { console.bad("\(id): \(reason)") }
        }
        let missing = Set(ids).subtracting(result.moved).subtracting(result.failed.keys)
        for id in missing.sorted() { console.bad("\(id) was not there any more") }
        if !result.failed.isEmpty || !missing.isEmpty { throw ExitCode.failure }
    }
}
