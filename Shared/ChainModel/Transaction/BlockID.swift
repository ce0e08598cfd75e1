internal import Models

/// A block's identity: 32 bytes, of which the first eight are its number and the others come from a hash of its header.
public struct BlockID: Sendable, Hashable, CustomStringConvertible {
    /// All 32 bytes.
    public let bytes: [UInt8]

    /// - Returns: `nil` unless there are exactly 32 bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.bytes = Array(bytes)
    }

    /// The block's number.
    public var number: Int64 { Int64(bitPattern: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }) }

    /// 64 lower-case hexadecimal digits.
    public var description: String { bytes.hex }
}

/// How a transaction names a recent block (TAPOS). Nodes compare it with their last 65,536 blocks.
///
/// Take a solidified block: one that is reorganised away makes the transaction invalid.
public struct ReferenceBlock: Sendable, Hashable {
    /// The low 16 bits of the block's number: `ref_block_bytes`.
    public var numberBits: UInt16
    /// Bytes 8 to 16 of the block's id: `ref_block_hash`.
    public var hash: UInt64

    /// The reference to a block.
    public init(_ block: BlockID) {
        numberBits = UInt16(truncatingIfNeeded: block.number)
        hash = block.bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The two fields as the protocol carries them.
    /// - Returns: `nil` unless they are two and eight bytes.
    public init?(bytes: some Collection<UInt8>, hash: some Collection<UInt8>) {
        guard bytes.count == 2, hash.count == 8 else { return nil }
        numberBits = bytes.reduce(0) { $0 << 8 | UInt16($1) }
        self.hash = hash.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// `ref_block_bytes`, two bytes.
    public var bytes: [UInt8] { [UInt8(numberBits >> 8), UInt8(truncatingIfNeeded: numberBits)] }

    /// `ref_block_hash`, eight bytes.
    public var hashBytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: hash >> (56 - 8 * UInt64($0))) } }
}
