internal import Models
internal import Synchronization

/// A message as people in the chat see it.
struct ChatMessage: Sendable {
    var at: Timestamp
    /// The webhook or chat it was posted to.
    var recipient: String
    /// All of its text.
    var text: String
    /// What was sent.
    var payload: JSON
    /// What the service made of it, such as entities, and who is notified.
    var remarks: [JSON.Member] = []

    func json(number: Int) -> JSON {
        var fields = Fields()
        fields.add("number", Int64(number))
        fields.add("at", at.description)
        fields.add("to", recipient)
        fields.add("text", text)
        for remark in remarks { fields.add(remark.key, remark.value) }
        fields.add("payload", payload)
        return fields.json
    }
}

/// What a played chat service keeps: messages, counts, what its recipients have used of their limits, and faults.
final class ChatRoom: Sendable {
    /// How many messages are kept.
    static let limit = 1_000

    /// How a request ended, for the counts.
    enum End: Sendable {
        case posted(ChatMessage)
        /// Too many of them.
        case throttled
        /// The request was wrong.
        case refused
        /// A fault struck.
        case failed
    }

    private struct State {
        var messages = Recent<ChatMessage>(limit: ChatRoom.limit)
        var received = 0
        var throttled = 0
        var refused = 0
        var failed = 0
        var faults = ChatFaults()
        var limits: [String: RateLimit] = [:]
        var windows: [String: RateWindow] = [:]
        var isUnlimited = false
    }

    private let state = Mutex(State())

    /// Counts a request, and keeps its message.
    /// - Returns: the message's number.
    @discardableResult
    func end(_ end: End) -> Int {
        state.withLock { state in
            state.received += 1
            switch end {
            case .posted(let message): _ = state.messages.append(message)
            case .throttled: state.throttled += 1
            case .refused: state.refused += 1
            case .failed: state.failed += 1
            }
            return state.messages.last
        }
    }

    /// Takes one of each limit, or of none when one of them is used up. A limit that is not known is a fresh one.
    /// - Returns: how long to wait; `nil`: it was taken.
    func take(
        _ limits: [(key: String, fresh: RateLimit)],
        at now: ContinuousClock.Instant
    ) -> Duration? {
        state.withLock { state in
            guard !state.isUnlimited else { return nil }
            // Those of recipients that are silent are long earned; more recipients than this are a flood.
            if state.limits.count > 10_000 { state.limits = [:] }
            let found = limits.map { state.limits[$0.key] ?? $0.fresh }
            if let wait = found.compactMap({ $0.wait(at: now) }).max() { return wait }
            for (index, limit) in found.enumerated() {
                var limit = limit
                limit.take(at: now)
                state.limits[limits[index].key] = limit
            }
            return nil
        }
    }

    /// Takes one of a window.
    func take(
        _ key: String,
        of window: RateWindow,
        at now: ContinuousClock.Instant
    ) -> (isWithin: Bool, remaining: Int, reset: Duration) {
        state.withLock { state in
            if state.windows.count > 10_000 { state.windows = [:] }
            var window = state.windows[key] ?? window
            var taken = window.take(at: now)
            state.windows[key] = window
            if state.isUnlimited { taken.isWithin = true }
            return taken
        }
    }

    func disturbance(for recipient: String?) -> ChatDisturbance {
        state.withLock { $0.faults.disturbance(for: recipient) }
    }

    var faults: [ChatFault] { state.withLock { $0.faults.all } }

    func change(isUnlimited: Bool?, faults body: (inout ChatFaults) -> Void) {
        state.withLock { state in
            if let isUnlimited { state.isUnlimited = isUnlimited }
            body(&state.faults)
        }
    }

    func reset() { state.withLock { $0 = State() } }

    /// Counts, and the newest message.
    func summary(_ name: String) -> JSON {
        let state = state.withLock { $0 }
        var fields = Fields()
        fields.add("name", name)
        fields.add("received", Int64(state.received))
        fields.add("posted", Int64(state.messages.last))
        fields.add("throttled", Int64(state.throttled))
        fields.add("refused", Int64(state.refused))
        fields.add("failed", Int64(state.failed))
        if state.isUnlimited { fields.add("unlimited", .bool(true)) }
        let newest = state.messages.after(state.messages.last - 1).first?.element
        fields.add("last_text", newest.map { .string($0.text) })
        fields.add(unlessEmpty: "faults", state.faults.all.map(ChatControl.json))
        return fields.json
    }

    /// The summary, with the messages after the one of that number.
    func messages(_ name: String, after number: Int, limit: Int) -> JSON {
        var fields = Fields(summary(name))
        let messages = state.withLock { $0.messages }.after(number).prefix(limit)
        fields.add("messages", .array(messages.map { $0.element.json(number: $0.number) }))
        return fields.json
    }
}
