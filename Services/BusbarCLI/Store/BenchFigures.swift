internal import Models
internal import Storage

/// What the benchmark sets in the allocator's books, to have allocations that cost something.
enum BenchFigures {
    /// Gives the energy that stands at wallets a price.
    /// - Returns: how many of them the allocator has read by now.
    static func price(
        _ price: SunPerEnergy,
        at wallets: [TronAddress],
        in postgres: PostgresClient
    ) async throws -> Int {
        try await postgres.query(
            """
            UPDATE allocator.wallet_position SET energy_source = 'own_stake', energy_price = \(price.rawValue)
             WHERE wallet = ANY(\(wallets)::bytea[]) RETURNING wallet
            """,
            as: TronAddress.self
        ).count
    }
}
