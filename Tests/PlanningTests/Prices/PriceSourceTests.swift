import Models
import Testing

@testable import Planning

/// The answers of the four sources and of JustLend, as documented, and everything else.
@Suite struct PriceSourceTests {
    private static let good: [PriceSource: String] = [
        .coingecko: #"{"tron":{"usd":0.3276,"last_updated_at":1795000000}}"#,
        .binance: #"{"symbol":"TRXUSDT","price":"0.32760000"}"#,
        .okx:
            #"{"code":"0","msg":"","data":[{"instId":"TRX-USDT","last":"0.3276","askPx":"0.3277","bidPx":"0.3275","ts":"1795000000123"}]}"#,
        .kraken:
            #"{"error":[],"result":{"TRXUSD":{"a":["0.3277","1","1"],"b":["0.3275","1","1"],"c":["0.3276000","12"]}}}"#,
    ]

    private static let snapshot =
        #"{"data":{"rentInfo":{"priceFor10KEnergByRent":"0.44835366","priceFor10KEnergByStake":"1053.43779485","#
        + #""priceFor10KEnergByBurn":"1.00000000","totalDelegatedEnergyTrx":"506918969"},"stakeInfo":{"trxPrice":"0.3276"}}}"#

    private func fault(_ source: PriceSource, _ text: String) -> PriceFault? {
        do throws(PriceFault) {
            _ = try source.read(Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: PriceSource.allCases)
    func readsWhatIsDocumented(source: PriceSource) throws {
        let body = try #require(Self.good[source])
        let (price, at) = try source.read(Array(body.utf8))
        #expect(price == USDPerTRX("0.3276"))
        switch source {
        case .coingecko: #expect(at == Timestamp(milliseconds: 1_795_000_000_000))
        case .okx: #expect(at == Timestamp(milliseconds: 1_795_000_000_123))
        case .binance, .kraken: #expect(at == nil)
        }
    }

    @Test func aNumberKeepsItsDigits() throws {
        let text = #"{"tron":{"usd":3.2761239e-1,"last_updated_at":1795000000}}"#
        #expect(try PriceSource.coingecko.read(Array(text.utf8)).price == USDPerTRX(rawValue: 327_612))
    }

    @Test func errorsWithinASuccessfulAnswerAreFaults() {
        #expect(fault(.kraken, #"{"error":["EService:Unavailable"]}"#)?.code == .refused)
        #expect(fault(.kraken, #"{"error":["EGeneral:Too many requests"]}"#)?.code == .throttled)
        #expect(fault(.okx, #"{"code":"51001","msg":"Instrument ID does not exist","data":[]}"#)?.code == .refused)
        #expect(fault(.okx, #"{"code":"50011","msg":"Too Many Requests","data":[]}"#)?.code == .throttled)
    }

    @Test(arguments: [
        (PriceSource.coingecko, "{}"), (.coingecko, #"{"tron":{"usd":0,"last_updated_at":1795000000}}"#),
        (.coingecko, #"{"tron":{"usd":-0.3,"last_updated_at":1795000000}}"#), (.coingecko, #"{"tron":{"usd":0.3276}}"#),
        (.coingecko, #"{"tron":{"usd":null,"last_updated_at":1795000000}}"#),
        (.coingecko, #"{"tron":{"usd":1e300,"last_updated_at":1795000000}}"#),
        (.coingecko, #"{"tron":{"usd":0.3,"last_updated_at":1e18}}"#),
        (.binance, #"{"symbol":"BTCUSDT","price":"90000"}"#), (.binance, #"{"price":"0.3276"}"#),
        (.binance, #"{"symbol":"TRXUSDT","price":"NaN"}"#), (.binance, #"{"symbol":"TRXUSDT","price":["0.3"]}"#),
        (.binance, #"{"symbol":"TRXUSDT","price":"0.3276"} trailing"#), (.binance, #"[]"#), (.binance, ""),
        (.okx, #"{"code":"0","msg":"","data":[]}"#), (.okx, #"{"msg":"","data":[]}"#),
        (.okx, #"{"code":"0","data":[{"instId":"BTC-USDT","last":"1","ts":"1795000000123"}]}"#),
        (.okx, #"{"code":"0","data":[{"instId":"TRX-USDT","last":"0.3276","ts":"-5"}]}"#),
        (.kraken, #"{"error":[],"result":{}}"#), (.kraken, #"{"error":[],"result":{"A":{"c":[]}}}"#),
        (.kraken, #"{"error":[],"result":{"A":{"c":["1"]},"B":{"c":["1"]}}}"#), (.kraken, #"{"result":{}}"#),
    ])
    func whatIsNotAPriceIsABadAnswer(source: PriceSource, text: String) {
        #expect(fault(source, text)?.code == .badAnswer, "\(source): \(text)")
    }

    /// Any change of any byte, any cut: either an answer in bounds or a fault, never a trap.
    @Test(arguments: [1 as UInt64, 2, 3, 4])
    func hostileAnswersNeverTrap(seed: UInt64) {
        var generator = Generator(seed: seed)
        for source in PriceSource.allCases {
            let body = Array((Self.good[source] ?? "").utf8)
            for _ in 0..<1500 {
                var bytes = body
                for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
                    let index = Int.random(in: 0..<bytes.count, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                    case 1: bytes.remove(at: index)
                    case 2: bytes.insert(contentsOf: bytes[..<index].suffix(8), at: index)
                    default: bytes.removeLast(bytes.count - index)
                    }
                }
                guard let (price, at) = try? source.read(bytes) else { continue }
                #expect(price.rawValue > 0 && price.rawValue <= 1_000_000_000_000, "seed \(seed)")
                #expect(at.map { $0.milliseconds > 0 && $0.milliseconds < 253_402_300_800_000 } ?? true, "seed \(seed)")
            }
        }
    }

    @Test func nestingHasALimit() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(PriceJSON(Array(deep.utf8)) == nil)
        #expect(PriceJSON(Array("[[[[1]]]]".utf8)) != nil)
        #expect(PriceJSON([0x22, 0xFF, 0x22]) == nil, "no UTF-8")
        #expect(PriceJSON(Array(#""\ud83d\ude00\u00e9\n""#.utf8)) == .string("😀é\n"))
        for text in [#""\ud83d""#, #""\u12""#, "01", "1.", "-", "tru", #"{"a":1,}"#, "[1,]", #"{"a" 1}"#, "\"\u{1}\""] {
            #expect(PriceJSON(Array(text.utf8)) == nil, "\(text)")
        }
    }

    @Test func justLendsSnapshotGivesPricesOfOneEnergy() throws {
        let read = try JustLendSnapshot(Array(Self.snapshot.utf8))
        let now = Timestamp(milliseconds: 1_795_000_000_000)
        let prices = read.energyPrices(yield: StakeYield(basisPoints: 400, turnover: 100), at: now)
        let bySource = Dictionary(uniqueKeysWithValues: prices.map { ($0.source, $0.price) })
        #expect(bySource[.justLendRent] == SunPerEnergy("44.835366"))
        #expect(bySource[.justLendBurn] == SunPerEnergy("100"))
        // 105,343.779485 sun * 4 % / 365
        #expect(bySource[.justLendStake] == SunPerEnergy("11.544524"))
        for text in ["{}", #"{"data":null}"#, Self.snapshot.replacing("0.44835366", with: "-1")] {
            #expect(throws: PriceFault.self) { try JustLendSnapshot(Array(text.utf8)) }
        }
    }

    @Test func aStatusOtherThanSuccessIsAFault() {
        #expect(PriceFault(status: 200, retryAfter: nil) == nil)
        #expect(PriceFault(status: 429, retryAfter: .seconds(7))?.retryAfter == .seconds(7))
        #expect(PriceFault(status: 503, retryAfter: nil)?.code == .serverError)
        #expect(PriceFault(status: 301, retryAfter: nil)?.code == .refused)
    }
}
