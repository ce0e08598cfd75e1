internal import Models
internal import Planning
internal import ServiceKit
internal import Storage

/// Forgets what batches have left, in short statements: nobody waits for it.
struct BatchPruning {
    let service: ServiceHost

    /// How long after its last member a batch that was summed up is remembered.
    static let batchTime: Duration = .seconds(40 * 86_400)
    /// How long after its end a quote is kept.
    static let quoteTime: Duration = .seconds(86_400)

    /// Rows of one statement, and statements of one round.
    private static let (rows, rounds) = (1000, 20)

    /// One round.
    func run() async throws {
        let now = service.clock.now()
        try await repeatedly { limit, connection in
            try await BatchStore.forget(before: now - Self.batchTime, limit: limit, in: connection)
        }
        try await repeatedly { limit, connection in
            let made = now - Quote.lifetime - Self.quoteTime
            return try await BatchQuoteStore.forget(before: made, limit: limit, in: connection)
        }
    }

    private func repeatedly(
        _ forget: @Sendable (Int, PostgresConnection) async throws -> Int
    ) async throws {
        for _ in 0..<Self.rounds {
            let forgotten = try await service.postgres.withConnection { try await forget(Self.rows, $0) }
            if forgotten < Self.rows { return }
        }
    }
}
