internal import Models
internal import Storage

/// What became of attempts.
enum OutcomeStore {
    /// Statements that store attempts, end what has ended, and put the rest off; their answers are of no interest.
    static func statements(for results: [DeliveryResult], at now: Timestamp) -> [SQL] {
        let attempts = results.map(\.attempt)
        let ended = results.filter { $0.resolution.name != nil }
        let again = results.filter { $0.resolution.name == nil }
        var statements: [SQL] = [
            """
            INSERT INTO notifier.attempt (delivery_id, started_at, endpoint_id, number, latency_ms, outcome, status,
                                          address, detail, answer)
            SELECT * FROM unnest(\(results.map(\.delivery.id))::uuid[], \(attempts.map(\.startedAt))::timestamptz[],
                                 \(results.map(\.delivery.endpoint))::uuid[],
                                 \(results.map { Int32(clamping: $0.delivery.attempts + 1) })::integer[],
                                 \(attempts.map(\.latencyMilliseconds))::integer[],
                                 \(attempts.map(\.outcome))::text[], \(attempts.map(\.status))::integer[],
                                 \(attempts.map(\.address))::text[], \(attempts.map(\.detail))::text[],
                                 \(attempts.map(\.answer))::text[])
            """
        ]
        if !ended.isEmpty {
            statements.append(
                """
                WITH gone AS (
                    DELETE FROM notifier.pending AS p
                     USING unnest(\(ended.map(\.delivery.id))::uuid[],
                                  \(ended.map(\.resolution.name))::text[],
                                  \(ended.map(\.resolution.reason))::text[]) AS n(id, outcome, reason)
                     WHERE p.delivery_id = n.id
                    RETURNING p.delivery_id, p.endpoint_id, p.event_id, p.event_stored_at, p.created_at,
                              p.attempts + 1 AS attempts, n.outcome, n.reason
                )
                INSERT INTO notifier.finished (delivery_id, finished_at, endpoint_id, event_id, event_stored_at, created_at,
                                               attempts, outcome, reason)
                SELECT delivery_id, \(now), endpoint_id, event_id, event_stored_at, created_at, attempts, outcome, reason
                  FROM gone
                """
            )
        }
        if !again.isEmpty {
            statements.append(
                """
                UPDATE notifier.pending AS p
                   SET due_at = n.due_at, attempts = p.attempts + 1, tries = p.tries + 1
                  FROM unnest(\(again.map(\.delivery.id))::uuid[],
                              \(again.map { $0.resolution.dueAt ?? now })::timestamptz[]) AS n(id, due_at)
                 WHERE p.delivery_id = n.id
                """
            )
        }
        return statements
    }

    /// How endpoints do now.
    struct Health: Sendable {
        let endpoint: UUIDv7
        let failures: Int
        let failingSince: Timestamp?
    }

    /// Takes over what some attempts tell of their endpoints' health.
    static func record(
        _ changes: [HealthChange],
        in transaction: PostgresTransaction
    ) async throws -> [Health] {
        guard !changes.isEmpty else { return [] }
        let rows = try await transaction.query(
            """
            INSERT INTO notifier.health AS h (endpoint_id, failures, failing_since, last_success_at, last_failure_at, last_error)
            SELECT n.id, n.failures, CASE WHEN n.failures > 0 THEN n.first_failure END, n.success, n.failure, n.error
              FROM unnest(\(changes.map(\.endpoint))::uuid[], \(changes.map { Int32(clamping: $0.failures) })::integer[],
                          \(changes.map(\.firstFailure))::timestamptz[], \(changes.map(\.lastSuccess))::timestamptz[],
                          \(changes.map(\.lastFailure))::timestamptz[], \(changes.map(\.lastError))::text[])
                   AS n(id, failures, first_failure, success, failure, error)
             ORDER BY n.id
            ON CONFLICT (endpoint_id) DO UPDATE SET
                   failures = CASE WHEN excluded.last_success_at IS NULL THEN h.failures ELSE 0 END + excluded.failures,
                   failing_since = CASE WHEN excluded.last_success_at IS NULL
                                        THEN coalesce(h.failing_since, excluded.failing_since)
                                        ELSE excluded.failing_since END,
                   last_success_at = coalesce(excluded.last_success_at, h.last_success_at),
                   last_failure_at = coalesce(excluded.last_failure_at, h.last_failure_at),
                   last_error = coalesce(excluded.last_error, h.last_error)
            RETURNING h.endpoint_id, h.failures, h.failing_since
            """,
            as: (UUIDv7, Int32, Timestamp?).self
        )
        return rows.map { Health(endpoint: $0.0, failures: Int($0.1), failingSince: $0.2) }
    }
}
