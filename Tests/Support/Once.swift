internal import Synchronization

/// A value that is made at its first use and then shared by the process; a failure is not kept, so the next use tries
/// again.
final class Once<Value: Sendable>: Sendable {
    private let making = Mutex<Task<Value, any Error>?>(nil)
    private let make: @Sendable () async throws -> Value

    init(_ make: @escaping @Sendable () async throws -> Value) { self.make = make }

    func get() async throws -> Value {
        let task = making.withLock { making in
            if let making { return making }
            // Not a child of the first test that asks: its cancellation must not fail the others.
            let task = Task { [make] in try await make() }
            making = task
            return task
        }
        do {
            return try await task.value
        } catch {
            making.withLock { if $0 == task { $0 = nil } }
            throw error
        }
    }
}
