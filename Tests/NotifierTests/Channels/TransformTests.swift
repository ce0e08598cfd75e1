import Models
import Testing

@testable import Notifier

@Suite struct TransformTests {
    private func text(_ value: String, now: Timestamp = Timestamp(milliseconds: 0)) throws -> TemplateText {
        let scope = TemplateScope(words: Vocabulary(), zone: .seoul, type: "withdrawal.ready", now: now)
        return scope.text(value, "field")
    }

    private func apply(_ transform: TemplateTransform, _ value: String) throws -> String {
        let result = try #require(transform.apply(try text(value)) as? TemplateText)
        return result.renderText
    }

    @Test(arguments: [
        ("0", "0"), ("999", "999"), ("1000", "1,000"), ("64928", "64,928"), ("-1234567", "-1,234,567"),
        ("1234567.5", "1,234,567.5"), ("12.345678", "12.345678"), ("11=90", "11=90"), ("1e9999", "1e9999"), ("", ""),
        ("1234.", "1234."), ("-", "-"), ("12a4567", "12a4567"),
    ])
    func digitsStandInGroupsOfThree(value: String, expected: String) throws {
        #expect(try apply(.thousands, value) == expected)
    }

    @Test(arguments: [
        ("0", "0 TRX"), ("1", "0.000001 TRX"), ("921340", "0.92134 TRX"), ("13900000000", "13,900 TRX"),
        ("-1500000", "-1.5 TRX"), ("9223372036854775807", "9,223,372,036,854.775807 TRX"), ("none", "none"),
    ])
    func sunIsShownAsTRXWithoutRounding(value: String, expected: String) throws {
        #expect(try apply(.trx, value) == expected)
    }

    @Test func timesAreTheReadersAndHaveADateOnOtherDays() throws {
        let moment = try #require(Timestamp("2026-11-21T16:30:05.999Z"))
        let sameDay = try #require(Timestamp("2026-11-21T15:00:00Z"))
        let dayBefore = try #require(Timestamp("2026-11-21T14:59:59Z"))
        #expect(ZoneOffset.seoul.shown(moment, now: sameDay) == "01:30:05 KST")
        #expect(ZoneOffset.seoul.shown(moment, now: dayBefore) == "2026-11-22 01:30:05 KST")
        #expect(ZoneOffset.seoul.stamp(moment, now: sameDay) == "01:30:05")
        #expect(ZoneOffset.seoul.stamp(moment, now: dayBefore) == "11-22 01:30:05")
        #expect(ZoneOffset(minutes: 0).shown(moment, now: sameDay) == "16:30:05 UTC")
        #expect(ZoneOffset(minutes: -210).shown(moment, now: sameDay) == "13:00:05 UTC-03:30")
        #expect(ZoneOffset(minutes: 330).name == "UTC+05:30")
        #expect(try apply(.time, "2026-11-21T09:30:00.000Z") == "2026-11-21 18:30:00 KST")
        #expect(try apply(.time, "tomorrow") == "tomorrow")
    }

    @Test func longIdsKeepTheirEnds() throws {
        #expect(try apply(.short, String(repeating: "0f", count: 32)) == "0f0f0f0f…0f0f0f0f")
        #expect(try apply(.short, "W-2026-0001") == "W-2026-0001")
    }

    @Test(arguments: [("0", "0"), ("99", "0"), ("2300", "2.3"), ("2350", "2.3"), ("1234500", "1,234.5"), ("x", "x")])
    func millisecondsAreShownAsSeconds(value: String, expected: String) throws {
        #expect(try apply(.seconds, value) == expected)
    }

    @Test func onlyIntegersAboveZeroArePositive() throws {
        for (value, expected) in [("1", true), ("0", false), ("-1", false), ("", false), ("many", false)] {
            #expect(TemplateTransform.positive.apply(try text(value)) as? Bool == expected, "\(value)")
        }
    }

    @Test func lineBreaksOfAValueAreKeptOnlyWhereTheTemplateSaysSo() throws {
        #expect(try text("one\r\ntwo\n\nthree").renderText == "one two three")
        #expect(try apply(.lines, "one\r\ntwo\n\nthree") == "one\u{2028}two\u{2028}\u{2028}three")
    }

    @Test func whatTurnsOrHidesTextIsTakenOut() {
        #expect("pay\u{202E}001\u{0007} \u{2066}x\u{2069}".withoutControls == "pay001 x")
        let family = "👨‍👩‍👧 한국어 é"
        #expect(family.withoutControls == family)
    }

    @Test func wordsAreLookedForByTypeThenByFieldThenTheCodeStands() throws {
        let words = try Vocabulary(
            """
            # comment
            reason.tokens = in general
            withdrawal.short.reason.tokens = of the short = ones
            withdrawal.short.reason.tokens.advice = do this
            """
        )
        #expect(words.meaning(of: "tokens", at: "reason", in: "withdrawal.short") == "of the short = ones")
        #expect(words.meaning(of: "tokens", at: "deep.reason", in: "withdrawal.failed") == "in general")
        #expect(words.meaning(of: "other", at: "reason", in: "withdrawal.short") == "other")
        #expect(words.advice(on: "tokens", at: "reason", in: "withdrawal.short") == "do this")
        #expect(words.advice(on: "tokens", at: "reason", in: "withdrawal.failed") == nil)
        #expect(throws: VocabularyError(line: 2)) { try Vocabulary("a = b\nno entry\n") }
        #expect(throws: VocabularyError(line: 1)) { try Vocabulary("a =\n") }
    }
}
