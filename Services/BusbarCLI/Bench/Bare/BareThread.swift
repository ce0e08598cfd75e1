internal import LocalStack
internal import Synchronization

/// Tells a thread that nobody waits for it any more.
final class BareStop: Sendable {
    private let isSet = Mutex(false)

    func set() { isSet.withLock { $0 = true } }

    /// - Throws: once it is set.
    func check() throws(BareFailure) {
        if isSet.withLock({ $0 }) { throw BareFailure("interrupted") }
    }
}

/// Runs `body` on a thread of its own, where bare calls may block; it looks at its stop now and then.
func onBareThread<R: Sendable>(
    _ body: @escaping @Sendable (BareStop) throws(BareFailure) -> R
) async throws -> R {
    let stop = BareStop()
    return try await withTaskCancellationHandler {
        try await onOwnThread { () throws(BareFailure) in try body(stop) }
    } onCancel: {
        stop.set()
    }
}
