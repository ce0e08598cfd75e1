internal import Logging
internal import Models
internal import Planning
internal import Schemas
internal import Storage
internal import TestSupport

@testable import PriceFeed

/// The feed's schema in a database of its own, and transactions as a replica makes them.
struct FeedUnderTest: Sendable {
    let client: PostgresClient
    let database: TestDatabase

    /// When a test begins.
    static let start = Timestamp(milliseconds: 1_795_000_000_000)
    static let policy = FeedPolicy(
        price: PricePolicy(),
        energyFreshFor: .seconds(600),
        yield: StakeYield(basisPoints: 400, turnover: 100),
        announceFrom: 10,
        announceEvery: .seconds(60),
        drift: 100
    )

    static func with(_ body: (FeedUnderTest) async throws -> Void) async throws {
        try await withDatabase { database in
            var configuration = PostgresConfiguration(
                hosts: [.init(database.host, port: database.port)],
                database: database.name,
                user: database.user,
                password: database.password
            )
            // Patient: many transactions may queue for one row, and many tests for two cores.
            configuration.acquireTimeout = .seconds(60)
            configuration.lockTimeout = .seconds(60)
            configuration.statementTimeout = .seconds(60)
            configuration.idleInTransactionTimeout = .seconds(60)
            let client = PostgresClient(
                configuration,
                logger: Logger(label: "price-feed-tests") { _ in SwiftLogNoOpLogHandler() }
            )
            do {
                try await Migrator(client).apply([HouseSchemas.prices])
                let feed = FeedUnderTest(client: client, database: database)
                try await client.withTransaction { transaction in
                    try await SourceStore.enable(
                        ["binance", "coingecko", "kraken", "okx", "justlend", "chain"],
                        in: transaction
                    )
                }
                try await body(feed)
                await client.shutDown()
            } catch {
                await client.shutDown()
                throw error
            }
        }
    }

    static func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    /// A step of a replica that has nothing but the database.
    @discardableResult
    func step(
        _ look: Look?,
        at seconds: Int64,
        enabled: Set<PriceSource> = Set(PriceSource.allCases)
    ) async throws -> FeedTransaction.Result {
        let step = FeedTransaction(enabled: enabled, policy: Self.policy, now: Self.at(seconds))
        return try await client.withTransaction { try await step.run(look, in: $0) }
    }

    @discardableResult
    func quote(_ source: PriceSource, _ price: Int64, at seconds: Int64) async throws -> FeedTransaction.Result {
        let reading = Reading.trx(source, USDPerTRX(rawValue: price), at: nil)
        return try await step(
            Look(source: source.rawValue, outcome: .success(reading), failures: 0),
            at: seconds
        )
    }

    @discardableResult
    func fail(_ source: String, _ fault: PriceFault, at seconds: Int64) async throws -> FeedTransaction.Result {
        try await step(Look(source: source, outcome: .failure(fault), failures: 2), at: seconds)
    }

    @discardableResult
    func chain(_ conditions: ChainConditions, at seconds: Int64) async throws -> FeedTransaction.Result {
        let use = BlockUse(number: conditions.block, time: conditions.blockTime, energy: Energy(3_125_000))
        return try await step(
            Look(source: "chain", outcome: .success(.chain(conditions, use)), failures: 0),
            at: seconds
        )
    }

    static func conditions(
        fee: Int64 = 210,
        factor: Int64 = 17_000,
        block: Int64 = 100,
        proposals: [Int64: ChainConditions.Proposal] = [:]
    ) throws -> ChainConditions {
        try ChainConditions(
            block: block,
            blockTime: start + .seconds(3 * (block - 100)),
            parameters: ["getEnergyFee": fee, "getTransactionFee": 1000, "getDynamicEnergyMaxFactor": 34_000],
            totalEnergy: 180_000_000_000,
            totalWeight: 18_961_880_220,
            tokenFactor: factor,
            proposals: proposals
        )
    }

    /// What another replica would find.
    func load() async throws -> PriceBook {
        try await client.withTransaction { transaction in
            try await PriceStore.load(enabled: Set(PriceSource.allCases), in: transaction)
        }
    }
}
