internal import Models
internal import Storage

/// Figures of deliveries that only the notifier's books have.
enum DeliveryFigures {
    /// By endpoint: what was delivered, what was not, and how fast.
    static func of(endpoints: [String], in postgres: PostgresClient) async throws -> [DemoDeliveries.Figures] {
        // An event's time is told in whole seconds; the id of a message, a UUIDv7, begins with the milliseconds.
        try await postgres.query(
            """
            SELECT e.name, e.channel, count(*) FILTER (WHERE d.state = 'delivered'),
                   count(*) FILTER (WHERE d.state IN ('dead', 'cancelled')), count(*) FILTER (WHERE d.state = 'pending'),
                   percentile_disc(0.5) WITHIN GROUP (ORDER BY d.took) FILTER (WHERE d.state = 'delivered'),
                   percentile_disc(0.99) WITHIN GROUP (ORDER BY d.took) FILTER (WHERE d.state = 'delivered')
              FROM notifier.v1_endpoint AS e
              LEFT JOIN (SELECT endpoint_id, state, (extract(epoch FROM finished_at) * 1000)::bigint
                                - ('x' || left(event_id, 8) || substr(event_id, 10, 4))::bit(48)::bigint AS took
                           FROM notifier.v1_delivery WHERE event_id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7') AS d USING (endpoint_id)
             WHERE e.name = ANY(\(endpoints)::text[])
             GROUP BY e.name, e.channel ORDER BY e.channel DESC, e.name
            """,
            as: (String, String, Int64, Int64, Int64, Int64?, Int64?).self
        ).map {
            DemoDeliveries.Figures(
                endpoint: $0.0,
                channel: $0.1,
                delivered: $0.2,
                lost: $0.3,
                open: $0.4,
                medianMilliseconds: $0.5,
                slowMilliseconds: $0.6
            )
        }
    }

    /// What still waits to be delivered to these endpoints.
    static func open(at endpoints: [String], in postgres: PostgresClient) async throws -> Int64 {
        try await postgres.queryOne(
            "SELECT count(*) FROM notifier.v1_pending WHERE endpoint = ANY(\(endpoints)::text[])",
            as: Int64.self
        ) ?? 0
    }
}
