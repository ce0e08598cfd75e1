import Models
import Planning
import Storage
import TestSupport
import Testing

@testable import PriceFeed

/// One transaction a look, on real PostgreSQL.
@Suite struct FeedTransactionTests {
    @Test func whatIsStoredIsReadBackByTheNextReplica() async throws {
        try await FeedUnderTest.with { feed in
            let proposal = ChainConditions.Proposal(
                parameters: [11: 90, 74: 3000],
                created: FeedUnderTest.at(0),
                expires: FeedUnderTest.at(259_200),
                state: .pending
            )
            let conditions = try FeedUnderTest.conditions(proposals: [105: proposal])
            try await feed.chain(conditions, at: 0)
            try await feed.quote(.binance, 327_600, at: 1)
            let told = try await feed.quote(.okx, 327_800, at: 2).prices
            #expect(told?.trxPrice == USDPerTRX(rawValue: 327_700) && told?.trxState == .fresh)
            let book = try await feed.load()
            #expect(book.chain == conditions)
            #expect(book.told == ToldConditions(conditions))
            #expect(book.trx == TRXPrice(price: USDPerTRX(rawValue: 327_700), asOf: FeedUnderTest.at(1), sources: 2))
            #expect(book.verdicts == [.binance: .used, .okx: .used])
            #expect(book.quotes[.okx]?.readAt == FeedUnderTest.at(2))
            #expect(book.energy[.burn]?.price == SunPerEnergy("210"))
            #expect(book.energy[.ownStake]?.price == SunPerEnergy("11.544524"))
            #expect(book.samples.map(\.number) == [100])
            #expect(book.announced == told)
            let view = try await feed.database.sql(
                "SELECT trx_usd, trx_sources, congestion, factor_share, block_use, market_demand FROM prices.v1_feed"
            )
            #expect(view.contains("327700|2|50|50|50|medium"))
        }
    }

