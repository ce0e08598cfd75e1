import Models
import Testing

@testable import Planning

/// The median of those that are fresh and agree.
@Suite struct PriceConsensusTests {
    private let now = Timestamp(milliseconds: 1_795_000_000_000)
    private let policy = PricePolicy()

    private func quote(_ source: PriceSource, _ price: Int64, age: Int64 = 5) -> PriceQuote {
        let at = now - .seconds(age)
        return PriceQuote(source: source, price: USDPerTRX(rawValue: price), quotedAt: at, readAt: at)
    }

    private func judged(_ quotes: PriceQuote..., enabled: Int = 4) -> PriceJudgement {
        judge(quotes, enabled: enabled, policy: policy, now: now)
    }

    @Test func fourThatAgreeGiveTheirMedian() {
        let result = judged(
            quote(.binance, 327_600),
            quote(.okx, 327_700),
            quote(.kraken, 327_900),
            quote(.coingecko, 327_100, age: 90)
        )
        #expect(result.price == USDPerTRX(rawValue: 327_650))
        #expect(result.sources == 4)
        // Two of them stand behind it since five seconds ago.
        #expect(result.asOf == now - .seconds(5))
        #expect(result.verdicts.values.allSatisfy { $0 == .used })
    }

    @Test func oneThatIsFarOffIsRefusedAndSaidToBe() {
        let result = judged(
            quote(.binance, 327_600),
            quote(.okx, 327_700),
            quote(.kraken, 491_400),
            quote(.coingecko, 327_100)
        )
        #expect(result.price == USDPerTRX(rawValue: 327_600))
        #expect(result.verdicts[.kraken]?.name == "outlier")
        #expect(result.verdicts[.kraken]?.detail.contains("% from the median 0.32765") == true)
    }

    @Test func oldOnesAndThoseFromTheFutureDoNotCount() {
        let result = judged(
            quote(.binance, 327_600),
            quote(.okx, 400_000, age: 181),
            quote(.kraken, 400_000, age: -61),
            quote(.coingecko, 327_700)
        )
        #expect(result.price == USDPerTRX(rawValue: 327_650))
        #expect(result.verdicts[.okx] == .stale(age: .seconds(181)))
        #expect(result.verdicts[.kraken] == .ahead(by: .seconds(61)))
    }

    @Test func tooFewGiveNoPrice() {
        #expect(judged().price == nil)
        let alone = judged(quote(.binance, 327_600))
        #expect(alone.price == nil && alone.verdicts[.binance] == .unconfirmed)
        // Where only one is switched on, it is all there is.
        #expect(judged(quote(.binance, 327_600), enabled: 1).price == USDPerTRX(rawValue: 327_600))
    }

    @Test func whereNobodyAgreesThereIsNoPrice() {
        let two = judged(quote(.binance, 300_000), quote(.okx, 330_000))
        #expect(two.price == nil)
        #expect(two.verdicts.values.allSatisfy { $0.name == "outlier" })
        let three = judged(quote(.binance, 300_000), quote(.okx, 330_000), quote(.kraken, 360_000))
        #expect(three.price == nil && three.verdicts[.okx] == .unconfirmed)
        let halves = judged(
            quote(.binance, 300_000),
            quote(.okx, 300_100),
            quote(.kraken, 400_000),
            quote(.coingecko, 400_100)
        )
        #expect(halves.price == nil)
    }

    /// Whatever a minority says, and however often the order changes, the price lies within what the others say.
    @Test(arguments: [1 as UInt64, 2, 3, 4, 5])
    func aMinorityMovesNothing(seed: UInt64) {
        var generator = Generator(seed: seed)
        for _ in 0..<2000 {
            let base = Int64.random(in: 1000...1_000_000_000, using: &generator)
            var sources = PriceSource.allCases.shuffled(using: &generator)
            let liars = Int.random(in: 0...1, using: &generator)
            let honest = (0..<(Int.random(in: 2...3, using: &generator) + (liars > 0 ? 1 : 0)))
                .prefix(4 - liars).map { _ in
                    quote(sources.removeFirst(), base + Int64.random(in: 0...base / 200, using: &generator))
                }
            let hostile = (0..<liars).map { _ in
                quote(sources.removeFirst(), Int64.random(in: 1...1_000_000_000_000, using: &generator))
            }
            let quotes = (honest + hostile).shuffled(using: &generator)
            let result = judge(quotes, enabled: 4, policy: policy, now: now)
            let prices = honest.map(\.price.rawValue)
            let (low, high) = (prices.min() ?? 0, prices.max() ?? 0)
            let price = result.price?.rawValue ?? -1
            #expect(price >= low && price <= high, "seed \(seed): \(quotes.map { $0.price.rawValue })")
            #expect(judge(quotes.reversed(), enabled: 4, policy: policy, now: now) == result, "seed \(seed)")
            #expect(result.verdicts.count == quotes.count, "seed \(seed): each quote has its verdict")
            for quote in honest { #expect(result.verdicts[quote.source] == .used, "seed \(seed)") }
        }
    }

    /// Whatever comes in: a price only within the used quotes, fresh, and from enough of them.
    @Test(arguments: [21 as UInt64, 22, 23])
    func aPriceIsNeverMadeUp(seed: UInt64) {
        var generator = Generator(seed: seed)
        for _ in 0..<3000 {
            var quotes: [PriceQuote] = []
            for source in PriceSource.allCases where Bool.random(using: &generator) {
                let price = Int64.random(
                    in: 1...Int64(1) << Int64.random(in: 1...39, using: &generator),
                    using: &generator
                )
                quotes.append(quote(source, price, age: Int64.random(in: -120...300, using: &generator)))
            }
            let enabled = max(quotes.count, Int.random(in: 0...4, using: &generator))
            let result = judge(quotes, enabled: enabled, policy: policy, now: now)
            let used = quotes.filter { result.verdicts[$0.source] == .used }
            guard let price = result.price else {
                #expect(used.isEmpty && result.asOf == nil && result.sources == 0, "seed \(seed)")
                continue
            }
            #expect(used.count == result.sources && used.count >= min(2, enabled), "seed \(seed)")
            let (low, high) = (used.map(\.price).min() ?? price, used.map(\.price).max() ?? price)
            #expect(price >= low && price <= high, "seed \(seed)")
            #expect(result.asOf.map { now - $0 <= policy.freshFor && $0 <= now + policy.skew } == true, "seed \(seed)")
        }
    }
}
