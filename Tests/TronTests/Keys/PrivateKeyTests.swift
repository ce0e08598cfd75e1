import Crypto
import Models
import Testing

@testable import Tron

@Suite struct PrivateKeyTests {
    /// The key 1 is the curve's generator; its address is known from Ethereum (0x7e5f…95bdf).
    @Test func addressOfTheKeyOne() throws {
        let key = try #require(PrivateKey(bytes: [UInt8](repeating: 0, count: 31) + [1]))
        #expect(key.address.evmBytes.hex == "7e5f4552091a69125d5dfcb7b8c2659029395bdf")
        #expect(key.address.hex == "417e5f4552091a69125d5dfcb7b8c2659029395bdf")
    }

    /// RFC 6979 signatures over secp256k1 and SHA-256, from the vectors that Bitcoin and Trezor publish.
    @Test func signsDeterministically() throws {
        let vectors = [
            (
                "0000000000000000000000000000000000000000000000000000000000000001", "Satoshi Nakamoto",
                """
                934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8\
                2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5
                """
            ),
            (
                "0000000000000000000000000000000000000000000000000000000000000001",
                "All those moments will be lost in time, like tears in rain. Time to die...",
                """
                8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b\
                547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21
                """
            ),
            (
                "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", "Satoshi Nakamoto",
                """
                fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0\
                6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5
                """
            ),
        ]
        for (secret, message, expected) in vectors {
            let key = try #require(PrivateKey(bytes: bytes(secret)))
            let digest = try #require(TransactionID(bytes: Array(SHA256.hash(data: Array(message.utf8)))))
            #expect(key.sign(digest).prefix(64).hex == expected)
        }
    }

    @Test(arguments: [1, 2026, 0xb0_5b_a5]) func recoveryFindsTheSigner(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let halfOrder = bytes("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0")
        for _ in 0..<50 {
            let key = PrivateKey.random(using: &generator)
            let digest = TransactionID.of(rawBytes: (0..<40).map { _ in UInt8.random(in: 0...255, using: &generator) })
            var signature = key.sign(digest)
            #expect(signature.count == 65)
            #expect(signature[64] < 2)
            #expect(!halfOrder.lexicographicallyPrecedes(signature[32..<64]), "s is not low, seed \(seed)")
            #expect(recoverAddress(signature: signature, digest: digest) == key.address, "seed \(seed)")
            signature[64] += 27
            #expect(recoverAddress(signature: signature, digest: digest) == key.address, "seed \(seed)")
            signature[64] ^= 7  // 27 and 28 exchanged
            #expect(recoverAddress(signature: signature, digest: digest) != key.address, "seed \(seed)")
        }
    }

    @Test func whatIsNoSignatureRecoversNothing() {
        let digest = TransactionID.of(rawBytes: [1])
        let signature = PrivateKey.random().sign(digest)
        #expect(recoverAddress(signature: signature.dropLast(), digest: digest) == nil)
        #expect(recoverAddress(signature: signature + [0, 0, 0, 0], digest: digest) == nil)
        #expect(recoverAddress(signature: signature.dropLast() + [29], digest: digest) == nil)
        #expect(recoverAddress(signature: [UInt8](repeating: 0, count: 65), digest: digest) == nil)
        #expect(recoverAddress(signature: [UInt8](repeating: 255, count: 64) + [0], digest: digest) == nil)
    }

    @Test func whatIsNoKeyIsRefused() {
        #expect(PrivateKey(bytes: [UInt8](repeating: 0, count: 32)) == nil)
        #expect(PrivateKey(bytes: [UInt8](repeating: 255, count: 32)) == nil)
        #expect(PrivateKey(bytes: [UInt8](repeating: 1, count: 31)) == nil)
        #expect(PrivateKey(bytes: [UInt8](repeating: 1, count: 33)) == nil)
    }

    @Test func noTextOfAKeyShowsItsSecret() throws {
        let secret = (1...32).map { UInt8($0) }
        let key = try #require(PrivateKey(bytes: secret))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] {
            #expect(!text.contains(secret.hex))
            #expect(!text.contains("storage"))
            #expect(text.contains(key.address.base58))
        }
    }
}
