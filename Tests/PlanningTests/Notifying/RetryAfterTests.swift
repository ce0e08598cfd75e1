import Models
import Planning
import Testing

struct RetryAfterTests {
    private let now: Timestamp

    init() throws { now = try #require(Timestamp("2026-11-21T09:30:00.500Z")) }

    @Test(arguments: [
        ("0", 0), ("120", 120_000), (" 120 ", 120_000), ("\t7", 7000), ("0.65", 650), ("1.5", 1500), ("1.0001", 1001),
        ("0.0000", 0), ("00010", 10_000), ("99999999999999999999", 999_999_999_000),
        ("Sat, 21 Nov 2026 09:31:00 GMT", 59_500),
        ("Saturday, 21-Nov-26 09:31:00 GMT", 59_500),
        ("Sat Nov 21 09:31:00 2026", 59_500),
        ("Tue Dec  1 09:30:00 2026", 863_999_500),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0),
        ("Tue, 29 Feb 2028 00:00:00 GMT", 40_141_799_500),
    ])
    func secondsAndDatesOfAllFormsAreRead(header: String, milliseconds: Int64) {
        #expect(RetryAfter.parse(header: header, now: now) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", " ", "-5", "+5", "5s", "1,5", "1.", ".5", "1.2.3", "0x10", "1e3", "soon", "٣",
        "Sat, 21 Nov 2026 09:31:00", "Sat, 21 Nov 2026 09:31:00 UTC", "Sat 21 Nov 2026 09:31:00 GMT",
        "Sat, 31 Nov 2026 09:31:00 GMT", "Mon, 29 Feb 2027 00:00:00 GMT", "Sat, 21 nov 2026 09:31:00 GMT",
        "Sat, 21 Nov 26 09:31:00 GMT", "Sat, 21 Nov 2026 9:31:00 GMT", "Sat, 21 Nov 2026 24:00:00 GMT",
        "Sat, 21 Nov 2026 09:31:00 GMT x", "Saturday, 21-Nov-2026 09:31:00 GMT", "Saturday, 21-11-26 09:31:00 GMT",
        "Saturday, 21-Nov--6 09:31:00 GMT", "2026-11-21T09:31:00Z", "Sat Nov 021 09:31:00 2026",
    ])
    func whatIsNeitherIsNothing(header: String) {
        #expect(RetryAfter.parse(header: header, now: now) == nil)
    }

    @Test func aYearOfTwoDigitsIsTheNearOne() {
        // 2077 is more than 50 years ahead of 2026, so it was 1977.
        #expect(RetryAfter.parse(header: "Sunday, 21-Nov-77 09:30:00 GMT", now: now) == .zero)
        let ahead = RetryAfter.parse(header: "Saturday, 21-Nov-76 09:30:00 GMT", now: now)
        #expect(ahead.map { $0 > .seconds(49 * 365 * 86_400) } == true)
    }

    @Test func everyDateIsReadBackInAllThreeForms() async {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let days = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
        await forEverySeed(400) { seed, random in
            let wait = random.int(0...40 * 365 * 86_400)
            let start = Timestamp(milliseconds: now.milliseconds / 1000 * 1000)
            let date = start + .seconds(wait)
            // `2026-11-21T09:30:00.000Z`
            let text = Array(date.description)
            func part(_ range: Range<Int>) -> String { String(text[range]) }
            guard let month = Int(part(5..<7)), let day = Int(part(8..<10)) else { return }
            let name = days[Int(date.milliseconds / 86_400_000 % 7)]
            let (short, time) = (months[month - 1], part(11..<19))
            let forms = [
                "\(name.prefix(3)), \(part(8..<10)) \(short) \(part(0..<4)) \(time) GMT",
                "\(name), \(part(8..<10))-\(short)-\(part(2..<4)) \(time) GMT",
                "\(name.prefix(3)) \(short) \(day < 10 ? " " : "")\(day) \(time) \(part(0..<4))",
            ]
            for form in forms {
                #expect(RetryAfter.parse(header: form, now: start) == .seconds(wait), "seed \(seed), \(form)")
            }
        }
    }

    @Test func noTextMakesItFail() async {
        let alphabet = Array("0123456789. ,-:GMTSunNov\t\u{0}é")
        await forEverySeed(400) { seed, random in
            let text = String((0..<random.int(0...40)).map { _ in random.pick(alphabet) })
            let wait = RetryAfter.parse(header: text, now: now)
            #expect(wait.map { $0 >= .zero } ?? true, "seed \(seed), \(text)")
        }
    }
}
