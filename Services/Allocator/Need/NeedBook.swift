internal import Models
internal import Planning
internal import Synchronization

/// This process's ``NeedTable``: read by the request path, kept true by ``NeedKeeper``.
final class NeedBook: Sendable {
    private struct State {
        var table = NeedTable()
        /// When the chain last said the contract's factor.
        var confirmedAt: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    /// A factor that was not read again for so long may be another one by now.
    private static let longestUnconfirmed: Duration = .seconds(30)

    /// What transfers to these recipients need; `nil` where it has to be simulated.
    func needs(for recipients: [TronAddress]) -> [Need?] {
        state.withLock { state in
            let isConfirmed = Self.isConfirmed(state)
            return recipients.map { isConfirmed ? state.table.need(for: $0) : nil }
        }
    }

    /// The contract's factor; `nil` when it was not read lately.
    var factor: Int64? { state.withLock { Self.isConfirmed($0) ? $0.table.factor : nil } }

    /// Takes the factor as just read.
    /// - Returns: whether it is another one than before.
    func confirm(factor: Int64) -> Bool {
        state.withLock { state in
            let isNew = state.table.factor != factor
            state.table.setFactor(factor)
            state.confirmedAt = .now
            return isNew
        }
    }

    /// Changes the table.
    func update(_ body: (inout NeedTable) -> Void) { state.withLock { body(&$0.table) } }

    /// Reads from the table.
    func read<R: Sendable>(_ body: (NeedTable) -> R) -> R { state.withLock { body($0.table) } }

    private static func isConfirmed(_ state: State) -> Bool {
        state.confirmedAt.map { ContinuousClock.now - $0 < longestUnconfirmed } ?? false
    }
}
