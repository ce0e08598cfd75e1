import Models
import Testing

@testable import Planning

/// What the feed knows over time, and when it speaks.
@Suite struct PriceBookTests {
    private let start = Timestamp(milliseconds: 1_795_000_000_000)
    private let policy = FeedPolicy(
        price: PricePolicy(),
        energyFreshFor: .seconds(600),
        yield: StakeYield(basisPoints: 400, turnover: 100),
        announceFrom: 10,
        announceEvery: .seconds(60),
        drift: 100
    )

    private func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    private func book() -> PriceBook { PriceBook(enabled: [.binance, .okx]) }

    @Test func theLastGoodPriceStaysWithItsAge() {
        var book = book()
        #expect(book.decide(policy, now: at(0)) == nil, "nothing is known, nothing is said")
        book.take(USDPerTRX(rawValue: 327_600), from: .binance, at: nil, now: at(0))
        #expect(book.decide(policy, now: at(0)) == nil, "one alone is no price")
        book.take(USDPerTRX(rawValue: 327_800), from: .okx, at: nil, now: at(1))
        let first = book.decide(policy, now: at(1))
        #expect(first?.trxPrice == USDPerTRX(rawValue: 327_700) && first?.trxState == .fresh)
        // Both fall silent.
        #expect(book.decide(policy, now: at(30)) == nil)
        let stale = book.decide(policy, now: at(181))
        #expect(stale?.trxState == .stale && stale?.trxPrice == USDPerTRX(rawValue: 327_700) && stale?.trxAsOf == at(0))
        #expect(book.verdicts[.binance]?.name == "stale")
        // And disagree when they are back: the old price stays.
        book.take(USDPerTRX(rawValue: 300_000), from: .binance, at: nil, now: at(182))
        book.take(USDPerTRX(rawValue: 400_000), from: .okx, at: nil, now: at(182))
        _ = book.decide(policy, now: at(182))
        #expect(book.trx?.price == USDPerTRX(rawValue: 327_700))
        book.take(USDPerTRX(rawValue: 301_000), from: .okx, at: nil, now: at(183))
        let back = book.decide(policy, now: at(183))
        #expect(back?.trxState == .fresh && back?.trxPrice == USDPerTRX(rawValue: 300_500))
    }

    @Test func smallMovesAreToldOnceAMinute() {
        var book = book()
        func say(_ price: Int64, _ seconds: Int64) -> PriceUpdated? {
            book.take(USDPerTRX(rawValue: price), from: .binance, at: nil, now: at(seconds))
            book.take(USDPerTRX(rawValue: price), from: .okx, at: nil, now: at(seconds))
            return book.decide(policy, now: at(seconds))
        }
        #expect(say(300_000, 0) != nil)
        #expect(say(300_200, 1) == nil, "0.07 %")
        #expect(say(300_400, 2) != nil, "0.13 % since it was told")
        #expect(say(300_400, 61) == nil)
        #expect(say(300_400, 62) != nil, "a minute has passed")
    }

    @Test func aSourceThatIsSwitchedOffDoesNotCount() {
        var book = book()
        book.quotes[.kraken] = PriceQuote(
            source: .kraken,
            price: USDPerTRX(rawValue: 1),
            quotedAt: at(0),
            readAt: at(0)
        )
        book.take(USDPerTRX(rawValue: 327_600), from: .binance, at: nil, now: at(0))
        book.take(USDPerTRX(rawValue: 327_600), from: .okx, at: nil, now: at(0))
        _ = book.decide(policy, now: at(0))
        #expect(book.trx?.price == USDPerTRX(rawValue: 327_600) && book.verdicts[.kraken] == nil)
    }

    @Test func suppliersQuotesCountAsRentWhenTheyAreGiven() throws {
        var book = book()
        let supplier = EnergyPriceSource.supplier(try #require(SupplierID("tronzap")))
        book.take([
            EnergyPrice(source: .burn, price: try #require(SunPerEnergy("100")), at: at(0)),
            EnergyPrice(source: supplier, price: try #require(SunPerEnergy("37.7")), at: at(0)),
        ])
        let event = book.decide(policy, now: at(0))
        #expect(event?.marketDemand == .low)
        #expect(event?.energyPrices.map(\.source) == ["burn", "supplier:tronzap"])
        // What is too old says nothing about the market.
        #expect(book.decide(policy, now: at(601))?.marketDemand == nil)
    }

    @Test func aBreakerOpensAfterThreeFailuresAndHonoursWishes() {
        var breaker = SourceBreaker()
        let fault = PriceFault(.serverError, "status 503")
        let pace = Duration.seconds(15)
        #expect(breaker.failed(fault, pace: pace) == pace && !breaker.isOpen)
        #expect(breaker.failed(fault, pace: pace) == pace)
        #expect(breaker.failed(fault, pace: pace) == .seconds(60) && breaker.isOpen)
        #expect(breaker.failed(fault, pace: pace) == .seconds(120))
        for _ in 0..<50 { #expect(breaker.failed(fault, pace: pace) <= .seconds(600)) }
        breaker.succeeded()
        #expect(!breaker.isOpen)
        #expect(breaker.failed(PriceFault(.throttled, "429"), pace: pace) == .seconds(60))
        let wish = PriceFault(.throttled, "429", retryAfter: .seconds(1_000_000))
        #expect(breaker.failed(wish, pace: pace) == .seconds(3600))
    }

    @Test func theChainIsNeverLeftAloneForLong() {
        var breaker = SourceBreaker(longest: .seconds(30), longestWish: .seconds(30))
        let pace = Duration.seconds(10)
        let wish = PriceFault(.throttled, "429", retryAfter: .seconds(900))
        #expect(breaker.failed(wish, pace: pace) == .seconds(30))
        for _ in 0..<50 { #expect(breaker.failed(PriceFault(.timedOut, ""), pace: pace) <= .seconds(30)) }
        #expect(breaker.failed(wish, pace: .seconds(60)) == .seconds(60), "but never asked more often than configured")
    }

    /// A source that wants to be left alone is, while the database is away too.
    @Test func whatCouldNotBeStoredIsReadAgainSoonUnlessTheSourceFailed() {
        let pace = Duration.seconds(15)
        #expect(SourceBreaker.pause(unstored: nil, pace: pace) == .seconds(1))
        #expect(SourceBreaker.pause(unstored: nil, pace: .milliseconds(500)) == .milliseconds(500))
        #expect(SourceBreaker.pause(unstored: .seconds(3600), pace: pace) == .seconds(3600))
        #expect(SourceBreaker.pause(unstored: .milliseconds(200), pace: pace) == .seconds(1))
    }

    @Test func aFaultSaysNothingThatCannotBeStored() {
        #expect(PriceFault(.refused, "no\0t\u{1B}[31m now\r\n\u{85}").detail == "not[31m now")
        #expect(PriceFault(.refused, "\0\u{7F}").detail == "")
        #expect(PriceFault(.refused, String(repeating: "\0", count: 500) + "why").detail == "why")
        let stacked = "e" + String(repeating: "\u{301}", count: 100_000)
        #expect(PriceFault(.refused, stacked).detail.unicodeScalars.count == 200)
    }
}
