internal import Models
internal import Planning
internal import Storage

/// Endpoints, for people.
enum EndpointView {
    /// An endpoint and how it does.
    struct Endpoint: Codable, Sendable {
        var id: UUIDv7
        var name: String
        var partner: PartnerID?
        var channel: NotificationChannel
        /// What people may see of where it leads.
        var target: String
        var language: String
        var rules: [RoutingRule]
        var ratePerMinute: Int32
        var inFlight: Int32
        /// `active` or `disabled`.
        var state: String
        var disabledReason: String?
        var disabledAt: Timestamp?
        var createdAt: Timestamp
        /// Failures since the last success.
        var failures: Int32
        var failingSince: Timestamp?
        var lastSuccessAt: Timestamp?
        var lastFailureAt: Timestamp?
        var lastError: String?
        /// How many deliveries are open, and when the first of them is due.
        var pending: Int64
        var dueAt: Timestamp?
        /// Why its rules cannot be read, where somebody wrote others than this program does.
        var fault: String?

        var isActive: Bool { state == "active" }

        enum CodingKeys: String, CodingKey {
            case id, name, partner, channel, target, language, rules, state, failures, pending, fault
            case ratePerMinute = "rate_per_minute"
            case inFlight = "in_flight"
            case disabledReason = "disabled_reason"
            case disabledAt = "disabled_at"
            case createdAt = "created_at"
            case failingSince = "failing_since"
            case lastSuccessAt = "last_success_at"
            case lastFailureAt = "last_failure_at"
            case lastError = "last_error"
            case dueAt = "due_at"
        }
    }

    /// What has ended since a moment.
    struct Counts: Codable, Sendable {
        var delivered: Int64
        var dead: Int64
        var cancelled: Int64
    }

    /// All, those of operations first, then by partner.
    static func all(in connection: some PostgresQuerying) async throws -> [Endpoint] {
        try await read("", in: connection)
    }

    /// The one of a name.
    static func named(_ name: String, in connection: some PostgresQuerying) async throws -> Endpoint? {
        try await read("WHERE e.name = \(name)", in: connection).first
    }

    /// What ended at an endpoint since then.
    static func counts(
        of id: UUIDv7,
        since: Timestamp,
        in connection: some PostgresQuerying
    ) async throws -> Counts {
        let counts = try await connection.queryOne(
            """
            SELECT count(*) FILTER (WHERE state = 'delivered'), count(*) FILTER (WHERE state = 'dead'),
                   count(*) FILTER (WHERE state = 'cancelled')
              FROM notifier.v1_finished WHERE endpoint_id = \(id) AND finished_at >= \(since)
            """,
            as: (Int64, Int64, Int64).self
        )
        return Counts(delivered: counts?.0 ?? 0, dead: counts?.1 ?? 0, cancelled: counts?.2 ?? 0)
    }

    private static func read(_ condition: SQL, in connection: some PostgresQuerying) async throws -> [Endpoint] {
        try await connection.query(
            """
            SELECT e.endpoint_id, e.name, e.partner_id, e.channel, e.target, e.language, e.rules, e.rate_per_minute,
                   e.in_flight, e.state, e.disabled_reason, e.disabled_at, e.created_at, e.failures, e.failing_since,
                   e.last_success_at, e.last_failure_at, e.last_error, coalesce(p.count, 0), p.due_at
              FROM notifier.v1_endpoint AS e
              LEFT JOIN (SELECT endpoint_id, count(*), min(due_at) AS due_at FROM notifier.v1_pending GROUP BY 1) AS p
                   USING (endpoint_id)
             \(condition) ORDER BY e.partner_id NULLS FIRST, e.name
            """,
            as: (
                UUIDv7, String, PartnerID?, String, String, String, PostgresJSON, Int32, Int32, String, String?,
                Timestamp?, Timestamp, Int32, Timestamp?, Timestamp?, Timestamp?, String?, Int64, Timestamp?
            ).self
        ).map { row in
            guard let channel = NotificationChannel(rawValue: row.3) else {
                throw OperationError("the endpoint \(row.1) is of the kind \(row.3), which this program does not know")
            }
            let (rules, fault) = rules(row.6)
            return Endpoint(
                id: row.0,
                name: row.1,
                partner: row.2,
                channel: channel,
                target: row.4,
                language: row.5,
                rules: rules,
                ratePerMinute: row.7,
                inFlight: row.8,
                state: row.9,
                disabledReason: row.10,
                disabledAt: row.11,
                createdAt: row.12,
                failures: row.13,
                failingSince: row.14,
                lastSuccessAt: row.15,
                lastFailureAt: row.16,
                lastError: row.17,
                pending: row.18,
                dueAt: row.19,
                fault: fault
            )
        }
    }

    private static func rules(_ json: PostgresJSON) -> ([RoutingRule], fault: String?) {
        do {
            return (try json.decode([RoutingRule].self), nil)
        } catch {
            return ([], "its rules cannot be read: \(error)")
        }
    }
}
