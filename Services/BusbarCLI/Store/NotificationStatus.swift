internal import Models
internal import Storage

/// How telling people and systems goes, in a few figures.
struct NotificationStatus: Codable, Sendable {
    /// Endpoints that are told.
    var active: Int64
    var disabled: Int64
    /// The names of active ones whose last attempt failed.
    var failing: [String]
    /// Deliveries that have not ended.
    var open: Int64
    /// Those of them that should have been tried by now, and since when the first of them.
    var overdue: Int64
    var overdueSince: Timestamp?
    /// Given up in the last 24 hours.
    var dead: Int64

    enum CodingKeys: String, CodingKey {
        case active, disabled, failing, open, overdue
        case overdueSince = "overdue_since"
        case dead = "dead_24_h"
    }

    static func read(at now: Timestamp, in connection: some PostgresQuerying) async throws -> NotificationStatus {
        // What is due this moment is on its way.
        let late = now - .seconds(5)
        let row = try await connection.queryOne(
            """
            SELECT e.active, e.disabled, e.failing, p.open, p.overdue, p.since,
                   (SELECT count(*) FROM notifier.v1_finished
                     WHERE state = 'dead' AND finished_at >= \(now - .seconds(86_400)))
              FROM (SELECT count(*) FILTER (WHERE state = 'active') AS active,
                           count(*) FILTER (WHERE state = 'disabled') AS disabled,
                           coalesce(array_agg(name ORDER BY name) FILTER (WHERE state = 'active' AND failures > 0),
                                    '{}') AS failing
                      FROM notifier.v1_endpoint) AS e,
                   (SELECT count(*) AS open, count(*) FILTER (WHERE due_at <= \(late)) AS overdue,
                           min(due_at) FILTER (WHERE due_at <= \(late)) AS since
                      FROM notifier.v1_pending) AS p
            """,
            as: (Int64, Int64, [String], Int64, Int64, Timestamp?, Int64).self
        )
        return NotificationStatus(
            active: row?.0 ?? 0,
            disabled: row?.1 ?? 0,
            failing: row?.2 ?? [],
            open: row?.3 ?? 0,
            overdue: row?.4 ?? 0,
            overdueSince: row?.5 ?? nil,
            dead: row?.6 ?? 0
        )
    }

    /// In one line: `3 endpoints, 1 failing (ops); 12 deliveries open; 2 given up in 24 h`.
    func line(at now: Timestamp) -> String {
        var endpoints = counted(Int(active), "endpoint")
        if disabled > 0 { endpoints += " and \(disabled) disabled" }
        if !failing.isEmpty {
            let names = failing.prefix(5).joined(separator: ", ") + (failing.count > 5 ? ", …" : "")
            endpoints += ", \(failing.count) failing (\(names))"
        }
        var deliveries = counted(Int(open), "delivery", plural: "deliveries") + " open"
        if let overdueSince { deliveries += ", \(overdue) overdue for \(DurationText.text(now - overdueSince))" }
        return "\(endpoints); \(deliveries)" + (dead > 0 ? "; \(dead) given up in 24 h" : "")
    }
}
