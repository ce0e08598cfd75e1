import Foundation
import Models
import Testing

@Suite struct IdentifierTests {
    /// The example of RFC 9562, appendix A.6.
    @Test func versionSevenOfTheRFC() throws {
        let text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
        let id = try #require(UUIDv7(text))
        #expect(id.description == text)
        #expect(UUIDv7(text.uppercased()) == id)
        #expect(id.high >> 16 == 1_645_557_742_000)
        #expect(UUIDv7(bytes: id.bytes) == id)
        #expect(id.bytes.hex == text.replacingOccurrences(of: "-", with: ""))
    }

    @Test(arguments: [9, 2026]) func timeVersionAndVariant(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let time = Timestamp(milliseconds: Int64.random(in: 0..<1 << 48, using: &generator))
            let id = UUIDv7(at: time, using: &generator)
            #expect(id.high >> 16 == UInt64(time.milliseconds), "seed \(seed)")
            #expect(id.bytes[6] >> 4 == 7, "seed \(seed)")
            #expect(id.bytes[8] >> 6 == 2, "seed \(seed)")
            #expect(UUIDv7(id.description) == id, "seed \(seed)")
            #expect(UUID(uuidString: id.description) != nil, "seed \(seed)")
            let later = UUIDv7(at: time + .milliseconds(1), using: &generator)
            if time.milliseconds + 1 < 1 << 48 {
                #expect(id < later, "seed \(seed)")
                #expect(id.description < later.description, "seed \(seed)")
            }
        }
    }

    @Test func idsOfOneMomentDiffer() {
        let time = Timestamp(milliseconds: 1_795_253_400_000)
        #expect(Set((0..<1000).map { _ in UUIDv7(at: time) }).count == 1000)
    }

    @Test(arguments: [
        "", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
        "017f22e2-79b0-7cc3-98c4_dc0c0c07398f", "g17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "017f22e-279b0-7cc3-98c4-dc0c0c07398f",
        "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}",
    ])
    func whatIsNoIdentifier(text: String) { #expect(UUIDv7(text) == nil) }

    @Test func byteCounts() {
        #expect(UUIDv7(bytes: [UInt8](repeating: 0, count: 15)) == nil)
        #expect(UUIDv7(bytes: [UInt8](repeating: 0, count: 17)) == nil)
    }

    @Test func names() throws {
        for text in ["a", "house", "p-42_x", String(repeating: "z", count: 32)] {
            #expect(PartnerID(text)?.rawValue == text)
        }
        for text in ["", "A", "a b", "é", "a.b", String(repeating: "z", count: 33)] { #expect(PartnerID(text) == nil) }
        for text in ["w1", "A/b#~!", String(repeating: "9", count: 64)] {
            #expect(WithdrawalID(text)?.rawValue == text)
        }
        for text in ["", " ", "a b", "a\n", "é", "\u{7f}", String(repeating: "9", count: 65)] {
            #expect(WithdrawalID(text) == nil)
        }
        let json = Data("[\"house\"]".utf8)
        #expect(try JSONDecoder().decode([PartnerID].self, from: json).first?.rawValue == "house")
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([PartnerID].self, from: Data("[\"A\"]".utf8)) }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([UUIDv7].self, from: Data("[\"A\"]".utf8)) }
    }
}
