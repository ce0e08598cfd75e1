internal import Models
internal import Planning
internal import Schemas
internal import Storage
internal import TestSupport
internal import Testing

@testable import PriceFeed

/// Prices that the allocator has asked suppliers for.
@Suite struct SupplierPriceTests {
    private func look(_ feed: FeedUnderTest, at seconds: Int64) async throws -> FeedTransaction.Result {
        let prices = try await feed.client.withConnection { try await SupplierPriceStore.quoted(in: $0) }
        let look = Look(source: "suppliers", outcome: .success(.suppliers(prices)), failures: 0)
        return try await feed.step(look, at: seconds)
    }

    private func store(_ feed: FeedUnderTest, _ supplier: String, _ prices: [Int64]?, at seconds: Int64) async throws {
        let items = (prices ?? []).map { #"{"seconds":3600,"price":\#($0),"fee":0}"# }.joined(separator: ",")
        let offer = prices == nil ? "NULL" : "'{\"prices\":[\(items)]}'"
        let moment = prices == nil ? "NULL" : "'\(FeedUnderTest.at(seconds))'"
        try await feed.database.sql(
            """
            INSERT INTO allocator.supplier_state (supplier_id, offer, quoted_at, breaker, health, updated_at)
            VALUES ('\(supplier)', \(offer), \(moment), '{}', '{}', now())
            ON CONFLICT (supplier_id) DO UPDATE SET offer = excluded.offer, quoted_at = excluded.quoted_at
            """
        )
    }

    @Test func whatTheAllocatorWasQuotedIsToldWithTheAgeOfTheQuote() async throws {
        try await FeedUnderTest.with { feed in
            try await Migrator(feed.client).apply(HouseSchemas.all)
            try await store(feed, "tronzap", [38_000_000, 37_700_000], at: 10)
            try await store(feed, "catfee", nil, at: 0)
            try await store(feed, "tronnrg", [0], at: 10)
            try await store(feed, "ahead", [30_000_000], at: 4000)
            let told = try #require(try await look(feed, at: 70).prices)
            #expect(told.energyPrices.map(\.source) == ["supplier:tronzap"])
            #expect(told.energyPrices[0].price == SunPerEnergy("37.7"))
            #expect(told.energyPrices[0].at == FeedUnderTest.at(10))
            #expect(told.energyPrices[0].freshUntil == FeedUnderTest.at(610))
            let history =
                "SELECT count(*) || ' in history' FROM prices.v1_history WHERE series = 'energy.supplier:tronzap'"
            #expect(try await feed.database.sql(history).contains("2 in history"))
            // Nobody asked again: it grows old, and nothing is made up.
            let later = try await look(feed, at: 500)
            #expect(later.prices?.energyPrices.map(\.at) == [FeedUnderTest.at(10)])
            #expect(try await look(feed, at: 700).prices?.energyPrices[0].freshUntil == FeedUnderTest.at(610))
            #expect(try await feed.database.sql(history).contains("2 in history"))
            try await store(feed, "tronzap", [40_000_000], at: 720)
            #expect(
                try await look(feed, at: 721).prices?.energyPrices.map(\.price) == [try #require(SunPerEnergy("40"))]
            )
            let view = try await feed.database.sql(
                "SELECT source, price, observed_at = '\(FeedUnderTest.at(720))' FROM prices.v1_energy",
                "SELECT source, fault IS NULL FROM prices.v1_source WHERE tried_at IS NOT NULL"
            )
            #expect(view.contains("supplier:tronzap|40000000|t") && view.contains("suppliers|t"))
        }
    }

    /// A replica that reads while another has stored a newer quote takes over nothing of its own making, and the next look
    /// brings the newest back.
    @Test func aQuoteIsTakenOverOnceAndTheNewestWins() async throws {
        try await FeedUnderTest.with { feed in
            try await Migrator(feed.client).apply(HouseSchemas.all)
            try await store(feed, "tronzap", [37_700_000], at: 10)
            let told = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 { group.addTask { try await look(feed, at: 20).prices != nil } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(told == 1)
            try await store(feed, "tronzap", [37_700_000], at: 30)
            #expect(try await look(feed, at: 31).prices == nil, "the same price is nothing to tell")
            #expect(try await feed.load().energy.values.map(\.at) == [FeedUnderTest.at(30)])
        }
    }
}
