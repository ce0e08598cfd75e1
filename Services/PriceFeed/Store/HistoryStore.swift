internal import Models
internal import Storage

/// Values by minute and by hour.
enum HistoryStore {
    private static let minute: Int64 = 60_000
    private static let hour: Int64 = 3_600_000
    /// Rows of one delete: short ones hold no locks for long.
    private static let chunk = 5000

    /// Adds the newest values of series to their minute and hour.
    static func add(_ values: [String: Int64], at now: Timestamp, in transaction: PostgresTransaction) async throws {
        guard !values.isEmpty else { return }
        let sorted = values.sorted { $0.key < $1.key }
        for (table, step) in [("history_minute", minute), ("history_hour", hour)] {
            let start = Timestamp(milliseconds: now.milliseconds - now.milliseconds % step)
            try await transaction.execute(
                """
                INSERT INTO prices.\(identifier: table) AS h (series, at, last, low, high)
                SELECT s, \(start), v, v, v FROM unnest(\(sorted.map(\.key))::text[], \(sorted.map(\.value))::bigint[])
                       AS n(s, v)
                ON CONFLICT (series, at) DO UPDATE SET last = excluded.last, low = least(h.low, excluded.low),
                       high = greatest(h.high, excluded.high)
                """
            )
        }
    }

    /// Deletes what is too old, a piece at a time; the rest goes next time.
    static func purge(
        minutesBefore minutes: Timestamp,
        hoursBefore hours: Timestamp,
        in client: PostgresClient
    ) async throws {
        for (table, before) in [("history_minute", minutes), ("history_hour", hours), ("parameter_change", hours)] {
            try await client.execute(
                """
                DELETE FROM prices.\(identifier: table)
                 WHERE ctid = ANY (ARRAY(SELECT ctid FROM prices.\(identifier: table) WHERE at < \(before)
                                          LIMIT \(chunk)))
                """
            )
        }
    }
}
