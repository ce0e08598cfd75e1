internal import Planning
internal import ServiceKit
internal import Synchronization
internal import Telemetry

/// Withdrawals this process has stored without knowing what they need. Bounded: what does not fit is taken up later by the
/// replica that follows the chain.
final class UnresolvedNeeds: Sendable {
    /// One of them, and the trace its request belongs to.
    struct Entry: Sendable {
        var key: WithdrawalKey
        var trace: TraceContext?
    }

    private let entries = Mutex<[Entry]>([])
    private let wakeUp = WakeUp()
    private static let most = 20_000

    /// Adds some and wakes the resolver.
    func add(_ more: [Entry]) {
        guard !more.isEmpty else { return }
        entries.withLock { entries in
            if entries.count + more.count <= Self.most { entries += more }
        }
        wakeUp.ring()
    }

    /// Waits until there are some, at most so long, and takes up to `limit` of them.
    func take(_ limit: Int, waitingAtMost wait: Duration) async -> [Entry] {
        let ready = takeNow(limit)
        if !ready.isEmpty { return ready }
        await wakeUp.wait(atMost: wait)
        return takeNow(limit)
    }

    private func takeNow(_ limit: Int) -> [Entry] {
        entries.withLock { entries in
            let taken = Array(entries.prefix(limit))
            entries.removeFirst(taken.count)
            return taken
        }
    }
}
