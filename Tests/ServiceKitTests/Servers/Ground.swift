import LocalStack
import Logging
import Messaging
import Models
import Storage
import Synchronization
import Telemetry
import TestSupport

@testable import ServiceKit

/// A broker's vhost and a migrated database, and services that run on them.
struct Ground: Sendable {
    static let schema = ServiceSchema(
        MigrationSet(
            schema: "kit",
            migrations: [
                .messageTables(schema: "kit"),
                Migration(
                    name: "0001_effects",
                    sql: "CREATE TABLE kit.effect (number bigint NOT NULL, body text NOT NULL)"
                ),
            ]
        )
    )

    /// `kit.work` hears what tests send; `kit.heard` hears what services publish.
    static let topology = Topology.work("kit.work").merging(.events("kit.heard", ["kit.#"]))

    var environment: [String: String]

    init(vhost: TestVhost, database: TestDatabase) {
        self.init(
            broker: "\(vhost.host):\(vhost.port)",
            user: vhost.user,
            password: vhost.password,
            vhost: vhost.name,
            database: "\(database.host):\(database.port)",
            role: database.user,
            secret: database.password,
            name: database.name
        )
    }

    init(
        broker: String,
        user: String,
        password: String,
        vhost: String,
        database: String,
        role: String,
        secret: String,
        name: String
    ) {
        environment = [
            "BUSBAR_ENVIRONMENT": "local", "BUSBAR_BROKER_HOSTS": broker, "BUSBAR_BROKER_USER": user,
            "BUSBAR_BROKER_PASSWORD": password, "BUSBAR_BROKER_VHOST": vhost, "BUSBAR_DATABASE_HOSTS": database,
            "BUSBAR_DATABASE_USER": role, "BUSBAR_DATABASE_PASSWORD": secret, "BUSBAR_DATABASE_NAME": name,
            "BUSBAR_ADMIN_HOST": "127.0.0.1", "BUSBAR_DATABASE_TLS": "disable",
        ]
    }

    /// A service that is put together but does not run yet.
    func host(_ more: [String: String] = [:], _ setUp: (ServiceHost) -> Void = { _ in }) throws -> ServiceHost {
        let configuration = try ServiceConfiguration(service: "kit", environment: environment.merging(more) { $1 })
        var logger = Logger(label: "kit") { label in
            BusbarLogHandler(label: label, level: .debug, format: .text, output: .standardError)
        }
        logger.logLevel = environment["KIT_LOG"] == nil ? .critical : .debug
        let host = try ServiceHost(
            "kit",
            schema: Self.schema,
            configuration: configuration,
            topology: Self.topology,
            metrics: PrometheusFactory(),
            logger: logger
        )
        setUp(host)
        return host
    }

    /// Runs a service while `body` runs, then stops it as SIGTERM does.
    func running<R: Sendable>(
        _ more: [String: String] = [:],
        _ setUp: @Sendable (ServiceHost) -> Void,
        while body: @Sendable (ServiceHost) async throws -> R
    ) async throws -> R {
        let host = try host(more, setUp)
        async let code = host.runToExit(signals: false)
        do {
            let result = try await body(host)
            await host.stop()
            let ended = await code
            guard ended == .ok else { throw Unexpected("the service ended with \(ended)") }
            return result
        } catch {
            await host.stop()
            _ = await code
            throw error
        }
    }

    /// The rows of the tests' handlers, asked without a service.
    func effects() async throws -> [Int64] {
        let configuration = try ServiceConfiguration(service: "kit", environment: environment)
        let client = PostgresClient(try configuration.postgres(applicationName: "test"), logger: .silent)
        let numbers = try await client.query("SELECT number FROM kit.effect ORDER BY number", as: Int64.self)
        await client.shutDown()
        return numbers
    }

