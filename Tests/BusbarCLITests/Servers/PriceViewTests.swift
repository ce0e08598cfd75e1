internal import Models
internal import TestSupport
internal import Testing

@testable import BusbarCLI

/// `busbar price` on what a feed has stored.
@Suite struct PriceViewTests {
    private let now = Timestamp(milliseconds: 1_795_000_000_000)

    @Test func withoutAFeedNothingIsKnownAndItSaysSo() async throws {
        try await House.with { house in
            let report = try await house.operations.withPostgres { try await PriceView.current(at: now, in: $0) }
            #expect(report.trxState == .unknown && report.trxUSD == nil && report.chain == nil)
            let lines = PriceTables(report: report).lines(for: Console())
            #expect(lines.first == "TRX/USD is not known: no price-feed has run yet")
            #expect(lines.contains("the chain has not been read yet"))
            #expect(try await house.operations.withPostgres { try await PriceView.series(in: $0) }.isEmpty)
        }
    }

    @Test func whatIsKnownIsShownWithItsAgeAndItsReasons() async throws {
        try await House.with { house in
            func ago(_ seconds: Int64) -> String { "'\(now - .seconds(seconds))'" }
            try await house.database.sql(
                """
                UPDATE prices.feed SET trx_usd = 327600, trx_as_of = \(ago(200)), trx_sources = 2,
                       trx_fresh_until = \(ago(20)), congestion = 57, factor_share = 100, block_use = 28,
                       market_demand = 'medium'
                """,
                """
                INSERT INTO prices.source (source, enabled, trx_usd, quoted_at, read_at, verdict, verdict_detail, tried_at)
                VALUES ('binance', true, 327600, \(ago(3)), \(ago(3)), 'unconfirmed', 'too few sources agree with it', \(ago(3))),
                       ('kraken', true, 491400, \(ago(4)), \(ago(4)), 'outlier', '50.00 % from the median 0.3276', \(ago(4)))
                """,
                """
                INSERT INTO prices.source (source, enabled, tried_at, fault, fault_detail, failures)
                VALUES ('okx', true, \(ago(5)), 'throttled', 'status 429', 3), ('coingecko', false, NULL, NULL, NULL, 0)
                """,
                "INSERT INTO prices.energy VALUES ('burn', 100000000, \(ago(5)), \(ago(-595)))",
                """
                INSERT INTO prices.chain (block, block_at, read_at, energy_fee_sun, bandwidth_fee_sun, total_energy,
                       total_energy_weight, energy_per_trx, usdt_energy_factor, parameters)
                VALUES (100, \(ago(6)), \(ago(5)), 100, 1000, 180000000000, 18961880220, 9492729, 34000, '{}')
                """,
                "INSERT INTO prices.proposal VALUES (105, '{\"11\": 90}', \(ago(60)), \(ago(-60)), 'PENDING')",
                "INSERT INTO prices.history_hour VALUES ('trx_usd', \(ago(3600)), 327600, 320000, 330000)"
            )
            let operations = house.operations
            let report = try await operations.withPostgres { try await PriceView.current(at: now, in: $0) }
            #expect(report.trxState == .stale && report.trxAge == 200)
            let lines = PriceTables(report: report).lines(for: Console())
            #expect(lines.first == "TRX/USD 0.3276  stale, 3 min 20 s old, 2 sources agreed")
            func has(_ parts: String...) -> Bool { lines.contains { line in parts.allSatisfy { line.contains($0) } } }
            #expect(has("binance", "0.3276", "3 s", "unconfirmed, too few"))
            #expect(has("kraken", "refused: outlier, 50.00 %"))
            #expect(has("okx", "failing (3): throttled, status 429"))
            #expect(has("coingecko", "off"))
            // No dollars by a price that is old.
            #expect(has("burn", "100", "6.5", "fresh") && !has("burn", "2.12"))
            #expect(has("9.492729 energy per TRX", "USDT factor 3.4"))
            #expect(has("proposal", "105: 11=90"))
            #expect(has("congestion", "57 of 100") && has("demand", "medium"))
            let history = try await operations.withPostgres {
                try await PriceView.history(of: "trx_usd", by: "hour", since: now - .seconds(86_400), in: $0)
            }
            #expect(history.map(\.last) == ["0.3276"] && history.map(\.high) == ["0.33"])
        }
    }
}
