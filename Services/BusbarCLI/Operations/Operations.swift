internal import LocalStack
internal import Messaging
internal import Models
internal import ServiceKit
internal import Storage

/// What the operations commands work with: where the servers are, whose clock counts, and who acts.
struct Operations: Sendable {
    /// `BUSBAR_` variables, complete.
    let variables: [String: String]
    /// Domain time.
    let clock: any WallClock

    /// Who acts, for the audit log: the name of the system's user.
    let actor: String

    var codec: MessageCodec { MessageCodec(appID: "busbar-cli", clock: clock) }

    /// Finds the servers: by the `BUSBAR_` variables, or the local stack that runs here when they name none.
    /// - Throws: ``OperationError`` when neither is there, or the time cannot be read.
    static func find(_ layout: StackLayout) async throws -> Operations {
        try await Operations(try findVariables(layout))
    }

    /// The variables alone, for what needs no clock.
    static func findVariables(_ layout: StackLayout) throws -> [String: String] {
        let given = Launch.variables(prefix: "BUSBAR_")
        let own = ["BUSBAR_BROKER_", "BUSBAR_DATABASE_", "BUSBAR_CONFIG_FILE"]
        guard !given.keys.contains(where: { name in own.contains { name.hasPrefix($0) } }) else { return given }
        guard let stack = StackState.running(layout), !stack.variables.isEmpty else {
            throw OperationError(
                "no server is named by BUSBAR_ variables, and no local stack runs here",
                hint: "start one: busbar up; or set BUSBAR_DATABASE_HOSTS, BUSBAR_BROKER_HOSTS and their users"
            )
        }
        return stack.variables.merging(given) { $1 }
    }

    init(_ variables: [String: String]) async throws {
        self.variables = variables
        clock = try await OffsetClock.following(variables["BUSBAR_CLOCK_URL"])
        actor = Self.systemUser()
    }

    /// Lends a database client to `body`.
    func withPostgres<R: Sendable>(_ body: (PostgresClient) async throws -> R) async throws -> R {
        try await Self.withPostgres(variables, body)
    }

    /// Lends a running broker client to `body`.
    func withMessaging<R: Sendable>(
        topology: Topology = .house,
        _ body: (MessagingClient) async throws -> R
    ) async throws -> R {
        try await Self.withMessaging(variables: variables, topology: topology, body)
    }

    /// Lends a session for single requests to the broker to `body`.
    func withBroker<R: Sendable>(_ body: (BrokerSession) async throws -> R) async throws -> R {
        try await Self.withBroker(variables: variables, body)
    }
}
