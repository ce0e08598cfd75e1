internal import Models
internal import Planning
internal import Synchronization

/// This process's ``NeedTable``: read by the request path, kept true by ``NeedKeeper``.
final class NeedBook: Sendable {
    private let table = Mutex(NeedTable())

    /// What transfers to these recipients need; `nil` where it has to be simulated.
    func needs(for recipients: [TronAddress]) -> [Need?] {
        table.withLock { table in recipients.map { table.need(for: $0) } }
    }

    /// Changes the table.
    func update(_ body: (inout sending NeedTable) -> Void) { table.withLock { body(&$0) } }

    /// Reads from the table.
    func read<R: Sendable>(_ body: (NeedTable) -> R) -> R { table.withLock { body($0) } }
}
