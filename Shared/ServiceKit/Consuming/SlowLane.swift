internal import Messaging
internal import Synchronization

/// Deliveries under suspicion: redelivered ones, and those that a handler could not digest. They are run one by one.
///
/// It holds no more than the queue's prefetch, for the broker sends nothing more until some are settled.
final class SlowLane: Sendable {
    struct Suspect: Sendable {
        let delivery: Delivery
        let batch: DeliveryBatch
        /// What it failed with last, in this process.
        var lastError: String?
        var backoff = Backoff(base: .milliseconds(100))
        var due = ContinuousClock.now

        func isSameMessage(as other: Suspect) -> Bool {
            delivery.properties.messageID != nil
                && delivery.properties.messageID == other.delivery.properties.messageID
                && delivery.body == other.delivery.body
        }
    }

    private let suspects = Mutex<[Suspect]>([])
    private let isClosed = StopFlag()
    private let wakeUp = WakeUp()

    init() {}

    var count: Int { suspects.withLock { $0.count } }

    func add(_ some: [Suspect]) {
        guard !some.isEmpty else { return }
        suspects.withLock { suspects in
            // After a lost connection the same messages come again: only the new deliveries can be settled.
            let stale = suspects.filter { !$0.batch.isCurrent }
            if !stale.isEmpty { suspects.removeAll { !$0.batch.isCurrent } }
            for var suspect in some where suspect.batch.isCurrent {
                if suspect.lastError == nil, let known = stale.first(where: { $0.isSameMessage(as: suspect) }) {
                    (suspect.lastError, suspect.backoff, suspect.due) = (known.lastError, known.backoff, known.due)
                }
                suspects.append(suspect)
            }
        }
        wakeUp.ring()
    }

    /// Back in line, behind the others, after a wait that grows with each failure.
    func postpone(_ suspect: Suspect) {
        var suspect = suspect
        suspect.due = .now + suspect.backoff.next()
        add([suspect])
    }

    /// No more are handed out; whoever runs one finishes it.
    func close() {
        isClosed.set()
        wakeUp.ring()
    }

    /// Takes out all that are left.
    func drain() -> [Suspect] {
        suspects.withLock { suspects in
            defer { suspects = [] }
            return suspects
        }
    }

    /// The first that is due; waits for one. `nil` once the lane is closed.
    func next() async -> Suspect? {
        while !Task.isCancelled, !isClosed.isSet {
            let now = ContinuousClock.now
            let (suspect, wait) = suspects.withLock { suspects -> (Suspect?, Duration) in
                if let index = suspects.firstIndex(where: { $0.due <= now }) {
                    return (suspects.remove(at: index), .zero)
                }
                return (nil, suspects.map { $0.due - now }.min() ?? .seconds(3600))
            }
            if let suspect { return suspect }
            await wakeUp.wait(atMost: wait)
        }
        return nil
    }
}
