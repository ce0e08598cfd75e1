import ChainModel
import Models
import Testing

/// Values of tests from their text; a wrong text is a mistake in the test itself.
func address(_ hex: String) -> TronAddress {
    do { return try TronAddress(hex: hex) } catch { preconditionFailure("\(hex): \(error)") }
}

func base58(_ text: String) -> TronAddress {
    do { return try TronAddress(base58: text) } catch { preconditionFailure("\(text): \(error)") }
}

func bytes(_ hex: String) -> [UInt8] {
    guard let bytes = [UInt8](hex: hex) else { preconditionFailure(hex) }
    return bytes
}

func reference(_ number: String, _ hash: String) -> ReferenceBlock {
    guard let block = ReferenceBlock(bytes: bytes(number), hash: bytes(hash)) else { preconditionFailure(number) }
    return block
}

/// A small seeded generator (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
