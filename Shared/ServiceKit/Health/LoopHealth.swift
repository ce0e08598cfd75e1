internal import Synchronization

/// Whether one loop of this process still turns: liveness looks at nothing else.
///
/// A loop that waits for an event is alive however long it waits. One that works must say so again within
/// ``limit``; retries of a dependency that is gone count as turns.
public final class LoopHealth: Sendable {
    /// How long a turn may take.
    public static let limit = Duration.seconds(30)

    /// As `/livez` shows it when the loop is stuck: `consume allocator.withdrawal.request`.
    public let name: String
    private let busySince = Mutex<ContinuousClock.Instant?>(nil)

    init(name: String) { self.name = name }

    /// The loop begins a turn, or is still at it and gets on.
    public func turned() { busySince.withLock { $0 = .now } }

    /// The loop waits for its next event.
    public func waits() { busySince.withLock { $0 = nil } }

    /// Whether a turn lasts longer than the limit.
    func isStuck(at moment: ContinuousClock.Instant) -> Bool {
        busySince.withLock { $0.map { moment - $0 > Self.limit } ?? false }
    }
}
