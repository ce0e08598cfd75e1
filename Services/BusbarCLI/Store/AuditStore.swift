internal import Models
internal import Schemas
internal import Storage

/// The books' side of an audit.
enum AuditStore {
    /// A delegation as the allocator's books have it.
    struct Delegation: Sendable, Hashable {
        var pool: String
        var wallet: TronAddress
        var stake: Sun
    }

    /// Runs the query of every invariant.
    /// - Parameters:
    ///   - now: the present moment of domain time.
    ///   - patience: how long the outboxes may take to become empty.
    static func invariants(
        at now: Timestamp,
        patience: Duration,
        in client: PostgresClient
    ) async throws -> [AuditReport.Invariant] {
        var results: [AuditReport.Invariant] = []
        for query in AuditQuery.all {
            var found = try await findings(query, at: now, in: client)
            if query.invariant == 7 {
                let deadline = ContinuousClock.now + patience
                while !found.isEmpty, ContinuousClock.now < deadline {
                    // Nothing announces that a row was marked as published.
                    try await Task.sleep(for: .milliseconds(100))
                    found = try await findings(query, at: now, in: client)
                }
            }
            results.append(.init(number: query.invariant, meaning: query.meaning, findings: found))
        }
        return results
    }

    private static func findings(
        _ query: AuditQuery,
        at now: Timestamp,
        in client: PostgresClient
    ) async throws -> [String] {
        var sql = SQL(trusted: query.sql)
        if query.takesTime {
            let pieces = query.sql.split(separator: "$1", omittingEmptySubsequences: false)
            sql = pieces.map { SQL(trusted: String($0)) }.joined(separator: "\(now)")
        }
        return try await client.query(sql, as: String.self)
    }

    /// The pools of the registry: id and address.
    static func pools(in connection: some PostgresQuerying) async throws -> [(id: String, address: TronAddress)] {
        try await connection.query(
            "SELECT pool_id, address FROM registry.v1_pool ORDER BY rank",
            as: (String, TronAddress).self
        ).map { (id: $0.0, address: $0.1) }
    }

    /// What the books say is delegated.
    static func delegations(in connection: some PostgresQuerying) async throws -> [Delegation] {
        try await connection.query(
            "SELECT pool_id, wallet, stake_sun FROM allocator.delegation WHERE stake_sun > 0",
            as: (String, TronAddress, Sun).self
        ).map { Delegation(pool: $0.0, wallet: $0.1, stake: $0.2) }
    }
}
