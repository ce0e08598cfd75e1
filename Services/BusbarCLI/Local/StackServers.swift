internal import LocalStack

/// The broker and the database of the stack.
struct StackServers: Sendable {
    let broker: RabbitMQServer
    let database: PostgreSQLServer

    static let vhost = "busbar"
    static let databaseName = "busbar"

    /// Starts both at the same time and makes the vhost and the database.
    static func start(_ layout: StackLayout, _ secrets: StackSecrets, keepData: Bool) async throws -> StackServers {
        if !keepData { await LocalFile.remove(layout.servers) }
        try LocalFile.makeDirectory(layout.servers)
        async let starting = startBroker(layout, secrets)
        let database: PostgreSQLServer
        do {
            database = try await startDatabase(layout, secrets)
        } catch {
            await (try? starting)?.stop()
            throw error
        }
        do {
            return StackServers(broker: try await starting, database: database)
        } catch {
            await database.stop()
            throw error
        }
    }

    private static func startBroker(_ layout: StackLayout, _ secrets: StackSecrets) async throws -> RabbitMQServer {
        let settings = RabbitMQSettings(preferredPort: HouseService.brokerPort, password: secrets.broker)
        let broker = try await RabbitMQServer.start(directory: .lasting(layout.servers), settings: settings)
        do {
            try await broker.controlled().makeVhost(vhost, for: broker.user)
            return broker
        } catch {
            await broker.stop()
            throw error
        }
    }

    private static func startDatabase(
        _ layout: StackLayout,
        _ secrets: StackSecrets
    ) async throws -> PostgreSQLServer {
        let settings = PostgreSQLSettings(preferredPort: HouseService.databasePort, password: secrets.database)
        let database = try await PostgreSQLServer.start(directory: .lasting(layout.servers), settings: settings)
        do {
            try await database.makeDatabase(databaseName)
            return database
        } catch {
            await database.stop()
            throw error
        }
    }

    func stop() async {
        async let first: Void = broker.stop()
        async let second: Void = database.stop()
        _ = await (first, second)
    }
}
