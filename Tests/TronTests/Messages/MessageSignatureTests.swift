import Models
import Testing

@testable import Tron

/// Vectors computed with eth-keys 0.7 and eth-hash 0.7 over TronWeb's prefix; the first is also published by
/// blockchain_utils (its `signProsonalMessage`).
private let vectors: [(key: String, message: String, digest: String, signature: String, address: String)] = [
    (
        "43985273a3d94eb753fe6acfd7003e88254effce1eb53e2e97b8522558a98038", "message",
        "d11fe307b1b69a2bd5eacab536dcd853ad4ccebf15b16527a54cffeacb224839",
        "fde00bc33d78109bc61de314c1c0526a047e22a2aaae473ca84b32d8aa35ed3e"
            + "03720e05d614087e3d8c6fae63879755b32aa08818a2d4de66fee1a617a971671b",
        "TCFvmqhxFrEdPbnQzKWaGNdXz7X3za7w5r"
    ),
    (
        "0000000000000000000000000000000000000000000000000000000000000001", "",
        "5beedb3d65d99ecaf9857d8695e750cc56278093f4ccbd1cc4e561fc82b1d189",
        "5fc8883facaeb9dbebe71ec179c2744f83dc0e4868c6c9a6d63d47b949f33ae4"
            + "317dc553f28a9c64b06838dc1adf7f24da330394f05e4ea6318d18608293ffe91b",
        "TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HC"
    ),
    (
        "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318",
        "6303c7639f591407ef9f34a7ac8c9c9a21151f5a6af21924502515734fc267ab:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        "d0118a21db49b841895b9e601152fdc05f4e213e42a2d812ad496b00d1f8ae8f",
        "66c8625371cae0d880b2f50143a7d561bca73cb5f310608feb6ded140fe1c1ae"
            + "4858a6e66196595ef36f18b089153b7d24c1fd43c85c4a331167bae9085806721c",
        "TE2H9hWjzYdwzDFRJfx9BFhr4MmjH1CHaz"
    ),
    (
        "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", "에너지 ⚡",
        "d1aba84bf8c8d303a8c935522386e4011e105984adf0f3e624a63cdebbd01d74",
        "c3d418a5524e92e9d022108fe4a5584dff7cf54605c0adf29507d8e8b4b38f20"
            + "1de560c8f25ffe47d6c528bc9293d97b7c5a17156bdf73d0fe98eb6404743abe1c",
        "TE2H9hWjzYdwzDFRJfx9BFhr4MmjH1CHaz"
    ),
]

@Suite struct MessageSignatureTests {
    @Test(arguments: vectors.indices) func signsAsOtherLibrariesDo(index: Int) throws {
        let vector = vectors[index]
        let key = try #require([UInt8](hex: vector.key).flatMap { PrivateKey(bytes: $0) })
        #expect(MessageSignature.digest(of: Array(vector.message.utf8)).hex == vector.digest)
        #expect(key.sign(message: vector.message) == "0x" + vector.signature)
        #expect(key.address.base58 == vector.address)
        #expect(MessageSignature.signer(of: vector.message, signature: "0x" + vector.signature) == key.address)
        #expect(MessageSignature.signer(of: vector.message, signature: vector.signature) == key.address)
        #expect(MessageSignature.signer(of: vector.message + " ", signature: vector.signature) != key.address)
    }

    @Test func whatIsNoSignatureHasNoSigner() {
        #expect(MessageSignature.signer(of: "a", signature: "") == nil)
        #expect(MessageSignature.signer(of: "a", signature: "0x12") == nil)
        #expect(MessageSignature.signer(of: "a", signature: "zz") == nil)
        #expect(MessageSignature.signer(of: "a", signature: String(repeating: "0", count: 130)) == nil)
        #expect(MessageSignature.signer(of: "a", signature: String(repeating: "f", count: 130)) == nil)
        #expect(MessageSignature.signer(of: "a", signature: String(repeating: "1", count: 132)) == nil)
    }
}
