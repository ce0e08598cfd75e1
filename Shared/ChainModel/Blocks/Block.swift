public import Models

/// A block: what its header says, and which transactions it holds.
public struct Block: Sendable, Hashable {
    /// Number and hash.
    public let id: BlockID
    /// The block before.
    public let parent: BlockID
    /// When it was made.
    public let time: Timestamp
    /// Who made it.
    public let witness: TronAddress
    /// Its transactions, in order.
    public let transactions: [TransactionID]
    /// A digest of its transactions.
    public let transactionsRoot: [UInt8]

    /// Height above the first block, which is 0.
    public var number: Int64 { id.number }
}

/// 24 or more bytes mixed from words, by which blocks tell themselves apart.
///
/// Real blocks use SHA-256 of their header; nobody who reads a block checks it, and this library has no cryptography.
struct Mixer {
    private var state: (UInt64, UInt64, UInt64, UInt64) = (
        0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89
    )

    mutating func add(_ word: UInt64) {
        state.0 = Self.mix(state.0 ^ word)
        state.1 = Self.mix(state.1 &+ state.0)
        state.2 = Self.mix(state.2 ^ state.1)
        state.3 = Self.mix(state.3 &+ state.2)
    }

    mutating func add(_ bytes: some Collection<UInt8>) {
        var word: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            word = word << 8 | UInt64(byte)
            if index % 8 == 7 { add(word) }
        }
        add(word ^ UInt64(bytes.count))
    }

    /// 32 bytes.
    var digest: [UInt8] {
        [state.0, state.1, state.2, state.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var x = value &+ 0x9e37_79b9_7f4a_7c15
        x = (x ^ x >> 30) &* 0xbf58_476d_1ce4_e5b9
        x = (x ^ x >> 27) &* 0x94d0_49bb_1331_11eb
        return x ^ x >> 31
    }
}
