internal import Models
internal import Testing

@Suite struct SunTests {
    @Test func anAmountInTRXIsReadAndWrittenExactly() {
        let pairs: [(String, Int64)] = [
            ("0", 0), ("12.5", 12_500_000), ("0.000001", 1), ("-0.000001", -1), ("-3", -3_000_000),
            ("9223372036854.775807", .max),
        ]
        for (text, sun) in pairs {
            #expect(Sun(trx: text) == Sun(sun))
            #expect(Sun(sun).trx == text)
        }
        #expect(Sun(Int64.min).trx == "-9223372036854.775808")
        #expect(Sun(trx: "1.500000") == Sun(1_500_000))
    }

    @Test func whatIsNoAmountIsRefused() {
        for text in ["", "-", "--1", "+1", "1.", ".5", "1,5", "1e3", " 1", "0.0000001", "9223372036854.775808"] {
            #expect(Sun(trx: text) == nil, "\(text)")
        }
    }

    @Test func textAndAmountAgreeForEverySeed() {
        for seed in 1...500 as ClosedRange<UInt64> {
            var random = SeededGenerator(seed: seed)
            let sun = Sun(Int64.random(in: (.min + 1)...(.max), using: &random) >> Int64(seed % 60))
            #expect(Sun(trx: sun.trx) == sun, "seed \(seed)")
        }
    }
}
