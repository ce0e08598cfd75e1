internal import Synchronization

/// A value that changes, and that tests wait for.
package final class Events<Value: Sendable>: Sendable {
    private struct Waiter: Sendable {
        let id: Int
        let isReached: @Sendable (Value) -> Bool
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State: Sendable {
        var value: Value
        var waiters: [Waiter] = []
        var lastID = 0
    }

    package struct NotReached: Error, CustomStringConvertible {
        package let description: String
    }

    private let state: Mutex<State>

    package init(_ value: Value) { state = Mutex(State(value: value)) }

    package var now: Value { state.withLock { $0.value } }

    @discardableResult
    package func update<Result: Sendable>(_ change: (inout Value) -> Result) -> Result {
        let (result, reached) = state.withLock { state in
            let result = change(&state.value)
            let reached = state.waiters.filter { $0.isReached(state.value) }
            state.waiters.removeAll { waiter in reached.contains { $0.id == waiter.id } }
            return (result, reached)
        }
        for waiter in reached { waiter.continuation.resume(returning: true) }
        return result
    }

    package func wait(limit: Duration, until isReached: @escaping @Sendable (Value) -> Bool) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let hasCome = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.waitWithoutLimit(id, isReached) }
            group.addTask {
                try? await Task.sleep(for: limit)
                self.giveUp(id)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
        if !hasCome { throw NotReached(description: "not reached within \(limit): \(now)") }
    }

    private func waitWithoutLimit(_ id: Int, _ isReached: @escaping @Sendable (Value) -> Bool) async -> Bool {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if isReached(state.value) { return true }
                state.waiters.append(Waiter(id: id, isReached: isReached, continuation: continuation))
                return false
            }
            if isThere { continuation.resume(returning: true) }
        }
    }

    private func giveUp(_ id: Int) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(returning: false)
    }
}
