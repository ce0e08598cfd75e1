internal import Synchronization

/// Wakes everybody who waits, each time it rings.
final class Signal: Sendable {
    private struct Waiters {
        var next = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let waiters = Mutex(Waiters())

    /// Wakes those who wait now.
    func ring() {
        let woken = waiters.withLock { waiters in
            defer { waiters.waiting = [:] }
            return waiters.waiting
        }
        for continuation in woken.values { continuation.resume() }
    }

    /// Returns at the next ring, or when the task is cancelled.
    func next() async {
        let number = waiters.withLock { waiters in
            waiters.next += 1
            return waiters.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = waiters.withLock { waiters in
                    if Task.isCancelled { return true }
                    waiters.waiting[number] = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            waiters.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
    }
}
