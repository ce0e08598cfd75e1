/// A number of six decimal places kept as an integer; text and JSON are a plain decimal such as `9.4927`.
///
/// Never negative where it comes from a text.
public protocol Millionths: RawRepresentable, Hashable, Comparable, Sendable, Codable, CustomStringConvertible
where RawValue == Int64 {
    /// - Parameter rawValue: millionths of the unit.
    init(rawValue: Int64)
}

extension Millionths {
    /// Reads a plain decimal: digits, at most one point, at most six places after it.
    /// - Returns: `nil` for anything else, signs and exponents included, and for what does not fit 64 bits.
    public init?(_ text: String) {
        guard let raw = SunPerEnergy(text)?.rawValue else { return nil }
        self.init(rawValue: raw)
    }

    /// The smaller one first.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// A decimal without needless zeros, such as `0.3276` or `9`.
    public var description: String { SunPerEnergy(rawValue: rawValue).description }

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
