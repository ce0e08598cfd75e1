internal import Synchronization

/// A leased connection. Statements of concurrent child tasks share the round trip, in order of arrival, and fail apart:
/// `async let` is the pipeline.
///
/// Valid during the closure that it was given to; afterwards every call throws ``PostgresError/Code/misuse``.
public final class PostgresConnection: PostgresQuerying {
    let pool: Pool
    let session: UInt64
    private let isOver = Atomic(false)

    init(pool: Pool, session: UInt64) {
        self.pool = pool
        self.session = session
    }

    /// Runs the statements on this connection: in the transaction that is open on it, else as one of their own.
    /// - Throws: the server's refusal of a statement; ``PostgresError/Code/misuse`` after the lease, or for more than
    ///   65,535 parameters, which the protocol counts in 16 bits.
    public func pipeline(
        _ statements: [SQL],
        file: String,
        line: Int
    ) async throws(PostgresError) -> [PostgresRows] {
        try await pipeline(
            statements,
            options: RoundOptions(timeout: pool.configuration.responseTimeout, commits: true),
            file,
            line
        )
    }

    /// Runs several statements given as one text, by the simple protocol: all of them in one transaction, unless the
    /// text or an open transaction says otherwise. For migrations; the text must be trusted.
    /// - Parameter timeout: how long the answer may take; also lift the server's own `statement_timeout` for long ones.
    public func executeScript(
        _ text: String,
        timeout: Duration? = nil,
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) {
        let options = RoundOptions(timeout: timeout ?? pool.configuration.responseTimeout, commits: true)
        _ = try await perform(.script(text), options, file, line)
    }

    func pipeline(
        _ statements: [SQL],
        options: RoundOptions,
        _ file: String,
        _ line: Int
    ) async throws(PostgresError) -> [PostgresRows] {
        guard !statements.isEmpty else { return [] }
        if let wide = statements.first(where: { $0.parameters.count > 65_535 }) {
            throw PostgresError(.misuse, "\(wide.parameters.count) parameters", file: file, line: line)
        }
        let answer = try await perform(.pipeline(statements), options, file, line)
        // One more when BEGIN went along.
        let extra = answer.results.count - statements.count
        guard extra == 0 || (extra == 1 && options.opening != nil) else {
            throw PostgresError(
                .misuse,
                "\(answer.results.count) answers to \(statements.count) statements",
                file: file,
                line: line
            )
        }
        return zip(answer.results.suffix(statements.count), statements).map { PostgresRows($0, of: $1) }
    }

    /// One round trip: over to the pool's thread, and back.
    func perform(
        _ request: Request,
        _ options: RoundOptions,
        _ file: String,
        _ line: Int
    ) async throws(PostgresError) -> Answer {
        guard !isOver.load(ordering: .acquiring) else {
            throw PostgresError(.misuse, "the connection was used after its lease", file: file, line: line)
        }
        let (id, session) = (pool.nextID(), session)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let reply = Reply(continuation: continuation)
                pool.submit { pool in
                    var request = request
                    // Here and not in the caller: concurrent tasks reach the session in an order of their own.
                    if let opening = options.opening, case .pipeline(let statements) = request, opening.take() {
                        request = .pipeline([opening.begin] + statements)
                    }
                    pool.submit(Round(id: id, request: request, options: options, reply: reply), to: session)
                }
                // A cancellation that came before the round was there found nothing to cancel.
                if Task.isCancelled { pool.submit { $0.cancel(id, of: session) } }
            }
        } onCancel: {
            pool.submit { $0.cancel(id, of: session) }
        }
        switch result {
        case .success(let answer): return answer
        case .failure(let error): throw error.at(file, line)
        }
    }

    /// Calls `handler` once when the connection ends before its lease does.
    func onLoss(_ handler: @escaping @Sendable (PostgresError) -> Void) {
        let (session, handler) = (session, LossHandler(body: handler))
        pool.submit { $0.onLoss(of: session, handler) }
    }

    /// Ends the lease.
    /// - Parameter discard: close the connection whatever its state.
    func release(discard: Bool = false) {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let session = session
        pool.submit { $0.release(session, discard: discard) }
    }
}
