internal import Messaging
internal import Storage

/// Whose fault an error is, which decides whether trying again can help.
enum Fault: Sendable, Hashable {
    /// A dependency is gone or overloaded: try again for as long as it takes.
    case dependency
    /// Others were in the way: deadlock, lock or statement timeout. Try again a few times.
    case contention
    /// The work itself, or a bug.
    case work
    /// We are being stopped.
    case stopping

    init(_ error: any Error) {
        switch error {
        case is CancellationError: self = Task.isCancelled ? .stopping : .work
        case let error as RetriableFailure: self = error.isContention ? .contention : .dependency
        case let error as PostgresError: self = Fault(error)
        case let error as MessagingError:
            self =
                error.isRetriable ? .dependency : error.code == .cancelled || error.code == .stopped ? .stopping : .work
        default: self = .work
        }
    }

    private init(_ error: PostgresError) {
        if error.code == .shutDown || error.code == .cancelled {
            self = .stopping
        } else if !error.isRetriable {
            self = .work
        } else if error.isConflict || error.sqlState == .queryCanceled || error.sqlState == .lockNotAvailable {
            self = .contention
        } else {
            self = .dependency
        }
    }
}

/// What a handler or loop throws when something outside failed and the same work may succeed later: a node that does not
/// answer, a supplier that is down. The batch is tried again with backoff; nobody is blamed.
public struct RetriableFailure: Error, Sendable, CustomStringConvertible {
    /// One sentence for the log: what failed, and where.
    public let reason: String
    /// Others were in the way, so that only some tries are worth it.
    public let isContention: Bool

    /// By default a dependency is at fault, and tries go on for as long as it takes.
    public init(_ reason: String, isContention: Bool = false) {
        self.reason = reason
        self.isContention = isContention
    }

    /// The reason alone.
    public var description: String { reason }
}
