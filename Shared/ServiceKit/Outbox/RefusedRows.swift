internal import Models
internal import Synchronization

/// Rows that the broker did not take though it was there: no queue, no exchange, no permission. They are tried again
/// later and later, so that they do not stand in the way of others.
final class RefusedRows: Sendable {
    /// How many are remembered; what comes above is simply tried again.
    private static let limit = 5000

    private struct Entry {
        var wait: Duration
        var due: ContinuousClock.Instant
    }

    private let entries = Mutex<[UUIDv7: Entry]>([:])

    init() {}

    var count: Int { entries.withLock { $0.count } }

    func holdsBack(_ id: UUIDv7) -> Bool { entries.withLock { ($0[id]?.due ?? .now) > .now } }

    func note(_ tried: [UUIDv7], confirmed: [UUIDv7]) {
        let confirmed = Set(confirmed)
        entries.withLock { entries in
            for id in tried {
                if confirmed.contains(id) {
                    entries[id] = nil
                } else if entries[id] != nil || entries.count < Self.limit {
                    let wait = min((entries[id]?.wait ?? .seconds(1)) * 2, .seconds(60))
                    entries[id] = Entry(wait: wait, due: .now + wait)
                }
            }
        }
    }
}
