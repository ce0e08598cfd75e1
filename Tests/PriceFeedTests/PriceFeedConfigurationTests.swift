internal import Models
internal import Planning
internal import ServiceKit
internal import Testing

@testable import PriceFeed

/// What the feed is told at its start.
@Suite struct PriceFeedConfigurationTests {
    private func configuration(_ more: [String: String] = [:]) throws -> PriceFeedConfiguration {
        let environment = ["BUSBAR_ENVIRONMENT": "local"].merging(more) { $1 }
        return try PriceFeedConfiguration(
            ServiceConfiguration(service: "price-feed", keys: PriceFeedConfiguration.keys, environment: environment)
        )
    }

    @Test func theDefaultsAreTheRealSources() throws {
        let configuration = try configuration()
        #expect(
            configuration.trx.map(\.url) == [
                "https://api.binance.com/api/v3/ticker/price?symbol=TRXUSDT",
                "https://api.coingecko.com/api/v3/simple/price?ids=tron&vs_currencies=usd&include_last_updated_at=true",
                "https://api.kraken.com/0/public/Ticker?pair=TRXUSD",
                "https://www.okx.com/api/v5/market/ticker?instId=TRX-USDT",
            ]
        )
        #expect(configuration.trx.map(\.interval) == [.seconds(15), .seconds(60), .seconds(15), .seconds(15)])
        #expect(configuration.justLend == "https://openapi.just.network/lend/strx")
        #expect(configuration.policy.price == PricePolicy())
        #expect(configuration.trx.allSatisfy { $0.headers.isEmpty })
    }

    @Test func sourcesCanBeSwitchedOffAndPointedElsewhere() throws {
        let configuration = try configuration([
            "BUSBAR_PRICE_SOURCES": "okx, coingecko", "BUSBAR_PRICE_OKX_URL": "http://127.0.0.1:1/prices/okx/",
            "BUSBAR_PRICE_JUSTLEND": "false", "BUSBAR_PRICE_COINGECKO_API_KEY": "CG-key",
        ])
        #expect(configuration.trx.map(\.source) == [.coingecko, .okx])
        #expect(configuration.trx[0].headers.map(\.name) == ["x-cg-demo-api-key"])
        #expect(configuration.trx[1].url == "http://127.0.0.1:1/prices/okx/api/v5/market/ticker?instId=TRX-USDT")
        #expect(configuration.trx[1].headers.isEmpty, "a key goes to its owner alone")
        #expect(configuration.justLend == nil)
    }

    @Test(arguments: [
        ["BUSBAR_PRICE_SOURCES": "binance,mtgox"], ["BUSBAR_PRICE_POLL_INTERVAL": "0s"],
        ["BUSBAR_PRICE_TOLERANCE_BP": "0"], ["BUSBAR_PRICE_OKX_URL": "ftp://okx"], ["BUSBAR_PRICE_SOURCE": "binance"],
    ])
    func whatCannotBeMeantIsRefused(variables: [String: String]) {
        #expect(throws: ConfigurationError.self) { try configuration(variables) }
    }
}