    func migrate() async throws {
        let configuration = try ServiceConfiguration(service: "kit", environment: environment)
        let client = PostgresClient(try configuration.postgres(applicationName: "test"), logger: .silent)
        try await Migrator(client).apply(Self.schema.migrations)
        await client.shutDown()
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// Runs a test on servers that the tests of this process share.
func withGround<R: Sendable>(_ body: @Sendable (Ground) async throws -> R) async throws -> R {
    try await withBroker { vhost in
        try await withDatabase { database in
            let ground = Ground(vhost: vhost, database: database)
            try await ground.migrate()
            return try await body(ground)
        }
    }
}

/// Runs a test with a broker, and no database.
func withBrokerOnly<R: Sendable>(_ body: @Sendable (Ground) async throws -> R) async throws -> R {
    try await withBroker { vhost in
        try await body(
            Ground(
                broker: "\(vhost.host):\(vhost.port)",
                user: vhost.user,
                password: vhost.password,
                vhost: vhost.name,
                database: "127.0.0.1:1",
                role: "nobody",
                secret: "nothing-much",
                name: "none"
            )
        )
    }
}

/// Runs a test on a broker and a database server of its own, which it may kill.
func withOwnGround<R: Sendable>(
    _ body: @Sendable (Ground, RabbitMQServer, PostgreSQLServer) async throws -> R
) async throws -> R {
    try await withOwnBroker { broker in
        try await withOwnDatabaseServer { server in
            try await server.makeDatabase("kit")
            let ground = Ground(
                broker: "\(broker.host):\(broker.port)",
                user: broker.user,
                password: broker.password,
                vhost: "/",
                database: "\(server.socketDirectory):\(server.port)",
                role: server.superuser,
                secret: server.password,
                name: "kit"
            )
            try await ground.migrate()
            return try await body(ground, broker, server)
        }
    }
}

/// Waits until something is so.
func eventually(
    within limit: Duration = .seconds(15),
    _ what: String,
    _ isSo: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .patient(limit)
    while try await !isSo() {
        guard ContinuousClock.now < deadline else { throw Unexpected("not within \(limit): \(what)") }
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// What a test's handlers saw.
final class Seen<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    init() {}
    var all: [Value] { values.withLock { $0 } }
    func add(_ value: Value) { values.withLock { $0.append(value) } }
}

/// A message of the tests.
struct Done: Message, Hashable {
    static let name = MessageName.event("kit.done")
    var number: Int
}

extension Ground {
    /// The message with a number for `kit.work`, as the house would send it.
    static func work(_ number: Int, id: String? = nil) -> OutgoingMessage {
        OutgoingMessage(
            exchange: "",
            routingKey: "kit.work",
            body: Array(#"{"number":\#(number)}"#.utf8),
            properties: MessageProperties(messageID: id ?? "m\(number)", type: "kit.done.v1")
        )
    }

    /// Handles `kit.work` in the way services do: one row and one event a message.
    static func effects(_ deliveries: [Delivery], _ work: UnitOfWork) async throws -> BatchResult {
        let messages = try deliveries.map { try work.decode(Done.self, from: $0) }
        let numbers = messages.map { Int64($0.number) }
        let bodies = messages.map { "number \($0.number)" }
        for (message, delivery) in zip(messages, deliveries) { try work.publish(message, causedBy: delivery) }
        work.finish(with: [
            "INSERT INTO kit.effect (number, body) SELECT * FROM unnest(\(numbers)::bigint[], \(bodies)::text[])"
        ])
        return .done
    }
}

extension ServiceHost {
    /// Collects the events the service publishes, by their numbers.
    func hear(into seen: Seen<Int>) {
        consume("kit.heard") { deliveries, work in
            for delivery in deliveries { seen.add(try work.decode(Done.self, from: delivery).number) }
            return .done
        }
    }

    func effects() async throws -> [Int64] {
        try await postgres.query("SELECT number FROM kit.effect ORDER BY number", as: Int64.self)
    }

    func unpublished() async throws -> Int { try await outbox.outbox.backlog(in: postgres).count }
}
