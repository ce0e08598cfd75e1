internal import Models
internal import Testing

@testable import BusbarCLI

@Suite struct MoneyTextTests {
    @Test func amountsInTablesHaveAllTheirPlaces() {
        #expect(Sun(1).fixedTRX == "0.000001")
        #expect(Sun(-12_500_000).fixedTRX == "-12.500000")
        #expect(Sun(Int64.min).fixedTRX == "-9223372036854.775808")
    }

    @Test func aDayBeginsInSeoul() throws {
        #expect(try Parsing.dayOrTime("2026-11-21").description == "2026-11-20T15:00:00.000Z")
        #expect(try Parsing.dayOrTime("2026-11-21T00:00:00Z").description == "2026-11-21T00:00:00.000Z")
        let now = try #require(Timestamp("2026-11-30T15:00:00Z"))
        #expect(Parsing.beginningOfMonth(now) == now)
        #expect(Parsing.beginningOfMonth(now - .milliseconds(1)).description == "2026-10-31T15:00:00.000Z")
        for text in ["", "yesterday", "2026-02-30", "2026-11-2"] {
            #expect(throws: (any Error).self) { try Parsing.dayOrTime(text) }
        }
    }

    @Test func depositsAreMoreThanZero() throws {
        #expect(try Parsing.trx("0.000001") == Sun(1))
        #expect(try Parsing.trxOrZero("0") == .zero)
        for text in ["0", "-1", "1e6", "0.0000001", "ten"] {
            #expect(throws: (any Error).self) { try Parsing.trx(text) }
        }
    }

    @Test func cellsOfOthersAreText() {
        #expect(CSV.text("plain") == "plain")
        #expect(CSV.text("a \"b\", c") == "\"a \"\"b\"\", c\"")
        #expect(CSV.text("=cmd()") == "'=cmd()")
        #expect(CSV.text(nil).isEmpty)
    }
}
