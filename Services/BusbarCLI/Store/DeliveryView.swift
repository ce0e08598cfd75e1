internal import Models
internal import Storage

/// Deliveries, for people.
enum DeliveryView {
    /// An event on its way to an endpoint, or there.
    struct Delivery: Codable, Sendable {
        var id: UUIDv7
        var endpoint: String
        var channel: String
        var partner: String?
        var event: String
        /// `nil` when the event is no longer kept.
        var type: String?
        /// `partner:withdrawal` of what belongs to one.
        var correlation: String?
        var state: DeliveryFilter.State
        var createdAt: Timestamp
        /// When it is tried next.
        var dueAt: Timestamp?
        var finishedAt: Timestamp?
        var attempts: Int32
        /// Why it was given up.
        var reason: String?
        /// Of the last attempt: `delivered`, or why not.
        var outcome: String?
        var status: Int32?
        var latency: Int32?
        var detail: String?

        /// When it ended, or else was made.
        var at: Timestamp { finishedAt ?? createdAt }

        enum CodingKeys: String, CodingKey {
            case id, endpoint, channel, partner, event, type, correlation, state, attempts, reason, outcome, status,
                detail
            case createdAt = "created_at"
            case dueAt = "due_at"
            case finishedAt = "finished_at"
            case latency = "latency_ms"
        }
    }

    /// The newest that fit, newest first.
    static func newest(
        _ limit: Int,
        _ filter: DeliveryFilter,
        in connection: some PostgresQuerying
    ) async throws -> [Delivery] {
        var found: [Delivery] = []
        if filter.states.contains(.pending) {
            found += try await read(
                "SELECT d.* FROM notifier.v1_pending AS d \(conditions(filter, time: "d.created_at"))"
                    + " ORDER BY d.created_at DESC, d.delivery_id DESC LIMIT \(limit)",
                in: connection
            )
        }
        if filter.states != [.pending] {
            found += try await read(
                "SELECT d.* FROM notifier.v1_finished AS d \(conditions(filter, time: "d.finished_at"))"
                    + " ORDER BY d.finished_at DESC, d.delivery_id DESC LIMIT \(limit)",
                in: connection
            )
        }
        return Array(found.sorted { ($0.at, $0.id) > ($1.at, $1.id) }.prefix(limit))
    }

    /// All whose ids lie in one of the ranges.
    static func within(
        _ ranges: [ClosedRange<UUIDv7>],
        in connection: some PostgresQuerying
    ) async throws -> [Delivery] {
        // Constants, for which the indices are used: a join with the ranges would read everything.
        let conditions = ranges.map { range -> SQL in
            " OR d.delivery_id BETWEEN \(range.lowerBound) AND \(range.upperBound)"
        }
        return try await read(
            "SELECT d.* FROM notifier.v1_delivery AS d WHERE false" + conditions.reduce(SQL(), +),
            in: connection
        ).sorted { $0.id < $1.id }
    }

    /// Those of an event, by the names of their endpoints.
    static func of(event id: String, in connection: some PostgresQuerying) async throws -> [Delivery] {
        try await read("SELECT d.* FROM notifier.v1_delivery AS d WHERE d.event_id = \(id)", in: connection)
            .sorted { ($0.endpoint, $0.id) < ($1.endpoint, $1.id) }
    }

    /// What a filter says, as a WHERE over `d` to which more can be added.
    /// - Parameter time: the column that its times are about.
    static func conditions(_ filter: DeliveryFilter, time: SQL) -> SQL {
        var all: [SQL] = []
        if filter.states != Set(DeliveryFilter.State.allCases) {
            all.append("d.state = ANY (\(filter.states.map(\.rawValue).sorted())::text[])")
        }
        if let endpoint = filter.endpoint { all.append("d.endpoint = \(endpoint)") }
        if let partner = filter.partner { all.append("d.partner_id = \(partner)") }
        if let event = filter.event { all.append("d.event_id = \(event)") }
        if let since = filter.since { all.append("\(time) >= \(since)") }
        if let until = filter.until { all.append("\(time) < \(until)") }
        if let type = filter.type {
            // As a value and no join: newest first by the index, an event looked up for each.
            all.append(
                """
                (SELECT v.type FROM notifier.v1_event AS v
                  WHERE v.stored_at = d.event_stored_at AND v.event_id = d.event_id) ~ \(type.expression)
                """
            )
        }
        return all.reduce("WHERE true") { $0 + " AND " + $1 }
    }

    /// Rows of `v1_delivery` with their events and last attempts.
    private static func read(_ rows: SQL, in connection: some PostgresQuerying) async throws -> [Delivery] {
        try await connection.query(
            """
            SELECT d.delivery_id, d.endpoint, d.channel, d.partner_id, d.event_id, v.type, v.correlation_id, d.state,
                   d.created_at, d.due_at, d.finished_at, d.attempts, d.reason, a.outcome, a.status, a.latency_ms,
                   a.detail
              FROM (\(rows)) AS d
              LEFT JOIN LATERAL (SELECT v.type, v.correlation_id FROM notifier.v1_event AS v
                                  WHERE v.stored_at = d.event_stored_at AND v.event_id = d.event_id LIMIT 1) AS v ON true
              LEFT JOIN LATERAL (SELECT a.outcome, a.status, a.latency_ms, a.detail FROM notifier.v1_attempt AS a
                                  WHERE a.delivery_id = d.delivery_id AND a.started_at >= d.created_at
                                  ORDER BY a.started_at DESC LIMIT 1) AS a ON true
            """,
            as: (
                UUIDv7, String, String, String?, String, String?, String?, String, Timestamp, Timestamp?, Timestamp?,
                Int32, String?, String?, Int32?, Int32?, String?
            ).self
        ).map { row in
            guard let state = DeliveryFilter.State(rawValue: row.7) else {
                throw OperationError("the delivery \(row.0) is \(row.7), which this program does not know")
            }
            return Delivery(
                id: row.0,
                endpoint: row.1,
                channel: row.2,
                partner: row.3,
                event: row.4,
                type: row.5,
                correlation: row.6,
                state: state,
                createdAt: row.8,
                dueAt: row.9,
                finishedAt: row.10,
                attempts: row.11,
                reason: row.12,
                outcome: row.13,
                status: row.14,
                latency: row.15,
                detail: row.16
            )
        }
    }
}
