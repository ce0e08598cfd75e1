internal import DequeModule

/// Messages the broker has refused with a negative confirm, each waiting for its next try: a queue whose leader has not
/// started yet, or that is full, refuses; a little later it may not.
struct RefusedMessages {
    private struct Entry {
        let due: ContinuousClock.Instant
        let slot: PublishSlot
    }

    private static let waits: [Duration] = [.milliseconds(50), .milliseconds(200), .milliseconds(800)]

    private var entries: Deque<Entry> = []

    init() {}

    /// When the next one is to be sent again.
    var nextDue: ContinuousClock.Instant? { entries.lazy.map(\.due).min() }

    /// `false` if it has been tried often enough.
    mutating func insert(_ slot: PublishSlot) -> Bool {
        guard slot.refusals < Self.waits.count else { return false }
        var again = slot.unreturned
        again.refusals += 1
        entries.append(Entry(due: .now + Self.waits[slot.refusals], slot: again))
        return true
    }

    mutating func takeDue() -> [PublishSlot] {
        guard !entries.isEmpty else { return [] }
        let now = ContinuousClock.now
        let due = entries.filter { $0.due <= now }
        if !due.isEmpty { entries.removeAll { $0.due <= now } }
        return due.map(\.slot)
    }

    mutating func dropFinished() { entries.removeAll { $0.slot.batch.isFinished } }
}

/// What one turn of the loop has done, for the events.
struct PublishTally {
    var published = 0
    private var confirmed = 0
    private var returned = 0
    private var refused = 0

    init() {}

    mutating func add(_ outcome: PublishOutcome) {
        switch outcome {
        case .confirmed: confirmed += 1
        case .returned: returned += 1
        case .refused: refused += 1
        }
    }

    func report(to shared: ClientState) {
        if published > 0 { shared.report(.published(published)) }
        if confirmed > 0 { shared.report(.confirmed(confirmed)) }
        if returned > 0 { shared.report(.returned(returned)) }
        if refused > 0 { shared.report(.refused(refused)) }
    }
}
