internal import Models
internal import Synchronization

/// The outbox rows that this process holds in memory: the relay leaves them alone, and their number is bounded.
final class OutboxFlight: Sendable {
    /// Messages held at most.
    static let limit = 10_000
    /// Bytes of bodies held at most.
    static let byteLimit = 32 << 20

    private struct State {
        /// Sizes of bodies by row.
        var rows: [UUIDv7: Int] = [:]
        var bytes = 0
    }

    private let state = Mutex(State())

    init() {}

    func holds(_ id: UUIDv7) -> Bool { state.withLock { $0.rows[id] != nil } }

    /// Takes the rows in, all or none.
    /// - Returns: `false` when there is no room; then they are the relay's.
    func board(_ messages: [StoredMessage]) -> Bool {
        let bytes = messages.reduce(0) { $0 + $1.size }
        return state.withLock { state in
            guard state.rows.count + messages.count <= Self.limit, state.bytes + bytes <= Self.byteLimit
            else { return false }
            for stored in messages { state.rows[stored.id] = stored.size }
            state.bytes += bytes
            return true
        }
    }

    /// Rows that are marked, or left to the relay.
    func leave(_ ids: some Sequence<UUIDv7>) {
        state.withLock { state in
            for id in ids { state.bytes -= state.rows.removeValue(forKey: id) ?? 0 }
        }
    }
}