    @Test func aChangeOfTheChainIsToldOnceAndKept() async throws {
        try await FeedUnderTest.with { feed in
            #expect(
                try await feed.chain(FeedUnderTest.conditions(), at: 0).chain == nil,
                "the first reading is no change"
            )
            let event = try await feed.chain(FeedUnderTest.conditions(fee: 100, factor: 34_000, block: 101), at: 3)
                .chain
            #expect(
                event?.changes == [
                    ParameterChange(parameter: "getEnergyFee", old: "210", new: "100"),
                    ParameterChange(parameter: "usdt_energy_factor", old: "17000", new: "34000"),
                ]
            )
            #expect(event?.energyFee == Sun(100) && event?.blockNumber == 101)
            #expect(
                try await feed.chain(FeedUnderTest.conditions(fee: 100, factor: 34_000, block: 102), at: 6).chain == nil
            )
            let kept = try await feed.database.sql(
                "SELECT parameter, old_value, new_value FROM prices.v1_parameter_change ORDER BY change_id"
            )
            #expect(kept.contains("getEnergyFee|210|100") && kept.contains("usdt_energy_factor|17000|34000"))
        }
    }

    /// For a moment two replicas may ask: both have read the same change, and one of them tells it.
    @Test func twoReplicasAtOnceTellAChangeOnce() async throws {
        try await FeedUnderTest.with { feed in
            try await feed.chain(FeedUnderTest.conditions(), at: 0)
            let changed = try FeedUnderTest.conditions(fee: 100, block: 101)
            let told = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 { group.addTask { try await feed.chain(changed, at: 1).chain != nil } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(told == 1)
            // Quotes of all sources at the same time lose nothing either.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for source in PriceSource.allCases {
                    for price in 1...5 { group.addTask { try await feed.quote(source, 300_000 + Int64(price), at: 2) } }
                }
                try await group.waitForAll()
            }
            let book = try await feed.load()
            #expect(book.quotes.count == 4 && book.verdicts.values.allSatisfy { $0 == .used })
            #expect(book.trx?.sources == 4)
        }
    }

    @Test func theLastGoodPriceSurvivesFailuresWithItsAge() async throws {
        try await FeedUnderTest.with { feed in
            try await feed.quote(.binance, 327_600, at: 0)
            try await feed.quote(.okx, 327_600, at: 0)
            try await feed.fail("binance", PriceFault(.throttled, "status 429"), at: 15)
            // Time alone makes it stale, and that is told.
            let event = try await feed.step(nil, at: 181).prices
            #expect(event?.trxState == .stale && event?.trxPrice == USDPerTRX(rawValue: 327_600))
            #expect(event?.trxAsOf == FeedUnderTest.at(0))
            let rows = try await feed.database.sql(
                "SELECT source, verdict, fault, failures FROM prices.v1_source WHERE source = 'binance'",
                "SELECT trx_usd, trx_fresh_until = '\(FeedUnderTest.at(180))' FROM prices.v1_feed"
            )
            #expect(rows.contains("binance|stale|throttled|3"))
            #expect(rows.contains("327600|t"))
        }
    }

    @Test func aSourceThatIsSwitchedOffIsForgottenAtTheNextStart() async throws {
        try await FeedUnderTest.with { feed in
            try await feed.quote(.binance, 327_600, at: 0)
            try await feed.quote(.okx, 327_600, at: 0)
            try await feed.quote(.kraken, 400_000, at: 0)
            try await feed.client.withTransaction { try await SourceStore.enable(["binance", "okx"], in: $0) }
            try await feed.step(nil, at: 1, enabled: [.binance, .okx])
            let rows = try await feed.database.sql(
                "SELECT source, enabled, verdict FROM prices.v1_source WHERE source IN ('kraken', 'okx') ORDER BY 1"
            )
            #expect(rows.contains("kraken|f|\nokx|t|used"))
        }
    }

    @Test func historyKeepsLastLowAndHighAndIsPurged() async throws {
        try await FeedUnderTest.with { feed in
            for (second, price) in [(0, 300_000), (10, 303_000), (20, 301_000), (90, 302_000)] as [(Int64, Int64)] {
                try await feed.quote(.binance, price, at: second)
                try await feed.quote(.okx, price, at: second)
            }
            // 1,795,000,000 is 40 s into its minute.
            let minutes = try await feed.database.sql(
                "SELECT last, low, high FROM prices.v1_history WHERE step = 'minute' AND series = 'source.okx' ORDER BY at"
            )
            #expect(minutes.contains("303000|300000|303000\n301000|301000|301000\n302000|302000|302000"))
            let hours = try await feed.database.sql(
                "SELECT last, low, high FROM prices.v1_history WHERE step = 'hour' AND series = 'source.okx'"
            )
            #expect(hours.contains("302000|300000|303000"))
            try await HistoryStore.purge(
                minutesBefore: FeedUnderTest.at(30),
                hoursBefore: FeedUnderTest.at(-86_400),
                in: feed.client
            )
            let left = try await feed.client.query(
                "SELECT step, count(*) FROM prices.v1_history WHERE series = 'trx_usd' GROUP BY 1 ORDER BY 1",
                as: (String, Int64).self
            )
            #expect(left.map(\.0) == ["hour", "minute"] && left.map(\.1) == [1, 1])
        }
    }

    /// A node that lags: what is known stays, nothing is told, and the source says why.
    @Test func aReadingThatIsBehindIsAFaultOfTheSource() async throws {
        try await FeedUnderTest.with { feed in
            try await feed.chain(FeedUnderTest.conditions(block: 100), at: 0)
            try await feed.chain(FeedUnderTest.conditions(fee: 100, block: 200), at: 300)
            let old = try await feed.chain(FeedUnderTest.conditions(block: 150), at: 301)
            #expect(old.chain == nil && old.fault?.code == .behind)
            #expect(try await feed.load().chain?.energyFee == Sun(100))
            let rows = try await feed.database.sql(
                "SELECT fault, fault_detail, failures FROM prices.v1_source WHERE source = 'chain'",
                "SELECT count(*) FROM prices.v1_parameter_change"
            )
            #expect(rows.contains("behind|block 150 is 50 below the newest one known|1\n1"))
            // The same node an hour on: nothing it says is of the present.
            let still = try await feed.chain(FeedUnderTest.conditions(fee: 100, block: 200), at: 3900)
            #expect(still.fault?.detail == "its newest block, 200, is 3600 s old")
            let view = try await feed.database.sql(
                "SELECT read_at = block_at FROM prices.v1_chain",
                "SELECT count(*) FROM prices.v1_energy WHERE observed_at > '\(FeedUnderTest.at(300))'",
                "SELECT congestion IS NULL, market_demand IS NULL FROM prices.v1_feed"
            )
            #expect(view.contains("t\n0\nt|t"))
        }
    }

    @Test func whateverAFaultSaysIsStored() async throws {
        try await FeedUnderTest.with { feed in
            try await feed.fail("kraken", PriceFault(.refused, "E\0rror\u{1}"), at: 0)
            let rows = try await feed.database.sql("SELECT fault_detail FROM prices.v1_source WHERE source = 'kraken'")
            #expect(rows.contains("Error"))
        }
    }

    /// Nothing grows: many looks later there is one row a source, and forty blocks.
    @Test func theTablesStaySmall() async throws {
        try await FeedUnderTest.with { feed in
            for number in 0..<60 as Range<Int64> {
                try await feed.chain(FeedUnderTest.conditions(fee: 210, block: 100 + number), at: 3 * number)
            }
            let counts = try await feed.client.query(
                """
                SELECT (SELECT count(*) FROM prices.block_sample), (SELECT count(*) FROM prices.chain),
                       (SELECT count(*) FROM prices.energy), (SELECT count(*) FROM prices.parameter_change)
                """,
                as: (Int64, Int64, Int64, Int64).self
            )
            #expect(counts.first.map { [$0.0, $0.1, $0.2, $0.3] } == [40, 1, 2, 0])
        }
    }
}
