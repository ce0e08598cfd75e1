internal import ArgumentParser
internal import Messaging
internal import Models

/// `busbar parked`
struct Parked: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Messages that were set aside: look at them, replay them, drop them.",
        discussion: """
            A message that could not be read, or failed five times, stands in <queue>.parked. What no queue was bound for \
            stands in busbar.unrouted.

            Examples:
              busbar parked list
              busbar parked list allocator.withdrawal.request
              busbar parked show allocator.withdrawal.request 0192f0c1-…
              busbar parked replay allocator.withdrawal.request --all --yes
              busbar parked drop allocator.withdrawal.request 0192f0c1-… --yes
            """,
        subcommands: [ParkedList.self, ParkedShow.self, ParkedReplay.self, ParkedDrop.self],
        defaultSubcommand: ParkedList.self
    )
}

/// `busbar parked list`
struct ParkedList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List parked messages, of one queue or of all.",
        discussion: "Example: busbar parked list allocator.withdrawal.request --json"
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The queue, with or without .parked.") var queue: String?
    @Option(help: "Messages per queue at most.") var limit = 100
    @Flag(help: "Write JSON.") var json = false

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let (entries, left) = try await operations.withBroker { session in
            let lot = ParkingLot(session: session)
            var entries: [ParkedEntry] = []
            var left: [String] = []
            let all = queue == nil ? try await lot.counts() : []
            let places = queue.map { [AuditReport.Parked(queue: ParkingLot.place($0), count: .max)] } ?? all
            for place in places where place.count > 0 {
                let found = try await lot.deliveries(in: place.queue, limit: limit)
                entries += found.map { ParkedEntry($0) }
                let more = queue == nil ? place.count - found.count : 0
                if more > 0 { left.append("\(more) more in \(place.queue)") }
            }
            return (entries, left)
        }
        if json { return console.line(JSONOutput.pretty(entries)) }
        guard !entries.isEmpty else { return console.good("no message is parked") }
        var table = Table("queue", "id", "type", "since", "attempts", "bytes", "reason")
        for entry in entries {
            table.add(
                entry.queue,
                entry.id,
                entry.type ?? "-",
                entry.parkedAt ?? "-",
                entry.attempts.map(String.init) ?? "-",
                String(entry.size),
                String(entry.reason.prefix(80))
            )
        }
        for line in table.lines() { console.line(line) }
        for text in left { console.warning("\(text): --limit shows them") }
    }
}

/// `busbar parked show`
struct ParkedShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one parked message with its headers and body.",
        discussion: "Example: busbar parked show allocator.withdrawal.request 0192f0c1-…"
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The queue, with or without .parked.") var queue: String
    @Argument(help: "The message's id, or the beginning of it.") var id: String

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let delivery = try await operations.withBroker { session in
            let found = try await ParkingLot(session: session)
                .deliveries(in: ParkingLot.place(queue), limit: ParkedMove.reach)
                .filter { ParkedEntry.id(of: $0).hasPrefix(id) }
            guard let first = found.first else {
                throw OperationError("no message \(id) is parked there", hint: "busbar parked list \(queue)")
            }
            guard Set(found.map(ParkedEntry.id(of:))).count == 1 else {
                throw OperationError("\(found.count) messages begin with \(id)", hint: "give more of the id")
            }
            return first
        }
        let entry = ParkedEntry(delivery)
        console.line(console.styled("\(entry.type ?? "no type")  \(entry.id)", .strong))
        for (name, value) in [
            ("queue", entry.queue), ("reason", entry.reason), ("parked at", entry.parkedAt ?? ""),
            ("parked by", entry.parkedBy ?? ""), ("sent by", entry.user ?? ""),
            ("sent at", delivery.properties.timestamp?.description ?? ""), ("app", delivery.properties.appID ?? ""),
            ("correlation", delivery.properties.correlationID ?? ""),
        ] where !value.isEmpty { console.line("  \(name): \(value)") }
        for (name, value) in delivery.properties.headers.sorted(by: { $0.key < $1.key }) {
            console.line(console.styled("  header \(name): \(value.brief)", .quiet))
        }
        console.line()
        if let tree = JSONTree(body: delivery.body) {
            console.line(JSONOutput.pretty(tree))
        } else {
            console.line(String(decoding: delivery.body.prefix(4096), as: UTF8.self))
            console.warning("the body, \(delivery.body.count) bytes, is not JSON")
        }
    }
}

extension HeaderValue {
    /// In one line.
    fileprivate var brief: String {
        switch self {
        case .string(let value): value
        case .integer(let value): String(value)
        case .double(let value): String(value)
        case .boolean(let value): String(value)
        case .bytes(let value): "\(value.count) bytes"
        case .timestamp(let seconds): Timestamp(milliseconds: Int64(clamping: seconds) * 1000).description
        case .array(let values): "[" + values.map(\.brief).joined(separator: ", ") + "]"
        case .table(let values):
            "{" + values.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.brief)" }.joined(separator: ", ") + "}"
        case .null: "null"
        }
    }
}
