internal import Models
internal import Storage

/// Changes of the registry that were not announced yet.
enum AnnouncementStore {
    /// Whether there are any.
    static func isAnyDue(in connection: some PostgresQuerying) async throws -> Bool {
        try await connection.queryOne(
            """
            SELECT EXISTS (SELECT 1 FROM registry.v1_change
                            WHERE entry_id > (SELECT entry_id FROM allocator.announced))
            """,
            as: Bool.self
        ) ?? false
    }

    /// Takes the oldest of them and moves the cursor behind them; two replicas take turns.
    static func take(_ limit: Int, in transaction: PostgresTransaction) async throws -> [PolicyChanged] {
        let cursor = try await transaction.queryOne(
            "SELECT entry_id FROM allocator.announced FOR UPDATE",
            as: Int64.self
        )
        // What people write may be long: of an entry beyond all measure only that it is there is told.
        let rows = try await transaction.query(
            """
            SELECT c.entry_id, c.at, c.actor, c.action, c.subject,
                   CASE WHEN octet_length(c.detail::text) > 32768 THEN '{}'
                        ELSE coalesce((SELECT jsonb_object_agg(d.key, d.value) FROM jsonb_each_text(c.detail) AS d), '{}')
                   END
              FROM registry.v1_change c WHERE c.entry_id > \(cursor ?? 0) ORDER BY c.entry_id LIMIT \(limit)
            """,
            as: (Int64, Timestamp, String, String, String, PostgresJSON).self
        )
        guard let last = rows.last else { return [] }
        try await transaction.execute("UPDATE allocator.announced SET entry_id = \(last.0)")
        return try rows.map { row in
            let detail = try row.5.decode([String: String?].self)
            return PolicyChanged(
                entry: row.0,
                at: row.1,
                actor: row.2,
                action: row.3,
                subject: row.3.hasPrefix("wallet.") ? address(row.4) : row.4,
                detail: Dictionary(
                    uniqueKeysWithValues: detail.map {
                        ($0.key, $0.key == "address" ? $0.value.map(address) : $0.value)
                    }
                )
            )
        }
    }

    /// The audit log has addresses as hexadecimal; whoever is told reads them as everywhere else.
    private static func address(_ text: String) -> String { (try? TronAddress(hex: text))?.base58 ?? text }
}
