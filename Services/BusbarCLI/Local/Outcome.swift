internal import Synchronization

/// What a task found out, for the one that started it. Good until told otherwise.
final class Outcome: Sendable {
    private let good = Mutex(true)

    var value: Bool { good.withLock { $0 } }

    func set(_ isGood: Bool) { good.withLock { $0 = isGood } }
}

/// Ends the command with a status; what there was to say has been said.
struct StackFailure: Error {
    let code: Int32
}
