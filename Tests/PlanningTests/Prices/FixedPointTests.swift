import Models
import Testing

@testable import Planning

/// Decimals of other people's services become integers without floating point.
@Suite struct FixedPointTests {
    @Test(arguments: [
        ("0.3276", 327_600), ("0.32760000", 327_600), ("0", 0), ("7", 7_000_000), ("1e0", 1_000_000),
        ("3.276e-1", 327_600), ("3276E-4", 327_600), ("0.0000005", 1), ("0.0000004999", 0), ("0.9999995", 1_000_000),
        ("32.76e+2", 3_276_000_000), ("0e999", 0), ("1e-999", 0), ("9223372036854.775807", Int64.max),
    ])
    func readsDecimals(text: String, value: Int64) {
        #expect(fixedPoint(text, places: 6) == value)
    }

    @Test(arguments: [
        "", ".", "-1", "+1", "1.", ".5", "1.2.3", "NaN", "Infinity", "1e", "1e+", "1e1e1", "1e1.5", "0x10", "1,5", " 1",
        "1 ", "9223372036854.775808", "1e999", "１", "1e9999", String(repeating: "1", count: 65),
    ])
    func refusesWhatIsNoDecimal(text: String) {
        #expect(fixedPoint(text, places: 6) == nil)
    }

    @Test(arguments: [1 as UInt64, 2, 3])
    func agreesWithTheDigitsItWasMadeOf(seed: UInt64) {
        var generator = Generator(seed: seed)
        for _ in 0..<2000 {
            let units = Int64.random(in: 0...Int64(1) << Int64.random(in: 1...55, using: &generator), using: &generator)
            let places = Int.random(in: 0...12, using: &generator)
            let digits = String(units)
            let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
            let point = padded.index(padded.endIndex, offsetBy: -places)
            let text = places == 0 ? padded : padded[..<point] + "." + padded[point...]
            #expect(fixedPoint(text, places: places) == units, "seed \(seed): \(text)")
            // The same number with the point moved by an exponent.
            let shift = Int.random(in: -5...5, using: &generator)
            let moved = "\(digits)e\(shift - places)"
            if shift <= 0 {
                #expect(fixedPoint(moved, places: places - shift) == units || places - shift > 12, "seed \(seed)")
            }
        }
    }

    @Test(arguments: [11 as UInt64, 12])
    func neverTrapsOnAnything(seed: UInt64) {
        var generator = Generator(seed: seed)
        let alphabet = Array("0123456789.eE+- xN".utf8)
        for _ in 0..<5000 {
            let length = Int.random(in: 0...70, using: &generator)
            let bytes = (0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
            _ = fixedPoint(String(decoding: bytes, as: UTF8.self), places: Int.random(in: 0...12, using: &generator))
        }
    }
}
