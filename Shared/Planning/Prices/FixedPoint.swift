/// Reads a decimal as other people's services write it, without floating point: `0.32760000`, `3.276e-1`.
///
/// Digits, at most one point, an exponent; no sign before it. What lies beyond the places asked for is rounded, half up.
/// - Parameter places: how many decimal places the integer has, 0 to 12.
/// - Returns: `nil` for anything else, for more than 64 characters, and for what does not fit 64 bits.
func fixedPoint(_ text: some StringProtocol, places: Int) -> Int64? {
    let bytes = Array(text.utf8)
    guard (1...64).contains(bytes.count), (0...12).contains(places) else { return nil }
    var digits: [UInt8] = []
    var point: Int?
    var index = 0
    while index < bytes.count {
        switch bytes[index] {
        case 48...57: digits.append(bytes[index] - 48)
        case UInt8(ascii: ".") where point == nil && !digits.isEmpty: point = digits.count
        case UInt8(ascii: "e"), UInt8(ascii: "E"):
            guard !digits.isEmpty, point != digits.count,
                let exponent = exponent(bytes[(index + 1)...])
            else { return nil }
            return scaled(digits, point: (point ?? digits.count) + exponent, places: places)
        default: return nil
        }
        index += 1
    }
    // A point needs digits on both sides.
    guard !digits.isEmpty, point != digits.count else { return nil }
    return scaled(digits, point: point ?? digits.count, places: places)
}

private func exponent(_ bytes: ArraySlice<UInt8>) -> Int? {
    var rest = bytes
    var isNegative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        isNegative = sign == UInt8(ascii: "-")
        rest = rest.dropFirst()
    }
    guard (1...3).contains(rest.count), rest.allSatisfy({ (48...57).contains($0) }) else { return nil }
    let value = rest.reduce(0) { $0 * 10 + Int($1 - 48) }
    return isNegative ? -value : value
}

/// The digits with the point after `point` of them, times ten to the `places`.
private func scaled(_ digits: [UInt8], point: Int, places: Int) -> Int64? {
    let end = point + places
    var value: Int64 = 0
    for index in 0..<max(0, end) {
        let digit = index < digits.count ? Int64(digits[index]) : 0
        // Zeros without end behind a zero change nothing.
        if index >= digits.count, value == 0 { return 0 }
        let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflows) = tenfold.addingReportingOverflow(digit)
        guard !overflow, !overflows else { return nil }
        value = sum
    }
    guard end >= 0, end < digits.count, digits[end] >= 5 else { return value }
    let (rounded, overflow) = value.addingReportingOverflow(1)
    return overflow ? nil : rounded
}
