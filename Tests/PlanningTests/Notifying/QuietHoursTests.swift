import Models
import Planning
import Testing

struct QuietHoursTests {
    @Test(
        arguments: [
            // 13:00 UTC is 22:00 in Seoul.
            ("22:00-07:00", "2026-11-21T12:59:59.999Z", nil),
            ("22:00-07:00", "2026-11-21T13:00:00.000Z", "2026-11-21T22:00:00.000Z"),
            ("22:00-07:00", "2026-11-21T15:00:00.000Z", "2026-11-21T22:00:00.000Z"),
            ("22:00-07:00", "2026-11-21T21:59:59.999Z", "2026-11-21T22:00:00.000Z"),
            ("22:00-07:00", "2026-11-21T22:00:00.000Z", nil),
            ("12:00-13:30+00:00", "2026-11-21T12:30:00.000Z", "2026-11-21T13:30:00.000Z"),
            ("12:00-13:30+00:00", "2026-11-21T13:30:00.000Z", nil),
            ("00:00-06:00-03:30", "2026-11-21T03:30:00.000Z", "2026-11-21T09:30:00.000Z"),
            ("00:00-06:00-03:30", "2026-11-21T03:29:59.999Z", nil),
            // To midnight.
            ("20:00-00:00+00:00", "2026-11-21T23:00:00.000Z", "2026-11-22T00:00:00.000Z"),
            ("20:00-00:00+00:00", "2026-11-22T00:00:00.000Z", nil),
            // All but a minute.
            ("00:01-00:00+00:00", "2026-12-31T00:01:00.000Z", "2027-01-01T00:00:00.000Z"),
        ] as [(String, String, String?)]
    )
    func peopleAreLeftAloneUntilTheirEnd(hours: String, now: String, end: String?) throws {
        let hours = try #require(QuietHours(hours))
        #expect(hours.end(at: try #require(Timestamp(now)))?.description == end)
    }

    @Test func theirTextIsReadBackAndHasItsOffset() throws {
        #expect(QuietHours("22:00-07:00")?.description == "22:00-07:00+09:00")
        #expect(QuietHours("22:00-07:00")?.offset == 540)
        #expect(QuietHours("22:05-07:59-03:30")?.description == "22:05-07:59-03:30")
        #expect(QuietHours("22:05-07:59-03:30") == QuietHours(from: 1325, to: 479, offset: -210))
    }

    @Test(arguments: [
        "", "22:00", "22:00-22:00", "24:00-07:00", "22:60-07:00", "22-07", "2:00-07:00", "22:00-7:00", "22:00–07:00",
        "22:00-07:00Z", "22:00-07:00+9:00", "22:00-07:00+14:01", "22:00-07:00-12:01", "22:00-07:00 09:00",
        "22.00-07:00", "-2:00-07:00", "22:00-07:00+09:0a", "22:00-07:00+09:00+", "２2:00-07:00",
    ])
    func whatAreNoHoursIsRefused(text: String) {
        #expect(QuietHours(text) == nil)
    }

    @Test func theyEndWhereTheNextMomentIsOutside() async {
        await forEverySeed(400) { seed, random in
            let hours = QuietHours(
                from: Int(random.int(0...1439)),
                to: Int(random.int(0...1439)),
                offset: Int(random.int(-720...840))
            )
            guard let hours else { return }
            #expect(QuietHours(hours.description) == hours, "seed \(seed)")
            let now = Timestamp(milliseconds: random.int(-100_000_000...4_000_000_000_000))
            // The clock on the wall, minute by minute.
            func isQuiet(_ moment: Timestamp) -> Bool {
                let minutes = (moment + .seconds(Int64(hours.offset) * 60)).milliseconds + 86_400_000 * 1_000_000
                let minute = Int(minutes / 60_000 % 1440)
                return (minute - hours.from + 1440) % 1440 < (hours.to - hours.from + 1440) % 1440
            }
            let end = hours.end(at: now)
            #expect((end != nil) == isQuiet(now), "seed \(seed)")
            guard let end else { return }
            #expect(end > now && end - now <= .seconds(86_400), "seed \(seed)")
            #expect(!isQuiet(end) && isQuiet(end - .milliseconds(1)), "seed \(seed)")
            #expect(hours.end(at: end) == nil && hours.end(at: end - .milliseconds(1)) == end, "seed \(seed)")
        }
    }
}
