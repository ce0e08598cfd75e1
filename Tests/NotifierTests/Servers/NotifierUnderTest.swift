import Foundation
import LocalStack
import Logging
import Messaging
import Models
import Planning
import Schemas
import Storage
import Telemetry
import TestSupport
import Testing
import Webhooks

@testable import Notifier
@testable import ServiceKit

/// Replicas of the notifier on a broker's vhost and a migrated database of their own.
struct NotifierUnderTest: Sendable {
    let environment: [String: String]
    let database: PostgresClient
    let box: SecretBox

    static func with(_ body: @Sendable (NotifierUnderTest) async throws -> Void) async throws {
        try await withBroker { vhost in
            try await withDatabase { database in
                let key = SecretBox.generateKey()
                let environment = [
                    "BUSBAR_ENVIRONMENT": "local", "BUSBAR_BROKER_HOSTS": "\(vhost.host):\(vhost.port)",
                    "BUSBAR_BROKER_USER": vhost.user, "BUSBAR_BROKER_PASSWORD": vhost.password,
                    "BUSBAR_BROKER_VHOST": vhost.name, "BUSBAR_DATABASE_HOSTS": "\(database.host):\(database.port)",
                    "BUSBAR_DATABASE_USER": database.user, "BUSBAR_DATABASE_PASSWORD": database.password,
                    "BUSBAR_DATABASE_NAME": database.name, "BUSBAR_DATABASE_TLS": "disable",
                    "BUSBAR_ADMIN_HOST": "127.0.0.1", "BUSBAR_NOTIFIER_SECRETS_KEY": key,
                    "BUSBAR_NOTIFIER_ALLOWED_NETWORKS": "127.0.0.1/32",
                ]
                let configuration = try ServiceConfiguration(
                    service: "notifier",
                    keys: NotifierConfiguration.keys,
                    environment: environment
                )
                let client = PostgresClient(
                    try configuration.postgres(applicationName: "test"),
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
                do {
                    try await Migrator(client).apply([HouseSchemas.registry, HouseSchemas.notifier])
                    try await body(
                        NotifierUnderTest(environment: environment, database: client, box: try SecretBox(keys: key))
                    )
                    await client.shutDown()
                } catch {
                    await client.shutDown()
                    throw error
                }
            }
        }
    }

    /// Runs a replica while `body` runs, then stops it as SIGTERM does.
    func running<R: Sendable>(
        _ more: [String: String] = [:],
        while body: @Sendable (ServiceHost) async throws -> R
    ) async throws -> R {
        let metrics = PrometheusFactory()
        let host = try ServiceHost(
            "notifier",
            schema: ServiceSchema(HouseSchemas.notifier),
            configuration: try ServiceConfiguration(
                service: "notifier",
                keys: NotifierConfiguration.keys,
                environment: environment.merging(more) { $1 }
            ),
            topology: .events(Notifier.queue, EventIntake.patterns),
            metrics: metrics,
            logger: Logger(label: "notifier") { label in
                BusbarLogHandler(
                    label: label,
                    level: Logger.Level(rawValue: Launch.variable("NOTIFIER_LOG") ?? "critical") ?? .critical,
                    format: .text,
                    output: .standardError
                )
            }
        )
        try Notifier(host, try NotifierConfiguration(host.configuration)).work()
        async let code = host.runToExit(signals: false)
        do {
            try await eventually("the replica is ready") {
                let own = metrics.exposition().contains("busbar_shards{shards=\"deliveries\"} ")
                return own && !metrics.exposition().contains("busbar_shards{shards=\"deliveries\"} 0")
            }
            let result = try await body(host)
            await host.stop()
            #expect(await code == .ok)
            return result
        } catch {
            await host.stop()
            _ = await code
            throw error
        }
    }

    /// Registers an endpoint, as `busbar endpoints add` does.
    @discardableResult
    func add(
        _ name: String,
        partner: String? = nil,
        channel: NotificationChannel = .webhook,
        events: [String] = ["#"],
        inFlight: Int = 4,
        ratePerMinute: Int = 60_000,
        _ secrets: EndpointSecrets
    ) async throws -> UUIDv7 {
        let now = SystemClock().now()
        let id = UUIDv7(at: now)
        let rule = RoutingRule(events: events.compactMap(EventPattern.init))
        if let partner {
            try await database.execute(
                "INSERT INTO registry.partner (partner_id, display_name, created_at) VALUES (\(partner), \(partner), \(now)) ON CONFLICT DO NOTHING"
            )
        }
        try await database.execute(
            """
            SELECT notifier.add_endpoint(\(now), 'test', \(id), \(name), \(partner), \(channel.rawValue), 'test',
                \(try secrets.sealed(with: box, for: id)), 'en', \(try PostgresJSON(encoding: [rule])),
                \(Int32(ratePerMinute)), \(Int32(inFlight)))
            """
        )
        return id
    }

    /// What became of each delivery: endpoint, event, outcome, attempts.
    struct Ended: Sendable, Hashable {
        var endpoint: String
        var event: String
        var outcome: String
        var attempts: Int
    }

    func ended() async throws -> [Ended] {
        try await database.query(
            """
            SELECT e.name, f.event_id, f.outcome, f.attempts FROM notifier.finished f JOIN notifier.endpoint e USING (endpoint_id)
             ORDER BY f.finished_at, f.delivery_id
            """,
            as: (String, String, String, Int32).self
        ).map { Ended(endpoint: $0.0, event: $0.1, outcome: $0.2, attempts: Int($0.3)) }
    }

    /// Of all attempts in their order: outcome, status, and what is said of it.
    func attempts() async throws -> [(outcome: String, status: Int?, detail: String?)] {
        try await database.query(
            "SELECT outcome, status, detail FROM notifier.attempt ORDER BY started_at, number",
            as: (String, Int32?, String?).self
        ).map { ($0.0, $0.1.map(Int.init), $0.2) }
    }

    func pending() async throws -> Int { try await count("SELECT count(*) FROM notifier.pending") }

    /// The number that a query answers.
    func count(_ query: SQL) async throws -> Int {
        let count = try await database.queryOne(query, as: Int64.self)
        return count.map(Int.init) ?? 0
    }

    /// The text that a query answers.
    func text(_ query: SQL) async throws -> String? { try await database.queryOne(query, as: String.self) }

    /// What is to be tried again later is due now.
    func makeDue() async throws { try await database.execute("UPDATE notifier.pending SET due_at = created_at") }
}

extension ServiceHost {
    /// Publishes an event as other services do: with a message id of its own.
    @discardableResult
    func tell(_ event: some Message, type: String? = nil, body: [UInt8]? = nil) async throws -> String {
        var message = try codec.outgoing(event)
        if let body { message.body = body }
        message.properties.userID = configuration.text(.brokerUser)
        try await messaging.publish([message], timeout: .seconds(30))
        return message.properties.messageID ?? ""
    }
}

struct NotYet: Error, CustomStringConvertible {
    let description: String
}

/// Waits until something is so.
func eventually(
    within limit: Duration = .seconds(30),
    _ what: String,
    _ isSo: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .patient(limit)
    while try await !isSo() {
        guard ContinuousClock.now < deadline else { throw NotYet(description: "not within \(limit): \(what)") }
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// An event of a withdrawal.
func accepted(_ number: Int, of partner: String = "p1") throws -> WithdrawalAccepted {
    WithdrawalAccepted(
        withdrawalID: try #require(WithdrawalID("w-\(number)")),
        partnerID: try #require(PartnerID(partner)),
        sequence: 1,
        userID: "user-7"
    )
}

/// An alert of the house or a partner.
func raised(_ severity: AlertSeverity = .warning, of partner: String? = nil) -> AlertRaised {
    let now = SystemClock().now()
    return AlertRaised(
        Alert(
            alertID: UUIDv7(at: now),
            sequence: 1,
            kind: .test,
            severity: severity,
            partnerID: partner.flatMap { PartnerID($0) },
            subject: "house-1",
            summary: "Pool house-1 has little energy left.",
            raisedAt: now
        )
    )
}
