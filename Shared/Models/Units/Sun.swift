/// An amount of TRX in its smallest unit: 1 TRX = 1,000,000 sun. May be negative where it is a difference.
public struct Sun: Quantity {
    /// In sun.
    public var rawValue: Int64
    /// An amount in sun, of either sign.
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// One TRX.
    public static let trx = Sun(1_000_000)
}

/// Units of TRON energy, what smart contracts consume. One energy costs `getEnergyFee` sun when burnt for.
public struct Energy: Quantity {
    /// In units of energy.
    public var rawValue: Int64
    /// An amount in units of energy; negative only as a difference.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Units of TRON bandwidth: bytes of a transaction plus 64.
public struct Bandwidth: Quantity {
    /// In units of bandwidth.
    public var rawValue: Int64
    /// An amount in units of bandwidth; negative only as a difference.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// An integer with a unit. Quantities of different units do not mix, and plain integers enter only by name.
///
/// `+` and `-` trap on overflow like `Int64`; amounts that come from outside are added with ``adding(_:)``.
public protocol Quantity: RawRepresentable, Hashable, Comparable, Sendable, Codable, AdditiveArithmetic,
    CustomStringConvertible
where RawValue == Int64 {
    /// The amount in its unit, of either sign and unchecked.
    init(rawValue: Int64)
}

extension Quantity {
    /// The amount in its unit; traps when it does not fit 64 bits.
    public init(_ value: some BinaryInteger) { self.init(rawValue: Int64(value)) }

    /// Nothing.
    public static var zero: Self { Self(rawValue: 0) }

    /// The sum; traps on overflow.
    public static func + (a: Self, b: Self) -> Self { Self(rawValue: a.rawValue + b.rawValue) }
    /// The difference, which may be negative; traps on overflow.
    public static func - (a: Self, b: Self) -> Self { Self(rawValue: a.rawValue - b.rawValue) }
    /// Ordered by amount.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// The sum, or `nil` when it does not fit 64 bits.
    public func adding(_ other: Self) -> Self? {
        let (sum, overflow) = rawValue.addingReportingOverflow(other.rawValue)
        return overflow ? nil : Self(rawValue: sum)
    }

    /// Zero instead of a negative amount.
    public var clamped: Self { max(self, .zero) }

    /// Decimal digits, without the unit.
    public var description: String { String(rawValue) }

    /// From a JSON integer of either sign; `DecodingError` when it is none or does not fit 64 bits.
    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(Int64.self))
    }

    /// As a JSON integer.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// `value * numerator / denominator` rounded up, computed in 128 bits. Denominator must be positive.
/// - Returns: `nil` when the result does not fit 64 bits.
public func scaledUp(_ value: Int64, by numerator: Int64, over denominator: Int64) -> Int64? {
    let product = Int128(value) * Int128(numerator)
    let (quotient, remainder) = product.quotientAndRemainder(dividingBy: Int128(denominator))
    return Int64(exactly: remainder > 0 ? quotient + 1 : quotient)
}

/// `value * numerator / denominator` rounded down (towards zero), computed in 128 bits. Denominator must be positive.
/// - Returns: `nil` when the result does not fit 64 bits.
public func scaledDown(_ value: Int64, by numerator: Int64, over denominator: Int64) -> Int64? {
    Int64(exactly: Int128(value) * Int128(numerator) / Int128(denominator))
}
