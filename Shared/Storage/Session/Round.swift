internal import Synchronization

/// What one round trip asks of a session.
enum Request: Sendable {
    /// Statements of the extended protocol, closed by one synchronisation point.
    case pipeline([SQL])
    /// Several statements in one text, by the simple protocol.
    case script(String)
    /// A `COPY … FROM STDIN` and its data.
    case copyIn(String, [UInt8])
    /// A `COPY … TO STDOUT`, and how many bytes may come.
    case copyOut(String, limit: Int)

    var isPipeline: Bool {
        if case .pipeline = self { true } else { false }
    }
}

/// What came back.
struct Answer: Sendable {
    var results: [ServerResult] = []
    /// What a `COPY … TO STDOUT` sent.
    var bytes: [UInt8] = []
}

/// How a round behaves when things go wrong.
struct RoundOptions: Sendable {
    /// How long the session may take once the round is its oldest.
    var timeout: Duration
    /// Losing the connection leaves open whether it took effect: it commits, or runs outside a transaction.
    var commits: Bool
    /// Cancellation of the waiting task detaches it. Not so for COMMIT, whose outcome must be learnt.
    var isCancellable = true
    /// Statements that come back are prepared. Not so those that never do.
    var prepares = true
    /// Of a transaction: whichever of its rounds reaches the session first brings the BEGIN.
    var opening: Opening?
}

/// The BEGIN of a transaction, to be sent once, before everything else of it.
final class Opening: Sendable {
    let begin: SQL
    private let isTaken = Atomic(false)

    init(_ begin: SQL) { self.begin = begin }

    /// True for the first caller.
    func take() -> Bool { !isTaken.exchange(true, ordering: .relaxed) }
}

/// Where the answer goes. A struct, because a bare continuation in a tuple or an optional gains thunks.
struct Reply: Sendable {
    var continuation: CheckedContinuation<Result<Answer, PostgresError>, Never>
}

/// One round trip of a session, from waiting to answered.
final class Round {
    /// One answer that the server owes.
    enum Step {
        case prepare(StatementKey)
        case execute(Int)
    }

    let id: UInt64
    let request: Request
    let options: RoundOptions
    private var reply: Reply?
    var steps: [Step] = []
    var position = 0
    var answer = Answer()
    var failure: PostgresError?
    /// Bytes of a COPY already handed to libpq; -1 once its end was, too.
    var copied = 0
    var isSent = false

    init(id: UInt64, request: Request, options: RoundOptions, reply: Reply?) {
        self.id = id
        self.request = request
        self.options = options
        self.reply = reply
    }

    var step: Step? { position < steps.count ? steps[position] : nil }

    /// The text of the statement that is being answered.
    var statement: SQL? {
        guard case .pipeline(let statements) = request else { return nil }
        switch step {
        case .execute(let index): return statements[index]
        case .prepare: if case .execute(let index) = steps[position + 1] { return statements[index] }
        case nil: break
        }
        return nil
    }

    func finish() {
        if let failure { resume(.failure(failure)) } else { resume(.success(answer)) }
    }

    /// Gives up because the session broke. A failure that the server reported before explains more.
    func fail(_ error: PostgresError) {
        var error = error
        if let failure {
            error.sqlState = failure.sqlState
            error.message = failure.message
            error.statement = failure.statement
        }
        error.outcomeUnknown = isSent && options.commits
        resume(.failure(error))
    }

    /// The waiting task was cancelled; the answer will be dropped.
    func detach() {
        resume(
            .failure(PostgresError(.cancelled, "cancelled while waiting", outcomeUnknown: isSent && options.commits))
        )
    }

    private func resume(_ result: Result<Answer, PostgresError>) {
        guard let reply else { return }
        self.reply = nil
        reply.continuation.resume(returning: result)
    }
}
