/// A number of six decimal places kept as an integer; text and JSON are a plain decimal such as `9.4927`.
///
/// Never negative where it comes from a text.
public protocol Millionths: RawRepresentable, Hashable, Comparable, Sendable, Codable, CustomStringConvertible
where RawValue == Int64 {
    /// - Parameter rawValue: millionths of the unit.
    init(rawValue: Int64)
}

extension Millionths {
    /// One, in millionths.
    static var one: Int64 { 1_000_000 }

    /// Reads a plain decimal such as `37.7`: digits, at most one point, at most six places after it.
    /// - Returns: `nil` for anything else, signs and exponents included, and for what does not fit 64 bits.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, text.utf8.count <= 20,
            text.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || $0 == UInt8(ascii: ".") })
        else { return nil }
        let fraction = parts.count > 1 ? parts[1] : "0"
        guard (1...6).contains(fraction.utf8.count), let units = Int64(whole),
            let places = Int64(fraction + String(repeating: "0", count: 6 - fraction.utf8.count))
        else { return nil }
        let (scaled, overflow) = units.multipliedReportingOverflow(by: Self.one)
        let (raw, overflows) = scaled.addingReportingOverflow(places)
        guard !overflow, !overflows else { return nil }
        self.init(rawValue: raw)
    }

    /// The smaller one first.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// A decimal without needless zeros, such as `37.7` or `100`.
    public var description: String {
        let (whole, places) = rawValue.magnitude.quotientAndRemainder(dividingBy: Self.one.magnitude)
        var text = (rawValue < 0 ? "-" : "") + String(whole)
        guard places > 0 else { return text }
        var digits = String(places)
        digits = String(repeating: "0", count: 6 - digits.utf8.count) + digits
        while digits.last == "0" { digits.removeLast() }
        text += "." + digits
        return text
    }

    /// From a decimal in a JSON string; `DecodingError` for what ``init(_:)`` refuses.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a decimal of at most 6 places")
        }
        self = value
    }

    /// As a decimal in a JSON string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// What one TRX costs in US dollars.
public struct USDPerTRX: Millionths {
    /// Millionths of a dollar.
    public var rawValue: Int64
    /// - Parameter rawValue: millionths of a dollar per TRX.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// How much energy one TRX of stake yields in 24 hours.
public struct EnergyPerTRX: Millionths {
    /// Millionths of an energy.
    public var rawValue: Int64
    /// - Parameter rawValue: millionths of an energy per TRX of stake.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}
