internal import Logging
internal import Messaging
internal import ServiceKit
internal import ServiceLifecycle
internal import Storage
internal import Telemetry

extension Operations {
    /// The name that servers show for the connections of this program.
    static let connectionName = "busbar-cli"

    /// Lends a database client to `body` and shuts it down afterwards.
    /// - Throws: ``OperationError`` when the database cannot be reached; what `body` throws.
    static func withPostgres<R: Sendable>(
        _ variables: [String: String],
        _ body: (PostgresClient) async throws -> R
    ) async throws -> R {
        // The broker's password is of no interest here, and need not be set for it.
        let placeholder = ["BUSBAR_BROKER_PASSWORD": "not used", "BUSBAR_BROKER_PASSWORD_FILE": ""]
        let configuration = try ServiceConfiguration(
            service: "busbar",
            environment: variables.merging(placeholder) { $1 }
        )
        let postgres = try configuration.postgres(applicationName: connectionName)
        let client = PostgresClient(postgres, logger: logger(configuration))
        do {
            let result = try await body(client)
            await client.shutDown()
            return result
        } catch {
            await client.shutDown()
            throw OperationError.explaining(error, database: postgres)
        }
    }

    /// Lends a running broker client to `body`; afterwards drains it and closes its connections.
    /// - Parameters:
    ///   - user: whom to be instead of the configured user.
    ///   - password: of that user.
    ///   - topology: declared when it connects.
    /// - Throws: ``OperationError`` when the broker cannot be reached or refuses the user; what `body` throws.
    static func withMessaging<R: Sendable>(
        variables: [String: String],
        user: String? = nil,
        password: String? = nil,
        topology: Topology = .house,
        _ body: (MessagingClient) async throws -> R
    ) async throws -> R {
        let (messaging, logger) = try broker(variables, user: user, password: password)
        do {
            // A client waits for its broker for ever: find out first whether there is one that takes us.
            try await BrokerSession.with(messaging) { try await $0.connect() }
            let client = MessagingClient(messaging, topology: topology, logger: logger)
            let group = ServiceGroup(configuration: .init(services: [.init(service: client)], logger: logger))
            return try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                do {
                    let result = try await body(client)
                    await group.triggerGracefulShutdown()
                    try await tasks.waitForAll()
                    return result
                } catch {
                    await group.triggerGracefulShutdown()
                    throw error
                }
            }
        } catch {
            throw OperationError.explaining(error, broker: messaging)
        }
    }

    /// Lends a session for single requests to the broker to `body`, and closes it afterwards.
    /// - Throws: as ``withMessaging(variables:user:password:topology:_:)``.
    static func withBroker<R: Sendable>(
        variables: [String: String],
        _ body: (BrokerSession) async throws -> R
    ) async throws -> R {
        let (messaging, _) = try broker(variables, user: nil, password: nil)
        do {
            return try await BrokerSession.with(messaging) { session in
                try await session.connect()
                return try await body(session)
            }
        } catch {
            throw OperationError.explaining(error, broker: messaging)
        }
    }

    private static func broker(
        _ variables: [String: String],
        user: String?,
        password: String?
    ) throws -> (MessagingConfiguration, Logger) {
        var all = variables
        if let user { all["BUSBAR_BROKER_USER"] = user }
        if let password {
            all["BUSBAR_BROKER_PASSWORD"] = password
            all["BUSBAR_BROKER_PASSWORD_FILE"] = nil
        }
        let configuration = try ServiceConfiguration(service: "busbar", environment: all)
        return (try configuration.messaging(connectionName: connectionName), logger(configuration))
    }

    /// Warnings go to standard error: the standard output is the command's answer.
    private static func logger(_ configuration: ServiceConfiguration) -> Logger {
        let redaction = Redaction(secrets: configuration.secrets)
        return Logger(label: "busbar") { label in
            BusbarLogHandler(
                label: label,
                level: .error,
                format: .text,
                output: .standardError,
                redaction: redaction
            )
        }
    }
}
