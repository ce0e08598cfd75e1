internal import Ledger
internal import Logging
internal import Models
internal import Schemas
internal import Storage
internal import Synchronization
internal import TestSupport

/// A migrated database with partners, and a client of it.
struct House: Sendable {
    let client: PostgresClient
    let database: TestDatabase

    static let now = Timestamp(milliseconds: 1_795_253_400_000)

    private static let deposits = Atomic<Int>(0)

    static func with(
        partners: [String] = ["p1", "p2", "p3"],
        poolSize: Int = 8,
        _ body: (House) async throws -> Void
    ) async throws {
        try await withDatabase { database in
            var configuration = PostgresConfiguration(
                hosts: [.init(database.host, port: database.port)],
                database: database.name,
                user: database.user,
                password: database.password
            )
            configuration.poolSize = poolSize
            configuration.acquireTimeout = .seconds(60)
            configuration.statementTimeout = .seconds(60)
            configuration.idleInTransactionTimeout = .seconds(60)
            let client = PostgresClient(
                configuration,
                logger: Logger(label: "ledger-tests") { _ in SwiftLogNoOpLogHandler() }
            )
            do {
                let house = House(client: client, database: database)
                try await house.migrate()
                for partner in partners {
                    try await client.execute(
                        "SELECT registry.add_partner(\(now), 'test', \(partner), \(partner), '{}'::text[])"
                    )
                }
                try await body(house)
                await client.shutDown()
            } catch {
                await client.shutDown()
                throw error
            }
        }
    }

    private func migrate() async throws {
        try await client.withConnection { try await $0.executeScript(HouseSchemas.roles) }
        _ = try await Migrator(client).apply(HouseSchemas.all)
        try await grant()
    }

    /// Grants each role what it has, as every migration does.
    func grant() async throws {
        try await client.withConnection { try await $0.executeScript(HouseSchemas.privileges) }
    }

    var books: Books<PostgresClient> { Books(in: client) }

    /// Books a deposit; without a key, one of its own.
    func deposit(_ amount: Int64, to partner: PartnerID, user: String? = nil, key: String? = nil) async throws {
        _ = try await books.credit(
            partner,
            user: user,
            amount: Sun(amount),
            key: key ?? "test:\(Self.deposits.add(1, ordering: .relaxed).newValue)",
            actor: "test",
            note: "a deposit",
            at: Self.now
        )
    }

    func balance(_ partner: PartnerID, user: String? = nil) async throws -> Sun {
        try await books.balance(of: partner, user: user)?.balance ?? .zero
    }

    /// Comes back once so many connections to this database wait for a lock.
    /// - Throws: ``NobodyWaits`` after half a minute.
    func untilWaiting(_ count: Int = 1) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            let waiting = try await client.queryOne(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
                as: Int.self
            )
            if let waiting, waiting >= count { return }
            // The server does not tell when somebody begins to wait.
            try await Task.sleep(for: .milliseconds(5))
        }
        throw NobodyWaits(count: count)
    }

    /// What an invariant finds, unless told the fourth.
    func findings(of invariant: Int = 4) async throws -> [String] {
        guard let query = AuditQuery.all.first(where: { $0.invariant == invariant }) else { return ["no query"] }
        return try await client.query(SQL(trusted: query.sql), as: String.self)
    }

    /// What the balances of the house sum to, with the payers': zero in books that are right.
    func sumOfBalances() async throws -> Int64? {
        try await client.queryOne("SELECT coalesce(sum(balance_sun), 0)::bigint FROM ledger.v1_balance", as: Int64.self)
    }
}

struct NobodyWaits: Error {
    var count: Int
}

extension PartnerID {
    static func named(_ text: String) throws -> PartnerID {
        guard let id = PartnerID(text) else { throw UnexpectedName(text: text) }
        return id
    }
}

struct UnexpectedName: Error {
    var text: String
}

/// A sheet of so much in all, with every item in it.
func sheet(_ total: Int64, source: String = "own_stake") -> CostSheet {
    let fee = min(total, 3)
    let margin = min(total - fee, 20)
    return CostSheet(
        source: source,
        energy: Energy(65_000),
        energyPrice: SunPerEnergy(rawValue: 37_700_000),
        energyCost: Sun(total - fee - margin),
        bandwidthCost: .zero,
        activationCost: .zero,
        margin: Sun(margin),
        fee: Sun(fee),
        total: Sun(total),
        baseline: Sun(6_500_000)
    )
}

/// A charge of so much for an allocation of its own.
func charge(
    _ total: Int64,
    _ partner: PartnerID,
    allocation: UUIDv7 = UUIDv7(at: House.now),
    user: String? = nil,
    source: String = "own_stake"
) throws -> AllocationCharge {
    guard let withdrawal = WithdrawalID("w-\(allocation)") else { throw UnexpectedName(text: "\(allocation)") }
    return AllocationCharge(
        allocation: allocation,
        partner: partner,
        withdrawal: withdrawal,
        user: user,
        sheet: sheet(total, source: source)
    )
}

/// SplitMix64: small, seeded, the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
