/// An amount of a token with six decimal places (USDT), in millionths. Never negative.
public struct TokenAmount: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Millionths of a token: 1 USDT = 1,000,000.
    public let units: Int64

    /// None.
    public static let zero = TokenAmount(whole: 0)

    private init(whole units: UInt32) { self.units = Int64(units) }

    /// - Returns: `nil` for a negative number.
    public init?(units: Int64) {
        guard units >= 0 else { return nil }
        self.units = units
    }

    /// Why a text is not an amount.
    public enum ParseError: Error, Sendable, Equatable {
        /// Empty, a character that is neither digit nor point, or a point without digits on both sides.
        case notDecimal
        /// A decimal with a minus before it, zero included.
        case negative
        /// More than six digits after the point.
        case tooManyPlaces
        /// Its millionths do not fit 64 bits: more than 9,223,372,036,854.775807.
        case tooLarge
    }

    /// Reads a decimal such as `12`, `12.5` or `0.000001`: digits, at most one point, at most six places.
    public init(parsing text: String) throws(ParseError) {
        var units: Int64 = 0
        var places = -1
        var digits = 0
        var bytes = text.utf8[...]
        if bytes.first == UInt8(ascii: "-") {
            bytes = bytes.dropFirst()
            guard !bytes.isEmpty, bytes.allSatisfy({ ($0 >= 48 && $0 <= 57) || $0 == 46 }) else { throw .notDecimal }
            throw .negative
        }
        for byte in bytes {
            if byte == UInt8(ascii: ".") {
                guard places < 0, digits > 0 else { throw .notDecimal }
                places = 0
                continue
            }
            guard byte >= 48, byte <= 57 else { throw .notDecimal }
            digits += 1
            if places >= 0 {
                places += 1
                guard places <= 6 else { throw .tooManyPlaces }
            }
            let (tenfold, overflow) = units.multipliedReportingOverflow(by: 10)
            let (sum, overflowAgain) = tenfold.addingReportingOverflow(Int64(byte - 48))
            guard !overflow, !overflowAgain else { throw .tooLarge }
            units = sum
        }
        guard digits > 0, places != 0 else { throw .notDecimal }
        for _ in max(places, 0)..<6 {
            let (tenfold, overflow) = units.multipliedReportingOverflow(by: 10)
            guard !overflow else { throw .tooLarge }
            units = tenfold
        }
        self.units = units
    }

    /// Ordered by amount.
    public static func < (a: Self, b: Self) -> Bool { a.units < b.units }

    /// The shortest decimal: `12.5`, not `12.500000`.
    public var description: String {
        let (whole, fraction) = units.quotientAndRemainder(dividingBy: 1_000_000)
        guard fraction > 0 else { return String(whole) }
        var digits = String(fraction)
        digits = String(repeating: "0", count: 6 - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}

extension TokenAmount: Codable {
    /// From a JSON string in the form of ``init(parsing:)``; `DecodingError` that names the ``ParseError``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            self = try TokenAmount(parsing: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an amount: \(error)")
        }
    }

    /// As a JSON string, the ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
