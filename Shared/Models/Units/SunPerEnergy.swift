/// A price of energy in sun per unit, as a fixed-point number of six places: suppliers quote fractions of a sun.
public struct SunPerEnergy: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Millionths of a sun per energy; never negative where it comes from a text.
    public var rawValue: Int64

    /// - Parameter rawValue: millionths of a sun per energy.
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// A whole number of sun per energy, as the chain's `getEnergyFee` has it.
    /// - Returns: `nil` when it does not fit 64 bits.
    public init?(sun: Int64) {
        let (raw, overflow) = sun.multipliedReportingOverflow(by: Self.one)
        guard !overflow else { return nil }
        self.init(rawValue: raw)
    }

    /// What an energy costs when so much of it costs so much, rounded up.
    /// - Returns: `nil` when there is no energy, the cost is negative, or the price does not fit 64 bits.
    public init?(paying total: Sun, for energy: Energy) {
        guard energy > .zero, total >= .zero,
            let raw = scaledUp(total.rawValue, by: Self.one, over: energy.rawValue)
        else { return nil }
        self.init(rawValue: raw)
    }

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

    private static let one: Int64 = 1_000_000

    /// What so much energy costs, rounded up to a sun.
    /// - Returns: `nil` when it does not fit 64 bits.
    public func cost(of energy: Energy) -> Sun? {
        scaledUp(energy.rawValue, by: rawValue, over: Self.one).map { Sun($0) }
    }

    /// The cheaper one first.
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
}

extension SunPerEnergy: Codable {
    /// Reads a decimal in a string; refuses what ``init(_:)`` refuses.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let price = SunPerEnergy(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a decimal of at most 6 places")
        }
        self = price
    }

    /// Written as a decimal in a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
