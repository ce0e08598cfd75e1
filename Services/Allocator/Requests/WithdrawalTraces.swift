internal import Models
internal import Planning
internal import Telemetry

/// The traces of the messages about withdrawals, so that what is asked and told of each goes on in its own.
struct WithdrawalTraces: Sendable {
    private var traces: [String: TraceContext] = [:]

    /// Remembers the first trace of a withdrawal.
    mutating func add(_ trace: TraceContext?, of key: WithdrawalKey) {
        guard let trace else { return }
        let name = key.description
        if traces[name] == nil { traces[name] = trace }
    }

    /// That of a withdrawal; the running task's when none is known.
    subscript(_ key: WithdrawalKey) -> TraceContext? {
        traces.isEmpty ? TraceContext.current : traces[key.description] ?? TraceContext.current
    }

    /// That of the withdrawal a message is about; the running task's when none is known.
    subscript(_ message: some Message) -> TraceContext? {
        traces.isEmpty
            ? TraceContext.current : message.correlationID.flatMap { traces[$0] } ?? TraceContext.current
    }
}
