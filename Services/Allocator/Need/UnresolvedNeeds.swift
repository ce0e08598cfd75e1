internal import Planning
internal import ServiceKit
internal import Synchronization

/// Withdrawals this process has stored without knowing what they need. Bounded: what does not fit is taken up later by the
/// replica that follows the chain.
final class UnresolvedNeeds: Sendable {
    private let keys = Mutex<[WithdrawalKey]>([])
    private let wakeUp = WakeUp()
    private static let most = 20_000

    /// Adds some and wakes the resolver.
    func add(_ more: [WithdrawalKey]) {
        guard !more.isEmpty else { return }
        keys.withLock { keys in
            if keys.count + more.count <= Self.most { keys += more }
        }
        wakeUp.ring()
    }

    /// Waits until there are some, at most so long, and takes up to `limit` of them.
    func take(_ limit: Int, waitingAtMost wait: Duration) async -> [WithdrawalKey] {
        let ready = takeNow(limit)
        if !ready.isEmpty { return ready }
        await wakeUp.wait(atMost: wait)
        return takeNow(limit)
    }

    private func takeNow(_ limit: Int) -> [WithdrawalKey] {
        keys.withLock { keys in
            let taken = Array(keys.prefix(limit))
            keys.removeFirst(taken.count)
            return taken
        }
    }
}
