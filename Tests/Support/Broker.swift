public import LocalStack

/// A vhost of its own on a broker that the tests of this process share.
public struct TestVhost: Sendable {
    /// Where the broker listens: loopback, unless `BUSBAR_TEST_BROKER` names another.
    public let host: String
    /// The port for AMQP without TLS.
    public let port: Int
    /// A user that may do everything in this vhost, and is the broker's administrator.
    public let user: String
    /// The password of ``user``.
    public let password: String
    /// The vhost's name.
    public let name: String
    let broker: SharedBroker

    /// Makes another user with rights in this vhost alone; gone with the vhost.
    /// - Returns: its password.
    public func addUser(
        _ name: String,
        configure: String = ".*",
        write: String = ".*",
        read: String = ".*"
    ) async throws -> String {
        let password = Secret.random()
        try await broker.control().addUser(name, password: password)
        broker.remember(user: name, of: self.name)
        try await broker.control().setPermissions(
            of: name,
            in: self.name,
            configure: configure,
            write: write,
            read: read
        )
        return password
    }

    /// Administers the shared broker; keep to this vhost.
    public func control() async throws -> RabbitMQControl { try await broker.control() }

    /// Runs `rabbitmqctl` against the shared broker; keep to this vhost (`["-p", vhost.name]`).
    @discardableResult
    public func ctl(_ arguments: [String]) async throws -> String { try await broker.ctl(arguments) }
}

/// Runs a test with a vhost of its own on a broker that the tests of this process share.
///
/// The broker starts at the first call and ends with the process; the vhost is removed after `body`. To test what
/// happens when the broker dies, use ``withOwnBroker(_:)``.
public func withBroker<Result: Sendable>(
    _ body: (TestVhost) async throws -> Result
) async throws -> Result {
    let broker = try await SharedBroker.shared.get()
    let vhost = TestVhost(
        host: broker.host,
        port: broker.port,
        user: broker.user,
        password: broker.password,
        name: uniqueName("test"),
        broker: broker
    )
    try await broker.control().addVhost(vhost.name, for: broker.user)
    do {
        let result = try await body(vhost)
        await broker.remove(vhost)
        return result
    } catch {
        await broker.remove(vhost)
        throw error
    }
}

/// Runs a test with a broker of its own, which it may kill, freeze and restart. Two at a time run in one process.
///
/// A start takes about six seconds of processor time; for all else use ``withBroker(_:)``.
public func withOwnBroker<Result: Sendable>(
    settings: RabbitMQSettings = RabbitMQSettings(),
    _ body: (RabbitMQServer) async throws -> Result
) async throws -> Result {
    try await brokerBerths.occupy {
        let server = try await RabbitMQServer.start(settings: settings)
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

private let brokerBerths = Berths(2)
