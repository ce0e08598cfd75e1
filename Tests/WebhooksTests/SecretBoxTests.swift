import FoundationEssentials
import Testing
import Webhooks

@Suite struct SecretBoxTests {
    private let plain = Array(#"{"url":"https://hooks.example/T0/B0/xyz"}"#.utf8)

    @Test(arguments: [7, 8, 9] as [UInt64]) func whatIsSealedOpensForTheSameContextAlone(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let box = try SecretBox(keys: base64(generator.bytes(32)))
        for length in [0, 1, 15, 16, 17, 1000, 70_000] {
            let plain = generator.bytes(length)
            let sealed = try box.seal(plain, for: "e1")
            #expect(try box.open(sealed, for: "e1") == plain, "seed \(seed), \(length) bytes")
            for context in ["", "e2", "e1 "] {
                #expect(throws: SecretBoxError.notAuthentic, "seed \(seed)") { try box.open(sealed, for: context) }
            }
        }
    }

    @Test func theSameIsNeverSealedToTheSame() throws {
        let box = try SecretBox(keys: SecretBox.generateKey())
        let sealed = try (0..<200).map { _ in try box.seal(plain, for: "e1") }
        #expect(Set(sealed).count == 200)
        let text = sealed.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(!text.contains("hooks.example"))
    }

    @Test func noBitOfWhatIsSealedCanBeChanged() throws {
        let box = try SecretBox(keys: SecretBox.generateKey())
        let sealed = try box.seal(plain, for: "e1")
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                let expected: SecretBoxError =
                    switch index {
                    case 0: .unknownVersion(changed[0])
                    case 1..<5: .unknownKey
                    default: .notAuthentic
                    }
                #expect(throws: expected, "byte \(index), bit \(bit)") { try box.open(changed, for: "e1") }
            }
        }
        for length in 0..<sealed.count {
            let expected: SecretBoxError = length < 33 ? .tooShort(length) : .notAuthentic
            #expect(throws: expected) { try box.open(Array(sealed[..<length]), for: "e1") }
        }
        #expect(throws: SecretBoxError.notAuthentic) { try box.open(sealed + [0], for: "e1") }
    }

    @Test func theFirstKeySealsAndAllOpenSoThatKeysCanBeChanged() throws {
        let (old, new) = (SecretBox.generateKey(), SecretBox.generateKey())
        let before = try SecretBox(keys: old)
        let meanwhile = try SecretBox(keys: new + "," + old)
        let after = try SecretBox(keys: new)
        let early = try before.seal(plain, for: "e1")
        let late = try meanwhile.seal(plain, for: "e1")
        #expect(try meanwhile.open(early, for: "e1") == plain)
        #expect(try meanwhile.open(late, for: "e1") == plain)
        #expect(try after.open(late, for: "e1") == plain)
        #expect(throws: SecretBoxError.unknownKey) { try before.open(late, for: "e1") }
        #expect(throws: SecretBoxError.unknownKey) { try after.open(early, for: "e1") }
    }

    @Test func keysMayStandOnLinesOfAFile() throws {
        let (first, second) = (SecretBox.generateKey(), SecretBox.generateKey())
        let box = try SecretBox(keys: " \(first) ,\n\(second)\n")
        let sealed = try SecretBox(keys: second).seal(plain, for: "e1")
        #expect(try box.open(sealed, for: "e1") == plain)
        #expect("\(box)" == "SecretBox of 2 keys")
    }

    @Test func whatIsNoKeyIsRefusedByItsPlace() {
        let good = SecretBox.generateKey()
        let short = base64([UInt8](repeating: 1, count: 16))
        let cases: [(String, SecretBoxError)] = [
            ("", .noKey),
            (" \n", .noKey),
            ("not-base64", .badKey(number: 1, of: 1, bytes: nil)),
            ("\(good),", .badKey(number: 2, of: 2, bytes: 0)),
            ("\(good),\(short),\(good)", .badKey(number: 2, of: 3, bytes: 16)),
            ("\(good) \(good)", .badKey(number: 1, of: 1, bytes: nil)),
            (String(good.dropLast()), .badKey(number: 1, of: 1, bytes: nil)),
        ]
        for (keys, expected) in cases {
            let error = #expect(throws: expected, "\(keys.utf8.count) characters") { try SecretBox(keys: keys) }
            for part in [good, short] { #expect(!"\(error.map { "\($0)" } ?? "")".contains(part)) }
        }
    }

    @Test func nothingThatPrintsABoxShowsItsKeys() throws {
        let key = SecretBox.generateKey()
        let box = try SecretBox(keys: key)
        let bytes = try #require(Data(base64Encoded: key))
        var dumped = ""
        dump(box, to: &dumped)
        #expect("\(box)" == "SecretBox of 1 key")
        #expect(!dumped.contains(key) && !dumped.contains("\(bytes[0]), ") && dumped.utf8.count < 60, "\(dumped)")
    }
}
