import ChainModel
import Models
import Testing
import Tron

@Suite struct TransactionDecodingErrorTests {
    private let raw = TransactionRoundTripTests.body(TransactionRoundTripTests.contracts[0]).rawBytes

    private func replaced(_ old: String, _ new: String) -> [UInt8] {
        let hex = raw.hex
        #expect(hex.contains(old))
        return bytes(hex.replacing(old, with: new))
    }

    private func error(_ bytes: [UInt8]) -> TransactionDecodingError? {
        do {
            _ = try TransactionBody(rawBytes: bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test func rubbish() {
        #expect(error([0xff, 0xff, 0xff]) == .notProtobuf(message: "protocol.TransactionRaw"))
        #expect(error(Array(raw.dropLast())) == .notProtobuf(message: "protocol.TransactionRaw"))
        #expect(throws: TransactionDecodingError.notProtobuf(message: "protocol.Transaction")) {
            try SignedTransaction(bytes: [0x0a])
        }
    }

    @Test func noContract() { #expect(error([]) == .contractCount(0)) }

    @Test func unknownContractType() {
        // Field 1 of the contract: type 1 becomes 2 (TransferAsset).
        #expect(error(replaced("0801126", "0802126")) == .unsupportedContract(type: 2))
    }

    @Test func typeAndNameMustAgree() {
        #expect(
            error(replaced("0801126", "0804126"))
                == .contractTypeMismatch(
                    type: .voteWitness,
                    url: "type.googleapis.com/protocol.TransferContract"
                )
        )
    }

    @Test func addressesHaveTheNetworksPrefix() {
        #expect(
            error(replaced("0a1541dd79", "0a15a0dd79"))
                == .address(field: "owner_address", reason: .wrongPrefix)
        )
    }

    @Test func referenceHasTwoAndEightBytes() {
        #expect(error(replaced("0a022927", "0a012927".replacing("2927", with: "29"))) == .referenceBlock)
    }

    /// Random damage never traps, and what still decodes encodes to something that decodes to the same.
    @Test(arguments: [7, 11, 2026]) func damageIsSurvived(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var decoded = 0
        for _ in 0..<2000 {
            let contract = TransactionRoundTripTests.contracts.randomElement(using: &generator)
            var bytes = TransactionRoundTripTests.body(try #require(contract)).rawBytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let position = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[position] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let body = try? TransactionBody(rawBytes: bytes) else { continue }
            decoded += 1
            #expect(try TransactionBody(rawBytes: body.rawBytes) == body, "seed \(seed)")
        }
        #expect(decoded > 0)
    }
}
