public import LocalStack

/// A database of its own on a cluster that the tests of this process share.
public struct TestDatabase: Sendable {
    /// The folder of the server's Unix socket, or a host name.
    public let host: String
    /// The server's TCP port, which is also part of its Unix socket's name.
    public let port: Int
    /// A superuser.
    public let user: String
    /// The password of ``user``.
    public let password: String
    /// The database's name.
    public let name: String

    /// Runs statements through `psql`, each in a transaction of its own.
    /// - Returns: the rows, one a line, columns separated by `|`.
    @discardableResult
    public func sql(_ statements: String...) async throws -> String {
        try await PostgreSQLAccess(host: host, port: port, user: user, password: password, database: name)
            .sql(statements)
    }
}

/// Runs a test with an empty database of its own on a cluster that the tests of this process share.
///
/// The cluster starts at the first call and ends with the process; the database is dropped after `body`, whoever is
/// still connected. Roles belong to the whole cluster: give those a test makes unique names, or use
/// ``withOwnDatabaseServer(settings:_:)``.
public func withDatabase<Result: Sendable>(
    _ body: (TestDatabase) async throws -> Result
) async throws -> Result {
    let cluster = try await sharedCluster.get()
    let name = uniqueName("test")
    try await cluster.sql(["CREATE DATABASE \(name)"])
    let database = TestDatabase(
        host: cluster.host,
        port: cluster.port,
        user: cluster.user,
        password: cluster.password,
        name: name
    )
    // The cluster goes with the process: what cannot be dropped harms nobody.
    do {
        let result = try await body(database)
        _ = try? await cluster.sql(["DROP DATABASE IF EXISTS \(name) WITH (FORCE)"])
        return result
    } catch {
        _ = try? await cluster.sql(["DROP DATABASE IF EXISTS \(name) WITH (FORCE)"])
        throw error
    }
}

/// Runs a test with a database server of its own, which it may kill, freeze and restart.
public func withOwnDatabaseServer<Result: Sendable>(
    settings: PostgreSQLSettings = PostgreSQLSettings(),
    _ body: (PostgreSQLServer) async throws -> Result
) async throws -> Result {
    try await databaseBerths.occupy {
        let server = try await PostgreSQLServer.start(settings: settings)
        do {
            let result = try await body(server)
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }
}

/// From the environment when it names one (`BUSBAR_TEST_DATABASE`), else a private one.
private let sharedCluster = Once<PostgreSQLAccess> {
    if let url = Launch.variable("BUSBAR_TEST_DATABASE") {
        guard let address = ServerAddress(url: url) else {
            throw TestSupportError("BUSBAR_TEST_DATABASE must read postgres://user:password@host:port")
        }
        return PostgreSQLAccess(
            host: address.host,
            port: address.port,
            user: address.user,
            password: address.password,
            database: "postgres"
        )
    }
    let server = try await PostgreSQLServer.start(settings: PostgreSQLSettings(maxConnections: 200))
    return PostgreSQLAccess(
        host: server.socketDirectory,
        port: server.port,
        user: server.superuser,
        password: server.password,
        database: "postgres"
    )
}

private let databaseBerths = Berths(3)
