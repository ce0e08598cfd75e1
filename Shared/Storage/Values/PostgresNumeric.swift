/// An exact decimal of a `numeric` column: `unscaled` divided by ten to the power of `scale`. Up to 38 digits.
public struct PostgresNumeric: Hashable, PostgresValue, CustomStringConvertible {
    /// The digits with sign and without point. 1.0 and 1.00 differ here, and are not equal.
    public let unscaled: Int128
    /// Digits after the point, 0 to 38.
    public let scale: Int

    /// - Returns: `nil` for a scale outside 0 to 38.
    public init?(unscaled: Int128, scale: Int) {
        guard (0...38).contains(scale) else { return nil }
        self.unscaled = unscaled
        self.scale = scale
    }

    /// Reads digits with an optional minus and point, such as `-12.50`; `nil` for anything else, or past 128 bits.
    public init?(_ text: String) {
        var bytes = text.utf8[...]
        let negative = bytes.first == UInt8(ascii: "-")
        if negative { bytes.removeFirst() }
        var value: Int128 = 0
        var scale = -1
        var digits = 0
        for byte in bytes {
            if byte == UInt8(ascii: "."), scale < 0 {
                scale = 0
                continue
            }
            guard (48...57).contains(byte), let next = value.shifted(adding: Int128(byte - 48), base: 10) else {
                return nil
            }
            value = next
            digits += 1
            if scale >= 0 { scale += 1 }
        }
        guard digits > 0, scale != 0 else { return nil }
        self.init(unscaled: negative ? -value : value, scale: max(scale, 0))
    }

    /// All digits of the scale, `0.50` for 50 with scale 2; ``init(_:)`` reads it back.
    public var description: String {
        var digits = String(unscaled.magnitude)
        if digits.count <= scale { digits = String(repeating: "0", count: scale - digits.count + 1) + digits }
        if scale > 0 { digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale)) }
        return unscaled < 0 ? "-" + digits : digits
    }

    /// `numeric`.
    public static var postgresType: PostgresType { .numeric }

    /// Digits to base 10,000 around the point, most significant first.
    public func write(to buffer: inout PostgresBuffer) {
        let padding = (4 - scale % 4) % 4
        var words: [UInt16] = []
        var rest = unscaled.magnitude
        // The last word holds the digits left of the padding; multiplying first could overflow 128 bits.
        if padding > 0 {
            let unit = UInt128([1, 10, 100, 1000][4 - padding])
            words.append(UInt16(rest % unit) * [1, 10, 100, 1000][padding])
            rest /= unit
        }
        while rest > 0 {
            words.append(UInt16(rest % 10_000))
            rest /= 10_000
        }
        let fractionWords = (scale + padding) / 4
        var weight = words.count - fractionWords - 1
        var first = words.count
        while first > 0, words[first - 1] == 0 {
            first -= 1
            weight -= 1
        }
        let significant = words[..<first].reversed()
        buffer.append(Int16(significant.count))
        buffer.append(Int16(significant.isEmpty ? 0 : weight))
        buffer.append(UInt16(unscaled < 0 ? 0x4000 : 0))
        buffer.append(Int16(scale))
        for word in significant { buffer.append(word) }
    }

    /// Reads `numeric` (`numeric_send`: number of words, weight, sign, scale, words to base 10,000). NaN, infinities, a
    /// scale past 38 and more digits than 128 bits hold are malformed.
    public static func read(_ cell: PostgresCell) throws(PostgresDecodingFailure) -> PostgresNumeric {
        let bytes = try cell.value()
        guard cell.type == .numeric else { throw .type }
        func word(_ index: Int) -> UInt16 {
            UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
        }
        guard bytes.count >= 8, bytes.count == 8 + Int(word(0)) * 2 else { throw .malformed("cut numeric") }
        guard word(2) == 0 || word(2) == 0x4000 else { throw .malformed("not a number, or infinite") }
        let (count, weight, scale) = (Int(word(0)), Int(Int16(bitPattern: word(1))), Int(word(3)))
        guard scale <= 38 else { throw .malformed("scale \(scale)") }
        var value: Int128 = 0
        // One decimal digit at a time up to the scale: whole words could overflow where the value does not.
        guard weight < 12 else { throw .malformed("more than 38 digits") }
        for position in stride(from: weight * 4 + 3, through: -scale, by: -1) {
            let index = weight - (position >= 0 ? position / 4 : (position - 3) / 4)
            let digits = index >= 0 && index < count ? word(4 + index) : 0
            let place = ((position % 4) + 4) % 4
            let digit = digits / [1, 10, 100, 1000][place] % 10
            guard let next = value.shifted(adding: Int128(digit), base: 10) else {
                throw .malformed("more than 38 digits")
            }
            value = next
        }
        guard let number = PostgresNumeric(unscaled: word(2) == 0 ? value : -value, scale: scale) else {
            throw .malformed("scale \(scale)")
        }
        return number
    }
}

extension Int128 {
    fileprivate func shifted(adding digit: Int128, base: Int128) -> Int128? {
        let (product, overflow) = multipliedReportingOverflow(by: base)
        let (sum, overflowAgain) = product.addingReportingOverflow(digit)
        return overflow || overflowAgain ? nil : sum
    }
}
