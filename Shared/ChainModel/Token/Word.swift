public import Models

/// A 256-bit word of the EVM, big-endian.
public struct Word: Sendable, Hashable, Comparable {
    private let a: UInt64
    private let b: UInt64
    private let c: UInt64
    private let d: UInt64

    private init(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) { (self.a, self.b, self.c, self.d) = (a, b, c, d) }

    /// Zero.
    public static let zero = Word(0, 0, 0, 0)
    /// 2^256 - 1, which allowances use for "no limit".
    public static let maximum = Word(.max, .max, .max, .max)

    /// A number that is not negative.
    public init(_ value: UInt64) { self.init(0, 0, 0, value) }

    /// The 20 bytes of an address, padded on the left.
    public init(_ address: TronAddress) { self.init(bytes: address.evmBytes) }

    /// Up to 32 bytes, padded on the left; of more, the last 32 count.
    public init(bytes: some Collection<UInt8>) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for byte in bytes {
            words.0 = words.0 << 8 | words.1 >> 56
            words.1 = words.1 << 8 | words.2 >> 56
            words.2 = words.2 << 8 | words.3 >> 56
            words.3 = words.3 << 8 | UInt64(byte)
        }
        self.init(words.0, words.1, words.2, words.3)
    }

    /// All 32 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for word in [a, b, c, d] {
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return bytes
    }

    /// The value, or `nil` when it does not fit a signed 64-bit number.
    public var int64: Int64? { a | b | c == 0 ? Int64(exactly: d) : nil }

    /// The last 20 bytes as an address; what stands before them is ignored, as old contracts do.
    public var address: TronAddress? { TronAddress(evm: bytes.suffix(20)) }

    /// The difference, or `nil` when it would be negative.
    public func subtracting(_ other: Word) -> Word? {
        guard other <= self else { return nil }
        var borrow = false
        func minus(_ x: UInt64, _ y: UInt64) -> UInt64 {
            let (first, overflow) = x.subtractingReportingOverflow(y)
            let (second, again) = first.subtractingReportingOverflow(borrow ? 1 : 0)
            borrow = overflow || again
            return second
        }
        let low = minus(d, other.d)
        let third = minus(c, other.c)
        let second = minus(b, other.b)
        return Word(minus(a, other.a), second, third, low)
    }

    /// Numeric order.
    public static func < (x: Word, y: Word) -> Bool { (x.a, x.b, x.c, x.d) < (y.a, y.b, y.c, y.d) }
}

extension Word {
    /// Three words: where the text begins, its length, its bytes. Text of at most 32 bytes.
    static func encoded(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8.prefix(32))
        return Word(32).bytes + Word(UInt64(bytes.count)).bytes + bytes
            + [UInt8](repeating: 0, count: 32 - bytes.count)
    }
}
