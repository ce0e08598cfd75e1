internal import Models
internal import Storage

/// Ended deliveries that may be delivered again, and the audited function that does so.
enum ReplayStore {
    /// How many of an endpoint's deliveries a replay means, and how many it can have.
    struct Share: Codable, Sendable {
        var endpoint: String
        /// `active` or `disabled`.
        var state: String
        var deliveries: Int64
        /// Those whose event is no longer kept.
        var forgotten: Int64
        /// When the first and the last of them ended.
        var first: Timestamp
        var last: Timestamp

        /// How many can be delivered again now.
        var possible: Int64 { state == "active" ? deliveries - forgotten : 0 }
    }

    /// What a filter means, endpoint by endpoint.
    static func shares(_ filter: DeliveryFilter, in connection: some PostgresQuerying) async throws -> [Share] {
        try await connection.query(
            """
            SELECT d.endpoint, e.state, count(*), count(*) FILTER (WHERE NOT \(isKept)), min(d.finished_at),
                   max(d.finished_at)
              FROM notifier.v1_finished AS d JOIN notifier.v1_endpoint AS e USING (endpoint_id)
             \(DeliveryView.conditions(filter, time: "d.finished_at"))
             GROUP BY d.endpoint, e.state ORDER BY d.endpoint
            """,
            as: (String, String, Int64, Int64, Timestamp, Timestamp).self
        ).map {
            Share(endpoint: $0.0, state: $0.1, deliveries: $0.2, forgotten: $0.3, first: $0.4, last: $0.5)
        }
    }

    /// The first that fit and can be delivered again, with the moments they ended at.
    static func next(
        _ limit: Int,
        _ filter: DeliveryFilter,
        in connection: some PostgresQuerying
    ) async throws -> [(id: UUIDv7, at: Timestamp)] {
        try await connection.query(
            """
            SELECT d.delivery_id, d.finished_at
              FROM notifier.v1_finished AS d JOIN notifier.v1_endpoint AS e USING (endpoint_id)
             \(DeliveryView.conditions(filter, time: "d.finished_at")) AND e.state = 'active' AND \(isKept)
             ORDER BY d.finished_at, d.delivery_id LIMIT \(limit)
            """,
            as: (UUIDv7, Timestamp).self
        ).map { (id: $0.0, at: $0.1) }
    }

    /// Why each of these cannot be delivered again; those that can are not in it.
    static func obstacles(
        to deliveries: [UUIDv7],
        in connection: some PostgresQuerying
    ) async throws -> [UUIDv7: String] {
        let rows = try await connection.query(
            """
            SELECT d.delivery_id, CASE WHEN e.state <> 'active' THEN 'its endpoint is disabled'
                                       ELSE 'its event is no longer kept' END
              FROM notifier.v1_finished AS d JOIN notifier.v1_endpoint AS e USING (endpoint_id)
             WHERE d.delivery_id = ANY (\(deliveries)::uuid[]) AND (e.state <> 'active' OR NOT \(isKept))
            """,
            as: (UUIDv7, String).self
        )
        return Dictionary(rows.map { ($0.0, $0.1) }) { first, _ in first }
    }

    /// Delivers them again, in one transaction: each leaves what has ended and is open.
    /// - Returns: how many were there and could be.
    static func replay(
        _ deliveries: [UUIDv7],
        by operations: Operations,
        in connection: some PostgresQuerying
    ) async throws -> Int {
        let count = try await connection.queryOne(
            "SELECT notifier.replay(\(operations.clock.now()), \(operations.actor), \(deliveries)::uuid[])",
            as: Int32.self
        )
        return Int(count ?? 0)
    }

    private static let isKept: SQL = """
        EXISTS (SELECT FROM notifier.v1_event AS v WHERE v.stored_at = d.event_stored_at AND v.event_id = d.event_id)
        """
}
