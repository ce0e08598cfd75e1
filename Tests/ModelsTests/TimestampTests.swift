import Foundation
import Models
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", 0), ("2026-11-21T09:30:00.000Z", 1_795_253_400_000),
        ("2000-02-29T23:59:59.999Z", 951_868_799_999), ("1969-12-31T23:59:59.999Z", -1),
        ("2038-01-19T03:14:08.000Z", 2_147_483_648_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("0001-01-01T00:00:00.000Z", -62_135_596_800_000), ("1900-03-01T00:00:00.000Z", -2_203_891_200_000),
    ])
    func knownMoments(text: String, milliseconds: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        ("2026-11-21T09:30:00Z", 0), ("2026-11-21t09:30:00z", 0), ("2026-11-21 09:30:00Z", 0),
        ("2026-11-21T18:30:00+09:00", 0), ("2026-11-21T04:00:00-05:30", 0), ("2026-11-21T09:30:00.5Z", 500),
        ("2026-11-21T09:30:00.123456789Z", 123), ("2026-11-21T09:30:00.999999Z", 999),
        ("2026-11-21T09:29:60Z", 0), ("2026-11-22T00:30:00+15:00", 0),
    ])
    func otherForms(text: String, extra: Int64) {
        #expect(Timestamp(text)?.milliseconds == 1_795_253_400_000 + extra)
    }

    @Test(arguments: [
        "", "2026", "2026-11-21", "2026-11-21T09:30:00", "2026-11-21T09:30Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-11-21T24:00:00Z", "2026-11-21T09:60:00Z", "2026-11-21T09:30:61Z", "2026-11-21T09:30:00.Z",
        "2026-11-21T09:30:00.1234567890Z", "2026-11-21T09:30:00Zx", " 2026-11-21T09:30:00Z", "2026-11-21T09:30:00+0900",
        "2026-11-21T09:30:00+24:00", "2026-11-21T09:30:00+09:60", "26-11-21T09:30:00Z", "２026-11-21T09:30:00Z",
        "1900-02-29T00:00:00Z", "-026-11-21T09:30:00Z",
    ])
    func refusals(text: String) { #expect(Timestamp(text) == nil) }

    /// Agrees with Foundation's calendar, over 8,000 years.
    @Test(arguments: [5, 2026]) func everyMomentComesBack(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<1000 {
            let milliseconds = Int64.random(in: -11_644_473_600_000...253_402_300_799_999, using: &generator)
            let time = Timestamp(milliseconds: milliseconds)
            #expect(Timestamp(time.description) == time, "seed \(seed)")
            let whole = milliseconds - (milliseconds % 1000 + 1000) % 1000
            let date = Date(timeIntervalSince1970: Double(whole / 1000))
            #expect(Timestamp(milliseconds: whole).description == date.formatted(style), "seed \(seed)")
        }
    }

    @Test func arithmeticAndJSON() throws {
        let time = Timestamp(milliseconds: 1000)
        #expect(time + .seconds(2) - time == .seconds(2))
        #expect((time - .milliseconds(1)).milliseconds == 999)
        #expect((Duration.milliseconds(5) + .microseconds(999)).wholeMilliseconds == 5)
        #expect((Duration.milliseconds(-5) - .microseconds(999)).wholeMilliseconds == -5)
        let json = try JSONEncoder().encode([time])
        #expect(String(decoding: json, as: UTF8.self) == "[\"1970-01-01T00:00:01.000Z\"]")
        #expect(try JSONDecoder().decode([Timestamp].self, from: json) == [time])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Timestamp].self, from: Data("[\"x\"]".utf8)) }
    }

    @Test func theSystemClockIsNow() {
        let clock = SystemClock().now()
        let foundation = Int64(Date().timeIntervalSince1970 * 1000)
        #expect(abs(clock.milliseconds - foundation) < 5000)
    }
}
