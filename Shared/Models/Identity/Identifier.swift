/// A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then randomness, so that ids sort by the time they were made.
public struct UUIDv7: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The first 64 bits: in version 7 the milliseconds since 1970 (48), the version, chance (12).
    public let high: UInt64
    /// The last 64 bits: the variant and 62 of randomness.
    public let low: UInt64

    /// Takes the 128 bits as they are: version and variant are not checked.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameters:
    ///   - time: its first 48 bits.
    ///   - generator: where the other 74 bits come from; seeded in tests.
    public init(at time: Timestamp, using generator: inout some RandomNumberGenerator) {
        high = UInt64(bitPattern: time.milliseconds) << 16 | 0x7000 | generator.next() >> 52
        low = 0x8000_0000_0000_0000 | generator.next() >> 2
    }

    /// - Parameter time: its first 48 bits; the rest is random.
    public init(at time: Timestamp) {
        var generator = SystemRandomNumberGenerator()
        self.init(at: time, using: &generator)
    }

    /// The 16 bytes as PostgreSQL's binary `uuid` has them, of any version.
    /// - Returns: `nil` unless there are exactly 16.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The 16 bytes, highest first, as PostgreSQL's binary `uuid` wants them.
    public var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> (56 - 8 * ($0 % 8))) }
    }

    /// Reads `8-4-4-4-12` hexadecimal digits of any version.
    public init?(_ text: String) {
        let digits = text.utf8
        guard digits.count == 36 else { return nil }
        for (index, character) in digits.enumerated() {
            let mustBeDash = index == 8 || index == 13 || index == 18 || index == 23
            guard (character == UInt8(ascii: "-")) == mustBeDash else { return nil }
        }
        let plain = String(decoding: digits.filter { $0 != UInt8(ascii: "-") }, as: UTF8.self)
        guard let bytes = [UInt8](hex: plain) else { return nil }
        self.init(bytes: bytes)
    }

    /// `8-4-4-4-12` lower-case hexadecimal digits.
    public var description: String {
        let text = Array(bytes.hex.utf8)
        let parts = [text[0..<8], text[8..<12], text[12..<16], text[16..<20], text[20..<32]]
        return String(decoding: Array(parts.joined(separator: [UInt8(ascii: "-")])), as: UTF8.self)
    }

    /// Ordered by their bytes: by the millisecond they were made in, then by chance.
    public static func < (a: Self, b: Self) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

extension UUIDv7: TextCoded {
    /// Any version is read.
    public static var textForm: String { "a UUID" }
}

/// A partner's short name: 1 to 32 of `a-z`, `0-9`, `_`, `-`.
public struct PartnerID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The checked text, which is also the form in JSON, SQL and routing keys.
    public let rawValue: String

    /// - Returns: `nil` when the text has another character or length.
    public init?(_ text: String) {
        guard isShortName(text) else { return nil }
        rawValue = text
    }

    /// The text as it is.
    public var description: String { rawValue }
    /// The order of the bytes, for all are ASCII.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension PartnerID: TextCoded {
    /// Names the characters allowed.
    public static var textForm: String { "1-32 of a-z 0-9 _ -" }
}

/// The upstream's own name for a withdrawal, unique per partner: 1 to 64 printable ASCII characters.
public struct WithdrawalID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The checked text, which is also the form in JSON and SQL.
    public let rawValue: String

    /// - Returns: `nil` when the text is empty, longer, or has a blank or a character outside ASCII.
    public init?(_ text: String) {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
        rawValue = text
    }

    /// The text as it is.
    public var description: String { rawValue }
    /// The order of the bytes, for all are ASCII.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension WithdrawalID: TextCoded {
    /// Names the characters allowed.
    public static var textForm: String { "1-64 printable characters" }
}

/// Whether a text may name something of the house: 1 to 32 of `a-z`, `0-9`, `_`, `-` (DESIGN 2).
func isShortName(_ text: String) -> Bool {
    let isValid = text.utf8.allSatisfy {
        ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
    return isValid && (1...32).contains(text.utf8.count)
}
