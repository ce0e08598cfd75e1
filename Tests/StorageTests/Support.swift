internal import LocalStack
internal import Logging
internal import Storage
internal import Synchronization
internal import TestSupport

/// A client of the test's own database.
func makeClient(
    _ database: TestDatabase,
    _ change: (inout PostgresConfiguration) -> Void = { _ in }
) -> PostgresClient {
    makeClient(
        PostgresConfiguration(
            hosts: [.init(database.host, port: database.port)],
            database: database.name,
            user: database.user,
            password: database.password
        ),
        change
    )
}

/// A client of a server of the test's own.
func makeClient(
    _ server: PostgreSQLServer,
    host: String,
    _ change: (inout PostgresConfiguration) -> Void = { _ in }
) -> PostgresClient {
    makeClient(
        PostgresConfiguration(
            hosts: [.init(host, port: server.port)],
            database: "postgres",
            user: server.superuser,
            password: server.password
        ),
        change
    )
}

private func makeClient(
    _ configuration: PostgresConfiguration,
    _ change: (inout PostgresConfiguration) -> Void
) -> PostgresClient {
    var configuration = configuration
    configuration.applicationName = "storage-tests"
    change(&configuration)
    return PostgresClient(configuration, logger: Logger(label: "storage-tests") { _ in SwiftLogNoOpLogHandler() })
}

/// Runs a test with a database of its own and a client of it.
func withClient<R: Sendable>(
    poolSize: Int = 8,
    statementCacheSize: Int = 256,
    acquireTimeout: Duration = .seconds(60),
    statementTimeout: Duration = .seconds(60),
    _ body: (PostgresClient, TestDatabase) async throws -> R
) async throws -> R {
    try await withDatabase { database in
        let client = makeClient(database) { configuration in
            configuration.poolSize = poolSize
            configuration.statementCacheSize = statementCacheSize
            configuration.acquireTimeout = acquireTimeout
            configuration.statementTimeout = statementTimeout
            configuration.idleInTransactionTimeout = .seconds(60)
        }
        do {
            let result = try await body(client, database)
            await client.shutDown()
            return result
        } catch {
            await client.shutDown()
            throw error
        }
    }
}

/// A small generator with a seed, so that a failing case can be had again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Waits until something holds, at most a while.
/// - Returns: whether it came to hold.
func eventually(within limit: Duration, _ condition: () async throws -> Bool) async rethrows -> Bool {
    let end = ContinuousClock.now + .patient(limit)
    while ContinuousClock.now < end {
        if try await condition() { return true }
        // Tests watch from outside: there is no event to wait for. Cancellation is noticed by the condition.
        try? await Task.sleep(for: .milliseconds(20))
    }
    return try await condition()
}

/// The error a call throws, or `nil`.
func failure(of body: () async throws -> Void) async -> PostgresError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}

/// A number that tasks share.
final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .relaxed) }

    /// - Returns: the number before.
    @discardableResult
    func increment() -> Int { count.add(1, ordering: .relaxed).oldValue }
}
