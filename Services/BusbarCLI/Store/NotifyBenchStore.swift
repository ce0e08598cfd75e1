internal import Models
internal import Storage

/// What the benchmark of notifications registers, and what it reads of the notifier's books.
enum NotifyBenchStore {
    /// An endpoint to register.
    struct NewEndpoint: Sendable {
        var id: UUIDv7
        /// Its own, and its partner's.
        var name: String
        var target: String
        var sealed: [UInt8]
    }

    /// Registers partners and their webhook endpoints, one each, through the audited functions.
    static func register(
        _ endpoints: [NewEndpoint],
        rules: PostgresJSON,
        ratePerMinute: Int32,
        inFlight: Int32,
        at now: Timestamp,
        in postgres: PostgresClient
    ) async throws {
        let names = endpoints.map(\.name)
        try await postgres.execute(
            """
            SELECT registry.add_partner(\(now), 'bench', n.name, n.name, '{}'::text[])
              FROM unnest(\(names)::text[]) AS n(name)
            """
        )
        try await postgres.execute(
            """
            SELECT notifier.add_endpoint(\(now), 'bench', n.id, n.name, n.name, 'webhook', n.target, n.sealed, 'en',
                                         \(rules), \(ratePerMinute), \(inFlight))
              FROM unnest(\(endpoints.map(\.id))::uuid[], \(names)::text[], \(endpoints.map(\.target))::text[],
                          \(endpoints.map(\.sealed))::bytea[]) AS n(id, name, target, sealed)
            """
        )
    }

    /// What the books say of one endpoint.
    struct Books: Sendable {
        var name: String
        var isDisabled: Bool
        /// Events of which there is a delivery, in whatever state.
        var events: Int64
        /// Deliveries; as many as events.
        var deliveries: Int64
        var pending: Int64
        /// Of those, the ones that were tried.
        var tried: Int64
        var delivered: Int64
        var dead: Int64
        var cancelled: Int64
    }

    /// Deliveries by endpoint and state.
    static func books(in postgres: PostgresClient) async throws -> [Books] {
        let rows = try await postgres.query(
            """
            SELECT e.name, e.state = 'disabled', count(DISTINCT d.event_id), count(d.event_id),
                   count(*) FILTER (WHERE d.state = 'pending'),
                   count(*) FILTER (WHERE d.state = 'pending' AND d.attempts > 0),
                   count(*) FILTER (WHERE d.state = 'delivered'), count(*) FILTER (WHERE d.state = 'dead'),
                   count(*) FILTER (WHERE d.state = 'cancelled')
              FROM notifier.v1_endpoint AS e LEFT JOIN notifier.v1_delivery AS d USING (endpoint_id)
             GROUP BY e.endpoint_id, e.name, e.state
            """,
            as: (String, Bool, Int64, Int64, Int64, Int64, Int64, Int64, Int64).self
        )
        return rows.map {
            Books(
                name: $0.0,
                isDisabled: $0.1,
                events: $0.2,
                deliveries: $0.3,
                pending: $0.4,
                tried: $0.5,
                delivered: $0.6,
                dead: $0.7,
                cancelled: $0.8
            )
        }
    }

    /// How many deliveries of some endpoints have not ended.
    static func pending(of names: [String], in postgres: PostgresClient) async throws -> Int64 {
        try await postgres.queryOne(
            "SELECT count(*) FROM notifier.v1_pending WHERE endpoint = ANY (\(names)::text[])",
            as: Int64.self
        ) ?? 0
    }

    /// How many attempts of one endpoint ended in one way.
    struct Attempts: Sendable {
        var name: String
        var outcome: String
        var status: Int32?
        var count: Int64
    }

    /// Attempts by endpoint and outcome.
    static func attempts(in postgres: PostgresClient) async throws -> [Attempts] {
        let rows = try await postgres.query(
            """
            SELECT e.name, a.outcome, a.status, count(*)
              FROM notifier.v1_attempt AS a JOIN notifier.v1_endpoint AS e USING (endpoint_id)
             GROUP BY e.name, a.outcome, a.status
            """,
            as: (String, String, Int32?, Int64).self
        )
        return rows.map { Attempts(name: $0.0, outcome: $0.1, status: $0.2, count: $0.3) }
    }
}
