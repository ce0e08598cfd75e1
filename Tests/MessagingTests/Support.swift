import Foundation
import LocalStack
import Logging
import Messaging
import Synchronization
import TestSupport
import Testing

extension MessagingConfiguration {
    static func testing(_ vhost: TestVhost, name: String = #function) -> MessagingConfiguration {
        MessagingConfiguration(
            hosts: [Host(vhost.host, port: vhost.port)],
            vhost: vhost.name,
            user: vhost.user,
            password: vhost.password,
            connectionName: name
        )
    }

    static func testing(_ server: RabbitMQServer, name: String = #function) -> MessagingConfiguration {
        var configuration = MessagingConfiguration(
            hosts: [Host(server.host, port: server.port)],
            vhost: "/",
            user: server.user,
            password: server.password,
            connectionName: name
        )
        configuration.heartbeat = .seconds(2)
        return configuration
    }
}

/// Counts what the client reports.
final class EventCounter: Sendable {
    struct Counts: Sendable {
        var published = 0
        var confirmed = 0
        var returned = 0
        var refused = 0
        var delivered = 0
        var acknowledged = 0
        var handedBack = 0
        var connected = 0
        var disconnected = 0
        var consumersLost = 0
        var blocked = 0
        var blockedFor = Duration.zero
    }

    private let state = Mutex(Counts())
    var counts: Counts { state.withLock { $0 } }

    func take(_ event: MessagingEvent) {
        state.withLock { counts in
            switch event {
            case .connected: counts.connected += 1
            case .disconnected: counts.disconnected += 1
            case .published(let count): counts.published += count
            case .confirmed(let count): counts.confirmed += count
            case .returned(let count): counts.returned += count
            case .refused(let count): counts.refused += count
            case .blocked: counts.blocked += 1
            case .unblocked(let time): counts.blockedFor += time
            case .delivered(_, let count): counts.delivered += count
            case .acknowledged(_, let count): counts.acknowledged += count
            case .handedBack(_, let count): counts.handedBack += count
            case .consumerLost: counts.consumersLost += 1
            }
        }
    }
}

/// Runs `body` with a running client, and stops it afterwards by cancellation.
func withClient<R: Sendable>(
    _ configuration: MessagingConfiguration,
    topology: Topology = Topology(),
    events: EventCounter = EventCounter(),
    _ body: (MessagingClient) async throws -> R
) async throws -> R {
    var logger = Logger(label: "messaging-tests")
    logger.logLevel = ProcessInfo.processInfo.environment["BUSBAR_TEST_LOG"] == nil ? .critical : .debug
    let client = MessagingClient(configuration, topology: topology, logger: logger) { events.take($0) }
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        let result: R
        do { result = try await body(client) } catch {
            group.cancelAll()
            throw error
        }
        group.cancelAll()
        try await group.waitForAll()
        return result
    }
}

/// A queue whose leader has not started yet refuses messages, and they are sent again behind those that it takes then.
func untilTaken(by queues: [String], _ client: MessagingClient, _ vhost: TestVhost) async throws {
    try await eventually("the queues have leaders") {
        try await client.publish(queues.map { message($0, "first of all") }).allSatisfy(\.isConfirmed)
    }
    try await BrokerSession.with(.testing(vhost)) { session in
        for queue in queues { try await session.purge(queue) }
    }
}

/// Runs `body` against a client on a shared broker, with these quorum queues.
func withQueues<R: Sendable>(
    _ queues: [String],
    _ body: (MessagingClient, TestVhost) async throws -> R
) async throws -> R {
    try await withBroker { vhost in
        let topology = Topology(queues: queues.map { .init($0) })
        return try await withClient(.testing(vhost), topology: topology) { client in
            try await untilTaken(by: queues, client, vhost)
            return try await body(client, vhost)
        }
    }
}

/// Waits until the condition holds; fails the test after `limit`.
func eventually(
    within limit: Duration = .seconds(15),
    _ what: Comment,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .patient(limit)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("not within \(limit): \(what)", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}

func message(_ queue: String, _ text: String, id: String? = nil) -> OutgoingMessage {
    OutgoingMessage(
        exchange: "",
        routingKey: queue,
        body: Array(text.utf8),
        properties: MessageProperties(messageID: id, contentType: "text/plain")
    )
}

extension Delivery {
    var text: String { String(decoding: body, as: UTF8.self) }
}
