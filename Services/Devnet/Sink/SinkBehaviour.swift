internal import Models

/// How a sink treats deliveries that are genuine.
struct SinkBehaviour: Sendable, Hashable {
    enum Mode: Sendable, Hashable {
        case ok
        /// No answer, until the sender has given up.
        case hang
        /// The connection closes without an answer.
        case drop
        /// A status of its own, with headers that go with it.
        case status(Int, retryAfter: Int?, location: String?)

        var name: String {
            switch self {
            case .ok: "ok"
            case .hang: "hang"
            case .drop: "drop"
            case .status: "status"
            }
        }
    }

    var mode = Mode.ok
    /// How many deliveries are taken before the mode begins.
    var after = 0
    /// How many deliveries the mode strikes; `nil` is no limit.
    var count: Int?
    /// How long an answer takes.
    var latency: Duration?

    /// The mode that the next delivery meets.
    mutating func next() -> Mode {
        guard mode != .ok else { return .ok }
        if after > 0 {
            after -= 1
            return .ok
        }
        guard let left = count else { return mode }
        guard left > 0 else { return .ok }
        count = left - 1
        return mode
    }

    func add(to fields: inout Fields) {
        fields.add("mode", mode.name)
        if case .status(let status, let retryAfter, let location) = mode {
            fields.add("status", Int64(status))
            fields.add("retry_after", retryAfter.map { .int(Int64($0)) })
            fields.add("location", location.map { .string($0) })
        }
        fields.add(unlessZero: "after", Int64(after))
        fields.add("count", count.map { .int(Int64($0)) })
        fields.add("latency_ms", latency.map { .int($0.wholeMilliseconds) })
    }
}
