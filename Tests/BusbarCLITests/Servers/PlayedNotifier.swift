internal import Models
internal import Planning
internal import TestSupport
internal import Testing
internal import Webhooks

@testable import BusbarCLI

extension House {
    /// From now on every session has the rights of the registry's role alone, and nothing of a superuser's.
    func actAsRegistry() async throws {
        try await database.sql(
            "ALTER ROLE \"\(database.user)\" IN DATABASE \"\(database.name)\" SET role = 'registry'"
        )
    }

    /// Runs statements with all rights.
    @discardableResult
    func sqlOfOwner(_ statement: String) async throws -> String {
        try await database.sql("SET ROLE NONE", statement)
    }

    /// Registers a webhook for tests.
    @discardableResult
    func addWebhook(
        _ name: String,
        _ box: SecretBox,
        partner: PartnerID? = nil,
        events: String = "#"
    ) async throws -> WebhookSecret {
        let secret = WebhookSecret.generate()
        let url = try TargetURL("https://hooks.example.com/\(name)?token=hidden", policy: AddressPolicy())
        let rules = [RoutingRule(events: try EndpointParsing.events(events))]
        _ = try await operations.withEndpoints { store, _ in
            try await store.add(
                EndpointStore.NewEndpoint(
                    name: name,
                    partner: partner,
                    destination: .webhook(
                        url,
                        secret: secret,
                        headers: [OwnHeader(name: "Authorization", value: "Bearer hidden")],
                        isShown: true
                    ),
                    rules: rules
                ),
                sealingWith: box
            )
        }
        return secret
    }

    /// What the notifier stores: events with a delivery each, open or ended, and its attempts.
    /// - Parameters:
    ///   - names: of the events; their ids and, after `p42:`, their withdrawals.
    ///   - outcome: `pending`, or what became of it.
    ///   - ended: how many seconds ago; of those that are open, made.
    func play(
        _ names: [String],
        to endpoint: String,
        _ outcome: String,
        type: String = "withdrawal.ready",
        secondsAgo ended: Int = 60
    ) async throws {
        let list = names.map { "'\($0)'" }.joined(separator: ",")
        let isOpen = outcome == "pending"
        let time = "now() - interval '\(ended) s'"
        try await sqlOfOwner(
            """
            WITH e AS (SELECT endpoint_id, shard FROM notifier.endpoint WHERE name = '\(endpoint)'),
            v AS (INSERT INTO notifier.event (event_id, stored_at, type, wire_type, correlation_id, occurred_at, body)
                  SELECT n, \(time) - interval '1 s', '\(type)', '\(type).v1', 'p42:' || n, \(time), '{"of":"' || n || '"}'
                    FROM unnest(ARRAY[\(list)]) AS n RETURNING *),
            d AS (SELECT gen_random_uuid() AS id, v.event_id, v.stored_at, e.* FROM v CROSS JOIN e),
            a AS (INSERT INTO notifier.attempt (delivery_id, started_at, endpoint_id, number, latency_ms, outcome, status,
                                                address, detail, answer)
                  SELECT id, \(time), endpoint_id, 1, 12,
                         CASE WHEN '\(outcome)' = 'delivered' THEN 'delivered' ELSE 'status' END,
                         CASE WHEN '\(outcome)' = 'delivered' THEN 200 ELSE 500 END, '203.0.113.7', NULL,
                         E'it \\x1B[31mbroke' FROM d),
            p AS (INSERT INTO notifier.pending (delivery_id, endpoint_id, shard, event_id, event_stored_at, created_at,
                                                due_at, attempts, tries, origin)
                  SELECT id, endpoint_id, shard, event_id, stored_at, \(time), now() + interval '5 min', 1, 1, 'event'
                    FROM d WHERE \(isOpen))
            INSERT INTO notifier.finished (delivery_id, finished_at, endpoint_id, event_id, event_stored_at, created_at,
                                           attempts, outcome, reason)
            SELECT id, \(time), endpoint_id, event_id, stored_at, \(time), 1, '\(outcome)',
                   CASE WHEN '\(outcome)' <> 'delivered' THEN 'status 500' END
              FROM d WHERE NOT \(isOpen)
            """
        )
    }

    /// Of each event how many deliveries there are and where: `e1 finished`, …
    func places() async throws -> [String] {
        try await sqlOfOwner(
            """
            SELECT event_id || ' ' || place FROM (SELECT event_id, 'finished' AS place FROM notifier.finished
             UNION ALL SELECT event_id, 'open' FROM notifier.pending) AS d ORDER BY 1
            """
        ).split(separator: "\n").map(String.init)
    }
}
