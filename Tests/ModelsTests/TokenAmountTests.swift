import Foundation
import Models
import Testing

@Suite struct TokenAmountTests {
    private func read(_ text: String) -> Result<Int64, TokenAmount.ParseError> {
        do {
            return .success(try TokenAmount(parsing: text).units)
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: [
        ("0", 0), ("1", 1_000_000), ("12.5", 12_500_000), ("0.000001", 1), ("0.10", 100_000), ("007", 7_000_000),
        ("9223372036854.775807", Int64.max), ("1.000000", 1_000_000),
    ])
    func amounts(text: String, units: Int64) { #expect(read(text) == .success(units)) }

    @Test(arguments: [
        ("", TokenAmount.ParseError.notDecimal), (".", .notDecimal), (".5", .notDecimal), ("5.", .notDecimal),
        ("1.2.3", .notDecimal), ("1,5", .notDecimal), ("1e3", .notDecimal), ("+1", .notDecimal), (" 1", .notDecimal),
        ("1 ", .notDecimal), ("0x10", .notDecimal), ("NaN", .notDecimal), ("１", .notDecimal), ("--1", .notDecimal),
        ("-", .notDecimal), ("-x", .notDecimal), ("-1", .negative), ("-0.5", .negative), ("0.0000001", .tooManyPlaces),
        ("1.0000000", .tooManyPlaces), ("9223372036854.775808", .tooLarge), ("9223372036855", .tooLarge),
        ("99999999999999999999999999", .tooLarge),
    ])
    func refusals(text: String, error: TokenAmount.ParseError) { #expect(read(text) == .failure(error)) }

    @Test func shortestForm() throws {
        for (text, shortest) in [("12.500000", "12.5"), ("0.000001", "0.000001"), ("100", "100"), ("0.0", "0")] {
            #expect("\(try TokenAmount(parsing: text))" == shortest)
        }
    }

    @Test(arguments: [3, 2026]) func everyAmountComesBack(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1000 {
            let units =
                Int64.random(in: 0...Int64.max, using: &generator) >> Int64.random(in: 0...62, using: &generator)
            let amount = try #require(TokenAmount(units: units))
            #expect(try TokenAmount(parsing: amount.description) == amount, "seed \(seed)")
            let json = try JSONEncoder().encode([amount])
            #expect(try JSONDecoder().decode([TokenAmount].self, from: json) == [amount], "seed \(seed)")
        }
    }

    @Test func neverNegative() {
        #expect(TokenAmount(units: -1) == nil)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([TokenAmount].self, from: Data("[\"-1\"]".utf8))
        }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([TokenAmount].self, from: Data("[1]".utf8)) }
    }

    @Test func scaling() {
        #expect(scaledUp(10, by: 1, over: 3) == 4)
        #expect(scaledDown(10, by: 1, over: 3) == 3)
        #expect(scaledUp(9, by: 1, over: 3) == 3)
        #expect(scaledUp(Int64.max, by: Int64.max, over: Int64.max) == Int64.max)
        #expect(scaledUp(Int64.max, by: 2, over: 1) == nil)
        #expect(scaledDown(Int64.max, by: 2, over: 1) == nil)
        #expect(scaledUp(-10, by: 1, over: 3) == -3)
        #expect(scaledDown(-10, by: 1, over: 3) == -3)
    }

    @Test func quantities() throws {
        #expect(Sun(Int64.max).adding(Sun(1)) == nil)
        #expect(Sun(1).adding(Sun(2)) == Sun(3))
        #expect(Sun(-5).clamped == .zero)
        #expect(Sun.trx - Sun(1) == Sun(999_999))
        #expect(String(decoding: try JSONEncoder().encode([Energy(65_000)]), as: UTF8.self) == "[65000]")
        #expect(
            try JSONDecoder().decode([Sun].self, from: Data("[9007199254740993]".utf8)) == [Sun(9_007_199_254_740_993)]
        )
    }
}
