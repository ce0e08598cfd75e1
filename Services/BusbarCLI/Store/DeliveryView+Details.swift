internal import Models
internal import Storage

extension DeliveryView {
    /// One try of a delivery.
    struct Attempt: Codable, Sendable {
        var number: Int32
        var startedAt: Timestamp
        var latency: Int32
        /// `delivered`, or why not in one word.
        var outcome: String
        var status: Int32?
        /// The address that was connected to.
        var address: String?
        /// Why not, in words.
        var detail: String?
        /// The beginning of what the receiver answered.
        var answer: String?

        enum CodingKeys: String, CodingKey {
            case number, outcome, status, address, detail, answer
            case startedAt = "started_at"
            case latency = "latency_ms"
        }
    }

    /// What a delivery tells of.
    struct Event: Codable, Sendable {
        var id: String
        /// With version: `withdrawal.ready.v1`.
        var type: String
        var partner: String?
        var correlation: String?
        var severity: String?
        var occurredAt: Timestamp
        var storedAt: Timestamp
        var body: JSONTree

        enum CodingKeys: String, CodingKey {
            case id, type, partner, correlation, severity, body
            case occurredAt = "occurred_at"
            case storedAt = "stored_at"
        }
    }

    /// All attempts of deliveries, the first first.
    static func attempts(
        of deliveries: [UUIDv7],
        in connection: some PostgresQuerying
    ) async throws -> [UUIDv7: [Attempt]] {
        let rows = try await connection.query(
            """
            SELECT delivery_id, number, started_at, latency_ms, outcome, status, address, detail, answer
              FROM notifier.v1_attempt WHERE delivery_id = ANY (\(deliveries)::uuid[]) ORDER BY started_at, number
            """,
            as: (UUIDv7, Int32, Timestamp, Int32, String, Int32?, String?, String?, String?).self
        )
        return Dictionary(grouping: rows, by: \.0).mapValues { rows in
            rows.map {
                Attempt(
                    number: $0.1,
                    startedAt: $0.2,
                    latency: $0.3,
                    outcome: $0.4,
                    status: $0.5,
                    address: $0.6,
                    detail: $0.7,
                    answer: $0.8
                )
            }
        }
    }

    /// The event of a delivery; `nil` when it is no longer kept.
    static func event(of delivery: UUIDv7, in connection: some PostgresQuerying) async throws -> Event? {
        try await connection.queryOne(
            """
            SELECT v.event_id, v.wire_type, v.partner_id, v.correlation_id, v.severity, v.occurred_at, v.stored_at, v.body
              FROM notifier.v1_delivery AS d
              JOIN notifier.v1_event AS v ON v.stored_at = d.event_stored_at AND v.event_id = d.event_id
             WHERE d.delivery_id = \(delivery)
            """,
            as: (String, String, String?, String?, String?, Timestamp, Timestamp, String).self
        ).map { row in
            Event(
                id: row.0,
                type: row.1,
                partner: row.2,
                correlation: row.3,
                severity: row.4,
                occurredAt: row.5,
                storedAt: row.6,
                body: JSONTree(body: Array(row.7.utf8)) ?? .text(row.7)
            )
        }
    }
}
