internal import Crypto

/// A TRON address: 21 bytes, of which the first is always 0x41. Text form is base58check (`T…`) at the edges.
public struct TronAddress: Hashable, Sendable {
    private let high: UInt64
    private let middle: UInt64
    private let low: UInt32

    /// Why a text or bytes are not an address.
    public enum ParseError: Error, Sendable, Equatable {
        /// Not 34 characters of base58 or 21 bytes.
        case wrongLength
        /// A character outside the alphabet, or the digits do not make 25 bytes.
        case notBase58
        /// The first byte is not 0x41: an address of another chain, or none.
        case wrongPrefix
        /// The last four bytes are not those of the double SHA-256: mistyped.
        case wrongChecksum
        /// An odd count of digits, or another character.
        case notHex
    }

    /// The 20 bytes after the prefix, as the EVM sees them.
    /// - Returns: `nil` unless there are exactly 20.
    public init?(evm bytes: some Collection<UInt8>) {
        guard bytes.count == 20 else { return nil }
        var words: (UInt64, UInt64, UInt32) = (0, 0, 0)
        for (index, byte) in bytes.enumerated() {
            switch index {
            case 0..<8: words.0 = words.0 << 8 | UInt64(byte)
            case 8..<16: words.1 = words.1 << 8 | UInt64(byte)
            default: words.2 = words.2 << 8 | UInt32(byte)
            }
        }
        (high, middle, low) = words
    }

    /// The 20 bytes after the prefix as two words of eight bytes and one of four, first byte highest.
    package init(words: (UInt64, UInt64, UInt32)) { (high, middle, low) = words }

    /// The 20 bytes after the prefix as two words of eight bytes and one of four, first byte highest.
    package var words: (UInt64, UInt64, UInt32) { (high, middle, low) }

    /// The 21 bytes of the protocol, 0x41 first.
    public init(bytes: some Collection<UInt8>) throws(ParseError) {
        guard bytes.count == 21 else { throw .wrongLength }
        guard bytes.first == 0x41 else { throw .wrongPrefix }
        guard let address = TronAddress(evm: bytes.dropFirst()) else { throw .wrongLength }
        self = address
    }

    /// 42 hexadecimal digits beginning with `41`, of either case.
    public init(hex: String) throws(ParseError) {
        guard let bytes = [UInt8](hex: hex) else { throw .notHex }
        try self.init(bytes: bytes)
    }

    /// Base58check, as people write it: 34 characters beginning with `T`.
    public init(base58 text: String) throws(ParseError) {
        guard text.utf8.count == 34 else { throw .wrongLength }
        guard let decoded = Base58.decode(text), decoded.count == 25 else { throw .notBase58 }
        guard decoded[0] == 0x41 else { throw .wrongPrefix }
        guard decoded.suffix(4).elementsEqual(Self.checksum(decoded.prefix(21))) else { throw .wrongChecksum }
        try self.init(bytes: decoded.prefix(21))
    }

    /// The 21 bytes of the protocol.
    public var bytes: [UInt8] { [0x41] + evmBytes }

    /// The 20 bytes the EVM sees.
    public var evmBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20)
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: high >> shift)) }
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: middle >> shift)) }
        for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: low >> shift)) }
        return bytes
    }

    /// 42 lower-case hexadecimal digits beginning with `41`.
    public var hex: String { bytes.hex }

    /// The text form, base58check.
    public var base58: String {
        let payload = bytes
        return Base58.encode(payload + Self.checksum(payload))
    }

    private static func checksum(_ payload: some Sequence<UInt8>) -> [UInt8] {
        let once = SHA256.hash(data: Array(payload))
        return Array(SHA256.hash(data: Array(once)).prefix(4))
    }
}

extension TronAddress: CustomStringConvertible {
    /// The ``base58`` text.
    public var description: String { base58 }
}

extension TronAddress: Comparable {
    /// The order of the bytes, which is also PostgreSQL's order of `bytea`.
    public static func < (a: Self, b: Self) -> Bool { (a.high, a.middle, a.low) < (b.high, b.middle, b.low) }
}

extension TronAddress: Codable {
    /// From a JSON string in base58check alone; `DecodingError` that names the ``ParseError``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(base58: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a TRON address: \(error)")
        }
    }

    /// As a JSON string, the ``base58`` text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(base58)
    }
}
