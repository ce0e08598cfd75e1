internal import ArgumentParser
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
        // CR LF is one character, as a quote with an accent is; a table has to take them apart.
        #expect(CSV.text("a\r\nb") == "\"a\r\nb\"")
        #expect(CSV.text("a\"\u{301}") == "\"a\"\"\u{301}\"")
        #expect(CSV.text("=\u{301}cmd()") == "'=\u{301}cmd()")
    }

    @Test func notesAndKeysHaveNoControlCharacters() throws {
        for note in ["a\nb", "a\r\nb", "\u{1B}[2J", "a\u{2028}b", "\u{85}"] {
            #expect(throws: (any Error).self) { try PartnerCredit.parse(["p42", "5", "--note", note]) }
            #expect(throws: (any Error).self) { try PartnerCredit.parse(["p42", "5", "--note", "n", "--key", note]) }
        }
        #expect(try PartnerCredit.parse(["p42", "5", "--note", "입금, 21 November"]).deposit.note == "입금, 21 November")
    }

    @Test func aStatementCoversTheMonthOfItsLastMoment() throws {
        let now = try #require(Timestamp("2026-11-21T09:30:00Z"))
        func period(_ arguments: String...) throws -> String {
            let (from, to) = try StatementCommand.parse(["p42"] + arguments).period(now)
            return "\(from) \(to)"
        }
        #expect(try period() == "2026-10-31T15:00:00.000Z 2026-11-21T09:30:00.001Z")
        #expect(try period("--to", "2026-10-15") == "2026-09-30T15:00:00.000Z 2026-10-14T15:00:00.000Z")
        // The first moment of a month ends the month before it.
        #expect(try period("--to", "2026-11-01") == "2026-09-30T15:00:00.000Z 2026-10-31T15:00:00.000Z")
        #expect(try period("--from", "2026-11-21") == "2026-11-20T15:00:00.000Z 2026-11-21T09:30:00.001Z")
        #expect(throws: (any Error).self) { try period("--from", "2026-11-22") }
        for end in ["2026-11-01", "2026-10-31"] {
            #expect(throws: (any Error).self) { try period("--from", "2026-11-01", "--to", end) }
        }
    }

    @Test func termsAreReadAsTheRegistryHasThem() throws {
        func changes(_ arguments: String...) throws -> [String: RegistryValue] {
            try PartnerTerms.parse(arguments).changes()
        }
        #expect(
            try changes("p42", "--margin-permille", "30", "--fee", "0.2", "--credit-limit", "1")
                == [
                    "margin_permille": .number(30), "fee_sun": .number(200_000), "credit_limit_sun": .number(1_000_000),
                ]
        )
        #expect(
            try changes(
                "p42",
                "--margin-permille",
                "house",
                "--fee",
                "house",
                "--charge-rule",
                "house",
                "--payer",
                "house"
            )
                == ["margin_permille": .nothing, "fee_sun": .nothing, "charge_rule": .nothing, "payer": .nothing]
        )
        #expect(try changes("--charge-rule", "always") == ["charge_rule": .text("always")])
        for wrong in [
            ["--fee", "house"], ["--credit-limit", "1"], ["p42", "--fee", "9007199254.740992"],
            ["p42", "--payer", "me"],
            ["p42", "--margin-permille", "10001"], ["p42", "--charge-rule", "sometimes"],
        ] {
            #expect(throws: (any Error).self) { try PartnerTerms.parse(wrong) }
        }
    }
}
