public import Logging
public import ServiceLifecycle
internal import Synchronization

/// A pool of connections to one PostgreSQL database.
///
/// ```swift
/// let client = PostgresClient(configuration, logger: logger)
/// // in a ServiceGroup, or `async let _ = client.run()`
/// let free = try await client.query("SELECT free FROM pool WHERE id = \(id)", as: Int64.self)
/// ```
///
/// Statements given to the client itself run each on a connection of its own choice, as their own transaction.
public final class PostgresClient: PostgresQuerying, Service {
    private let pool: Pool

    /// Connects to nothing yet: that begins with ``run()`` or the first statement.
    /// - Parameter logger: hears when the server is lost and back, of lost leadership and of applied migrations.
    public init(_ configuration: PostgresConfiguration, logger: Logger) {
        pool = Pool(configuration, logger: logger)
    }

    /// Keeps the minimum of connections open, and reopens them, until graceful shutdown or cancellation. Never fails
    /// because the server is away. Connections are also opened on demand when this is not running.
    public func run() async throws {
        await pool.keep()
        // Both ends of the wait, shutdown and cancellation, mean the same here.
        try? await gracefulShutdown()
        await pool.shutDown()
    }

    /// Closes idle connections and refuses new leases, for programs that do not use ``run()``.
    public func shutDown() async { await pool.shutDown() }

    /// How the pool is, without waiting.
    public var status: PostgresPoolStatus {
        let limit = pool.configuration.poolSize
        return pool.front.withLock { front in
            PostgresPoolStatus(
                open: front.open,
                idle: front.idle.count,
                leased: front.leased,
                waiting: front.waiting,
                limit: limit,
                lastError: front.lastError,
                lastSuccess: front.lastSuccess
            )
        }
    }

    /// How the client was set up.
    public var configuration: PostgresConfiguration { pool.configuration }

    var logger: Logger { pool.logger }

    /// Runs the statements on any connection, as one transaction of their own. Repeats them once when a prepared
    /// statement turned out stale, which changed nothing.
    /// - Throws: the server's refusal of a statement; ``PostgresError/Code/acquireTimeout`` or
    ///   ``PostgresError/Code/shutDown`` without a connection; with ``PostgresError/outcomeUnknown`` when it was lost.
    public func pipeline(
        _ statements: [SQL],
        file: String,
        line: Int
    ) async throws(PostgresError) -> [PostgresRows] {
        var isFirst = true
        while true {
            let connection = try await lease(file, line)
            do {
                let rows = try await connection.pipeline(statements, file: file, line: line)
                connection.release()
                return rows
            } catch {
                connection.release()
                // Found stale before anything ran; the next attempt prepares it anew.
                guard error.isStalePlan, isFirst else { throw error }
                isFirst = false
            }
        }
    }

    /// Lends a connection to `body`. It returns to the pool if it is idle then, and is closed otherwise.
    /// - Throws: what `body` throws; ``PostgresError/Code/acquireTimeout`` with the reason when there is none in time.
    @discardableResult
    public func withConnection<R>(
        file: String = #fileID,
        line: Int = #line,
        _ body: (PostgresConnection) async throws -> R
    ) async throws -> R {
        let connection = try await lease(file, line)
        defer { connection.release() }
        return try await body(connection)
    }

    func lease(_ file: String, _ line: Int) async throws(PostgresError) -> PostgresConnection {
        let (idle, isShutDown) = pool.front.withLock { front in
            (front.isShutDown || front.waiting > 0 ? nil : front.take(), front.isShutDown)
        }
        if let idle { return PostgresConnection(pool: pool, session: idle) }
        if isShutDown {
            throw PostgresError(.shutDown, "the database client was shut down", file: file, line: line)
        }
        let (pool, id) = (pool, pool.nextID())
        let deadline = ContinuousClock.now + pool.configuration.acquireTimeout
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = Waiter(id: id, deadline: deadline, grant: Grant(continuation: continuation))
                pool.submit { $0.wait(waiter) }
                if Task.isCancelled { pool.submit { $0.cancelWaiter(id) } }
            }
        } onCancel: {
            pool.submit { $0.cancelWaiter(id) }
        }
        switch result {
        case .success(let session): return PostgresConnection(pool: pool, session: session)
        case .failure(let error): throw error.at(file, line)
        }
    }
}
