internal import Logging

extension PostgresClient {
    /// Runs `body` while this process alone holds the lock: waits for it, cancels `body` when its session is lost, and
    /// competes again. Returns when `body` returned by itself.
    ///
    /// While the server is away this keeps trying; only cancellation and errors of `body` end it.
    /// - Throws: what `body` throws, and `CancellationError`.
    public func lead(
        as key: AdvisoryLockKey,
        file: String = #fileID,
        line: Int = #line,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        while true {
            try Task.checkCancellation()
            do {
                let term = try await withAdvisoryLock(key, file: file, line: line) { lock in
                    try await serve(lock, body)
                }
                switch term {
                case .over: return
                case .failed(let error): throw BodyFailure(error: error)
                case .lost(let error):
                    logger.warning("leadership lost", metadata: ["lock": "\(key)", "error": "\(error)"])
                }
            } catch let failure as BodyFailure {
                throw failure.error
            } catch let error as PostgresError where error.code != .cancelled && error.code != .shutDown {
                logger.debug("no leadership", metadata: ["lock": "\(key)", "error": "\(error)"])
                // The pool waits for the server itself; this only keeps a refusal from spinning.
                try await Task.sleep(for: .milliseconds(Int.random(in: 100...300)))
            }
        }
    }

    private func serve(
        _ lock: AdvisoryLock,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> Term {
        await withTaskGroup(of: Term?.self) { group in
            group.addTask {
                do {
                    try await body()
                    return .over
                } catch {
                    return .failed(error)
                }
            }
            group.addTask { await lock.lost().map { .lost($0) } }
            var term: Term?
            while let end = await group.next() {
                // The first end counts, but for a loss: it is what makes a body fail that uses the same server.
                if case .lost = end { term = end } else if term == nil { term = end }
                if end != nil { group.cancelAll() }
            }
            return term ?? .failed(CancellationError())
        }
    }
}

private enum Term: Sendable {
    case over
    case failed(any Error)
    case lost(PostgresError)
}

private struct BodyFailure: Error {
    let error: any Error
}
