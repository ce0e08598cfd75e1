extension Sun {
    /// Reads an amount of TRX such as `12`, `12.5` or `-0.000001`: at most six places.
    /// - Returns: `nil` for anything else, exponents and blanks included, and for what does not fit 64 bits of sun.
    public init?(trx text: String) {
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        guard let amount = try? TokenAmount(parsing: isNegative ? String(text.dropFirst()) : text) else { return nil }
        self.init(rawValue: isNegative ? -amount.units : amount.units)
    }

    /// The amount in TRX as a decimal without needless zeros, such as `12.5` or `-0.000001`.
    public var trx: String {
        let (whole, places) = rawValue.magnitude.quotientAndRemainder(dividingBy: Sun.trx.rawValue.magnitude)
        let text = (rawValue < 0 ? "-" : "") + String(whole)
        guard places > 0 else { return text }
        var digits = String(places)
        digits = String(repeating: "0", count: 6 - digits.utf8.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return text + "." + digits
    }
}
