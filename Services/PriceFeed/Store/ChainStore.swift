internal import Models
internal import Planning
internal import Storage

/// The newest reading of the chain.
enum ChainStore {
    static func load(in connection: some PostgresQuerying) async throws -> ChainConditions? {
        let row = try await connection.queryOne(
            """
            SELECT block, block_at, parameters, total_energy, total_energy_weight, usdt_energy_factor FROM prices.chain
            """,
            as: (Int64, Timestamp, PostgresJSON, Int64, Int64, Int64).self
        )
        guard let row else { return nil }
        return try ChainConditions(
            block: row.0,
            blockTime: row.1,
            parameters: row.2.decode([String: Int64].self),
            totalEnergy: row.3,
            totalWeight: row.4,
            tokenFactor: row.5,
            proposals: try await proposals(in: connection)
        )
    }

    static func save(_ chain: ChainConditions, now: Timestamp, in transaction: PostgresTransaction) async throws {
        let parameters = try PostgresJSON(encoding: chain.parameters)
        // What a node tells is as old as its newest block, however lately it was asked.
        let asOf = min(now, chain.blockTime)
        try await transaction.execute(
            """
            INSERT INTO prices.chain (block, block_at, read_at, energy_fee_sun, bandwidth_fee_sun, total_energy,
                   total_energy_weight, energy_per_trx, usdt_energy_factor, parameters)
            VALUES (\(chain.block), \(chain.blockTime), \(asOf), \(chain.energyFee), \(chain.bandwidthFee),
                    \(chain.totalEnergy), \(chain.totalWeight), \(chain.energyPerTRX.rawValue), \(chain.tokenFactor),
                    \(parameters))
            ON CONFLICT (singleton) DO UPDATE SET block = excluded.block, block_at = excluded.block_at,
                   read_at = excluded.read_at, energy_fee_sun = excluded.energy_fee_sun,
                   bandwidth_fee_sun = excluded.bandwidth_fee_sun, total_energy = excluded.total_energy,
                   total_energy_weight = excluded.total_energy_weight, energy_per_trx = excluded.energy_per_trx,
                   usdt_energy_factor = excluded.usdt_energy_factor, parameters = excluded.parameters
            """
        )
        if let proposals = chain.proposals { try await save(proposals, now: now, in: transaction) }
    }

    /// How long a proposal is remembered after its vote.
    private static let remembered = Duration.seconds(30 * 86_400)

    private static func save(
        _ proposals: [Int64: ChainConditions.Proposal],
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws {
        let kept = proposals.filter { $0.value.state == .pending || $0.value.expires > now - remembered }
            .sorted { $0.key < $1.key }
        let bodies = try kept.map { entry in
            let named = Dictionary(uniqueKeysWithValues: entry.value.parameters.map { (String($0.key), $0.value) })
            return try PostgresJSON(encoding: named)
        }
        try await transaction.execute(
            "DELETE FROM prices.proposal WHERE NOT proposal_id = ANY (\(kept.map(\.key))::bigint[])"
        )
        try await transaction.execute(
            """
            INSERT INTO prices.proposal (proposal_id, parameters, created_at, expires_at, state)
            SELECT * FROM unnest(\(kept.map(\.key))::bigint[], \(bodies)::jsonb[],
                                 \(kept.map(\.value.created))::timestamptz[], \(kept.map(\.value.expires))::timestamptz[],
                                 \(kept.map(\.value.state.rawValue))::text[])
            ON CONFLICT (proposal_id) DO UPDATE SET parameters = excluded.parameters,
                   created_at = excluded.created_at, expires_at = excluded.expires_at, state = excluded.state
            """
        )
    }

    private static func proposals(
        in connection: some PostgresQuerying
    ) async throws -> [Int64: ChainConditions.Proposal] {
        let rows = try await connection.query(
            "SELECT proposal_id, parameters, created_at, expires_at, state FROM prices.proposal",
            as: (Int64, PostgresJSON, Timestamp, Timestamp, String).self
        )
        return try rows.reduce(into: [:]) { proposals, row in
            let named = try row.1.decode([String: Int64].self)
            let numbered = named.compactMap { name, value in Int64(name).map { ($0, value) } }
            proposals[row.0] = ChainConditions.Proposal(
                parameters: Dictionary(uniqueKeysWithValues: numbered),
                created: row.2,
                expires: row.3,
                state: ChainConditions.Proposal.State(rawValue: row.4) ?? .pending
            )
        }
    }

    static func samples(in connection: some PostgresQuerying) async throws -> [BlockUse] {
        try await connection.query(
            "SELECT number, at, energy FROM prices.block_sample ORDER BY number",
            as: (Int64, Timestamp, Energy).self
        ).map { BlockUse(number: $0.0, time: $0.1, energy: $0.2) }
    }

    static func save(_ samples: [BlockUse], in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            "DELETE FROM prices.block_sample WHERE NOT number = ANY (\(samples.map(\.number))::bigint[])"
        )
        try await transaction.execute(
            """
            INSERT INTO prices.block_sample (number, at, energy)
            SELECT * FROM unnest(\(samples.map(\.number))::bigint[], \(samples.map(\.time))::timestamptz[],
                                 \(samples.map(\.energy))::bigint[])
            ON CONFLICT (number) DO UPDATE SET at = excluded.at, energy = excluded.energy
            """
        )
    }
}
