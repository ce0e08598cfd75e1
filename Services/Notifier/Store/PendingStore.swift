internal import Models
internal import Storage

/// Deliveries that are to be made.
enum PendingStore {
    /// How many of an endpoint's deliveries there is room for.
    struct Want: Sendable, Hashable {
        let endpoint: UUIDv7
        let room: Int
    }

    /// What is due, the oldest of each endpoint first.
    /// - Parameter inHand: deliveries that are under way already.
    static func due(
        _ wants: [Want],
        without inHand: [UUIDv7],
        at now: Timestamp,
        in connection: some PostgresQuerying
    ) async throws -> [PendingDelivery] {
        guard !wants.isEmpty else { return [] }
        let rows = try await connection.query(
            """
            SELECT p.delivery_id, p.endpoint_id, p.attempts, p.tries, v.event_id, v.stored_at, v.type, v.wire_type,
                   v.partner_id, v.correlation_id, v.severity, v.occurred_at, v.traceparent, v.body
              FROM unnest(\(wants.map(\.endpoint))::uuid[], \(wants.map { Int32($0.room) })::integer[]) AS w(endpoint_id, room)
              CROSS JOIN LATERAL (
                    SELECT * FROM notifier.pending AS q
                     WHERE q.endpoint_id = w.endpoint_id AND q.due_at <= \(now)
                       AND NOT q.delivery_id = ANY (\(inHand)::uuid[])
                     ORDER BY q.due_at, q.delivery_id LIMIT w.room) AS p
              JOIN notifier.event AS v ON v.stored_at = p.event_stored_at AND v.event_id = p.event_id
             ORDER BY p.due_at, p.delivery_id
            """,
            as: (
                UUIDv7, UUIDv7, Int32, Int32, String, Timestamp, String, String, PartnerID?, String?, String?,
                Timestamp, String?, String
            ).self
        )
        return rows.map { row in
            PendingDelivery(
                id: row.0,
                endpoint: row.1,
                event: NotifiedEvent(
                    id: row.4,
                    storedAt: row.5,
                    type: row.6,
                    wireType: row.7,
                    partner: row.8,
                    correlationID: row.9,
                    severity: row.10.flatMap(AlertSeverity.init),
                    occurredAt: row.11,
                    traceparent: row.12,
                    body: row.13
                ),
                attempts: Int(row.2),
                tries: Int(row.3)
            )
        }
    }

    /// Ends deliveries of endpoints that are disabled, some at a time.
    /// - Returns: how many.
    static func cancelOfDisabled(
        _ limit: Int,
        at now: Timestamp,
        in connection: some PostgresQuerying
    ) async throws -> Int {
        try await connection.execute(
            """
            WITH chosen AS (
                SELECT p.delivery_id, coalesce(e.disabled_reason, 'the endpoint is disabled') AS reason
                  FROM notifier.endpoint AS e JOIN notifier.pending AS p USING (endpoint_id)
                 WHERE e.state = 'disabled' ORDER BY p.delivery_id LIMIT \(limit) FOR UPDATE OF p SKIP LOCKED
            ), gone AS (
                DELETE FROM notifier.pending AS p USING chosen AS c WHERE p.delivery_id = c.delivery_id
                RETURNING p.*, c.reason
            )
            INSERT INTO notifier.finished (delivery_id, finished_at, endpoint_id, event_id, event_stored_at, created_at,
                                           attempts, outcome, reason)
            SELECT delivery_id, \(now), endpoint_id, event_id, event_stored_at, created_at, attempts, 'cancelled', reason
              FROM gone
            """
        )
    }

    /// How many are waiting, and since when the oldest of those that are due.
    static func backlog(at now: Timestamp, in connection: some PostgresQuerying) async throws -> (Int, Timestamp?) {
        let row = try await connection.queryOne(
            "SELECT count(*), min(due_at) FILTER (WHERE due_at <= \(now)) FROM notifier.pending",
            as: (Int64, Timestamp?).self
        )
        return row.map { (Int($0.0), $0.1) } ?? (0, nil)
    }

    /// Tables that are divided by days.
    static let partitioned = ["event", "finished", "attempt"]

    /// Makes a table's partitions of the days and drops those that are old.
    static func keepPartitions(
        of table: String,
        at now: Timestamp,
        from oldest: Timestamp,
        in connection: some PostgresQuerying
    ) async throws -> Int {
        let changes = try await connection.queryOne(
            "SELECT notifier.keep_partitions(\(table), \(now), \(oldest))",
            as: Int32.self
        )
        return Int(changes ?? 0)
    }
}
