internal import Models
internal import Planning
internal import Storage

/// Endpoints as they are registered.
enum EndpointStore {
    struct Row: Sendable {
        let id: UUIDv7
        let name: String
        let partner: PartnerID?
        let channel: NotificationChannel
        let sealed: [UInt8]
        let language: String
        let rules: [RoutingRule]
        let ratePerMinute: Int
        let inFlight: Int
        let shard: Int
        let failures: Int
    }

    /// The revision of the endpoints, if it is not the known one.
    static func revision(unlessAt known: Int64, in connection: some PostgresQuerying) async throws -> Int64? {
        try await connection.queryOne(
            "SELECT revision FROM notifier.revision WHERE revision <> \(known)",
            as: Int64.self
        )
    }

    /// All that are not disabled, with what is known of their health.
    static func active(in connection: some PostgresQuerying) async throws -> [Row] {
        let rows = try await connection.query(
            """
            SELECT e.endpoint_id, e.name, e.partner_id, e.channel, e.sealed, e.language, e.rules, e.rate_per_minute,
                   e.in_flight, e.shard::integer, coalesce(h.failures, 0)
              FROM notifier.endpoint e LEFT JOIN notifier.health h USING (endpoint_id) WHERE e.state = 'active'
            """,
            as: (UUIDv7, String, PartnerID?, String, [UInt8], String, PostgresJSON, Int32, Int32, Int32, Int32).self
        )
        return try rows.compactMap { row in
            guard let channel = NotificationChannel(rawValue: row.3) else { return nil }
            return Row(
                id: row.0,
                name: row.1,
                partner: row.2,
                channel: channel,
                sealed: row.4,
                language: row.5,
                rules: try row.6.decode([RoutingRule].self),
                ratePerMinute: Int(row.7),
                inFlight: Int(row.8),
                shard: Int(row.9),
                failures: Int(row.10)
            )
        }
    }

    /// What disabling came to.
    struct Disabled: Sendable {
        /// Those that were active until now.
        var endpoints: [(id: UUIDv7, name: String, partner: PartnerID?)] = []
        /// From this revision on they are not among the active ones, unless somebody enables them again.
        var revision: Int64 = 0
    }

    /// Disables endpoints for what their receivers answered.
    static func disable(
        _ reasons: [UUIDv7: String],
        at now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws -> Disabled {
        let ids = reasons.keys.sorted()
        let rows = try await transaction.query(
            """
            UPDATE notifier.endpoint AS e SET state = 'disabled', disabled_reason = n.reason, disabled_at = \(now)
              FROM unnest(\(ids)::uuid[], \(ids.map { reasons[$0] ?? "" })::text[]) AS n(id, reason)
             WHERE e.endpoint_id = n.id AND e.state = 'active'
            RETURNING e.endpoint_id, e.name, e.partner_id
            """,
            as: (UUIDv7, String, PartnerID?).self
        )
        let revision = try await transaction.queryOne(
            "UPDATE notifier.revision SET revision = revision + \(Int64(rows.isEmpty ? 0 : 1)) RETURNING revision",
            as: Int64.self
        )
        return Disabled(endpoints: rows.map { ($0.0, $0.1, $0.2) }, revision: revision ?? 0)
    }
}
