internal import LocalStack
internal import Synchronization

/// The broker that the tests of this process share.
final class SharedBroker: Sendable {
    static let shared = Once<SharedBroker> { try await SharedBroker.start() }

    let host: String
    let port: Int
    let user: String
    let password: String
    private let server: RabbitMQServer?
    private let access: RabbitMQAccess?
    private let users = Mutex<[String: [String]]>([:])
    private let openControl: Once<RabbitMQControl>

    private init(_ address: ServerAddress, server: RabbitMQServer?, access: RabbitMQAccess?) {
        host = address.host
        port = address.port
        user = address.user
        password = address.password
        self.server = server
        self.access = access
        openControl = Once {
            if let server { return try await server.controlled() }
            guard let access else { throw TestSupportError("the shared broker cannot be administered") }
            return try access.control()
        }
    }

    /// From the environment when it names one (`BUSBAR_TEST_BROKER`, with its directory in
    /// `BUSBAR_TEST_BROKER_DIRECTORY`), else a private one.
    private static func start() async throws -> SharedBroker {
        if let url = Launch.variable("BUSBAR_TEST_BROKER") {
            guard let address = ServerAddress(url: url), let directory = Launch.variable("BUSBAR_TEST_BROKER_DIRECTORY")
            else {
                throw TestSupportError(
                    "BUSBAR_TEST_BROKER must read amqp://user:password@host:port, "
                        + "and BUSBAR_TEST_BROKER_DIRECTORY name the directory of that private broker"
                )
            }
            return SharedBroker(address, server: nil, access: try RabbitMQAccess(directory: directory))
        }
        let server = try await RabbitMQServer.start()
        let address = ServerAddress(
            host: server.host,
            port: server.port,
            user: server.user,
            password: server.password
        )
        return SharedBroker(address, server: server, access: nil)
    }

    func control() async throws -> RabbitMQControl { try await openControl.get() }

    func ctl(_ arguments: [String]) async throws -> String {
        if let server { return try await server.ctl(arguments) }
        return try await access?.ctl(arguments) ?? ""
    }

    func remember(user: String, of vhost: String) {
        users.withLock { $0[vhost, default: []].append(user) }
    }

    func remove(_ vhost: TestVhost) async {
        let names = users.withLock { $0.removeValue(forKey: vhost.name) ?? [] }
        // The broker goes with the process: what cannot be removed harms nobody.
        guard let control = try? await control() else { return }
        try? await control.deleteVhost(vhost.name, as: user)
        for name in names { try? await control.deleteUser(name) }
    }
}
