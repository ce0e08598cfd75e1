import Models
import Testing
import Tron

/// Answers of the Keccak team's known-answer tests (KeccakKAT, original padding) and of Solidity's function selectors.
@Suite struct Keccak256Tests {
    @Test func hashesKnownAnswers() {
        let vectors: [(String, String)] = [
            ("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
            ("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
            (
                "The quick brown fox jumps over the lazy dog",
                "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15"
            ),
            (
                "The quick brown fox jumps over the lazy dog.",
                "578951e24efd62a3d63a86f7cd19aaa53c898fe287d2552133220370240b572d"
            ),
            (
                "Transfer(address,address,uint256)",
                "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
            ),
        ]
        for (text, hash) in vectors { #expect(Keccak256.hash(Array(text.utf8)).hex == hash) }
    }

    @Test func selectorsOfTheTokenStandard() {
        let selectors = [
            "transfer(address,uint256)": "a9059cbb", "transferFrom(address,address,uint256)": "23b872dd",
            "approve(address,uint256)": "095ea7b3", "balanceOf(address)": "70a08231",
            "allowance(address,address)": "dd62ed3e",
        ]
        for (signature, selector) in selectors {
            #expect(Keccak256.hash(Array(signature.utf8)).prefix(4).hex == selector)
        }
    }

    /// Lengths around the rate of 136 bytes exercise each case of padding: at 135 both padding bits share a byte, at 136
    /// the padding is a block of its own. Computed with PyCryptodome.
    @Test func paddingAtTheBlockEdge() {
        let vectors = [
            135: "3d28d08c3dacab77392064a939f3e7f8d03f2e02e2c664ac08a05f63ac652626",
            136: "b82d89d96e5575d11a9e1f4cabb2a45e60899e69a19a724cd796bdcf13511018",
            137: "ec8008a74e50bc7d6b22c3ad85402bf10e6d4449f3c8618e36c461b8a44eeafb",
            272: "a657381e5615f539cac71f13c74473a5e77eaa2bd8348422dcac221c8f13da94",
        ]
        for (count, hash) in vectors { #expect(Keccak256.hash([UInt8](repeating: 0xa3, count: count)).hex == hash) }
    }
}
