import Foundation
import Testing

@testable import Models

@Suite struct AddressTests {
    /// Hexadecimal and base58check of the same addresses; the first is Tether's contract on mainnet.
    static let vectors = [
        ("41a614f803b6fd780986a42c78ec9c7f77e6ded13c", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
        ("410000000000000000000000000000000000000000", "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb"),
        ("41eca9bc828a3005b9a3b909f2cc5c2a54794de05f", "TXYZopYRdj2D9XRtbG411XZZ3kM5VkAeBf"),
    ]

    @Test(arguments: vectors) func bothForms(hex: String, base58: String) throws {
        #expect(try TronAddress(hex: hex).base58 == base58)
        #expect(try TronAddress(base58: base58).hex == hex)
        #expect(try TronAddress(hex: hex.uppercased()) == TronAddress(base58: base58))
        #expect("\(try TronAddress(base58: base58))" == base58)
    }

    private func refusal(_ text: String) -> TronAddress.ParseError? {
        do {
            _ = try TronAddress(base58: text)
            return nil
        } catch {
            return error
        }
    }

    @Test func whatIsNoAddress() {
        #expect(refusal("") == .wrongLength)
        #expect(refusal("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6") == .wrongLength)
        #expect(refusal("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6tt") == .wrongLength)
        #expect(refusal("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u") == .wrongChecksum)
        #expect(refusal("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj0t") == .notBase58)
        #expect(refusal("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLjlt") == .notBase58)
        // A Bitcoin address of 34 characters: another prefix.
        #expect(refusal("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2") == .wrongPrefix)
        #expect(throws: TronAddress.ParseError.notHex) { try TronAddress(hex: "xy") }
        #expect(throws: TronAddress.ParseError.wrongLength) { try TronAddress(hex: "41") }
        #expect(throws: TronAddress.ParseError.wrongPrefix) {
            try TronAddress(hex: "a0a614f803b6fd780986a42c78ec9c7f77e6ded13c")
        }
        #expect(TronAddress(evm: [UInt8](repeating: 0, count: 19)) == nil)
    }

    /// Any single wrong character is noticed.
    @Test func typingMistakesAreNoticed() {
        let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
        let right = Array("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t")
        for position in right.indices {
            for character in alphabet where character != right[position] {
                var wrong = right
                wrong[position] = character
                #expect(refusal(String(wrong)) != nil, "\(String(wrong))")
            }
        }
    }

    @Test(arguments: [1, 2026]) func everyAddressComesBack(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let evm = (0..<20).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let address = try #require(TronAddress(evm: evm))
            #expect(address.evmBytes == evm, "seed \(seed)")
            #expect(try TronAddress(bytes: address.bytes) == address, "seed \(seed)")
            #expect(try TronAddress(base58: address.base58) == address, "seed \(seed)")
            let other = try #require(
                TronAddress(evm: (0..<20).map { _ in UInt8.random(in: 0...255, using: &generator) })
            )
            #expect((address < other) == address.bytes.lexicographicallyPrecedes(other.bytes), "seed \(seed)")
        }
    }

    @Test func jsonIsBase58() throws {
        let address = try TronAddress(hex: Self.vectors[0].0)
        let json = try JSONEncoder().encode([address])
        #expect(String(decoding: json, as: UTF8.self) == "[\"\(Self.vectors[0].1)\"]")
        #expect(try JSONDecoder().decode([TronAddress].self, from: json) == [address])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([TronAddress].self, from: Data("[\"\(Self.vectors[0].0)\"]".utf8))
        }
    }

    /// Published with the base58 draft (draft-msporny-base58) and Bitcoin's own tests.
    @Test func base58Vectors() {
        let vectors = [
            ("48656c6c6f20576f726c6421", "2NEpo7TZRRrLZSi2U"), ("0000287fb4cd", "11233QC4"), ("", ""), ("61", "2g"),
            ("626262", "a3gV"),
            ("00eb15231dfceb60925886b67d065299925915aeb172c06647", "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L"),
            ("00000000000000000000", "1111111111"),
        ]
        for (hex, text) in vectors {
            #expect(Base58.encode([UInt8](hex: hex) ?? [1]) == text)
            #expect(Base58.decode(text)?.hex == hex)
        }
        for text in ["0", "O", "I", "l", " ", "é"] { #expect(Base58.decode(text) == nil) }
    }

    @Test func hexadecimal() {
        #expect([UInt8](hex: "00fFa9") == [0, 255, 0xa9])
        #expect([UInt8](hex: "") == [])
        for text in ["0", "0g", "0x00", " 0", "é"] { #expect([UInt8](hex: text) == nil) }
        #expect([UInt8]((0...255).map { UInt8($0) }).hex.count == 512)
        #expect([0, 255, 0xa9].hex == "00ffa9")
    }

    @Test func transactionIDs() throws {
        let hex = "6303c7639f591407ef9f34a7ac8c9c9a21151f5a6af21924502515734fc267ab"
        let id = try #require(TransactionID(hex: hex))
        #expect(id.hex == hex)
        #expect(TransactionID(bytes: id.bytes) == id)
        #expect(TransactionID(hex: String(hex.dropLast(2))) == nil)
        #expect(TransactionID(hex: hex + "00") == nil)
        #expect(TransactionID(hex: "zz" + hex.dropFirst(2)) == nil)
        let json = try JSONEncoder().encode([id])
        #expect(try JSONDecoder().decode([TransactionID].self, from: json) == [id])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([TransactionID].self, from: Data("[\"ab\"]".utf8))
        }
    }
}
