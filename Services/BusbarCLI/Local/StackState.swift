internal import FoundationEssentials
internal import LocalStack

/// What a running stack writes down, so that `down`, `status` and `env` find it.
struct StackState: Codable, Sendable {
    /// A process, named for ever by its id and start time.
    struct Process: Codable, Sendable, Hashable {
        var pid: Int32
        var startTime: UInt64

        init?(pid: Int32) {
            guard let startTime = ProcessTree.startTime(of: pid) else { return nil }
            self.pid = pid
            self.startTime = startTime
        }

        /// Whether it still is the same process and runs.
        var isRunning: Bool { ProcessTree.startTime(of: pid) == startTime }
    }

    /// A part of the stack.
    struct Part: Codable, Sendable, Hashable {
        enum Condition: String, Codable, Sendable {
            case starting
            case ready
            case unready = "not ready"
            case restarting
            case stopped
        }

        var name: String
        var process: Process?
        /// Where it listens: AMQP, PostgreSQL, HTTP.
        var port: Int
        /// Path that tells whether it is ready; nil when its being there is all there is to know.
        var health: String?
        var condition: Condition
        /// How often it ended by itself and was started again.
        var restarts: Int
        var log: String
    }

    /// The `busbar up` that looks after all of it.
    var supervisor: Process
    /// When it was started, in seconds since 1970.
    var since: Int64
    /// Whether everything was ready once.
    var isLive: Bool
    var parts: [Part]
    var variables: [String: String]

    /// Reads the state of the stack that runs now; nil when none does.
    static func running(_ layout: StackLayout) -> StackState? {
        guard let state = read(layout), state.supervisor.isRunning else { return nil }
        return state
    }

    /// Reads what was last written, whether it still runs or not.
    static func read(_ layout: StackLayout) -> StackState? {
        guard let text = LocalFile.read(layout.state) else { return nil }
        return try? JSONDecoder().decode(StackState.self, from: Data(text.utf8))
    }

    func write(_ layout: StackLayout) throws {
        try LocalFile.write(json, to: layout.state)
    }

    /// The state as JSON text, on several lines and in a fixed order.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
