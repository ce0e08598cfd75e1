internal import Models

/// What templates may do to a value: `{{trx(cost.total_sun)}}`. A value that it does not fit stays as it is.
enum TemplateTransform: String, CaseIterable, Sendable {
    /// Digits in groups of three: `64,928`.
    case thousands
    /// Sun as TRX: `13,900.5 TRX`.
    case trx
    /// An RFC 3339 time by the reader's clock: `18:30:00 KST`.
    case time
    /// The ends of an id that is longer than twenty characters: `0f0f0f0f…0f0f0f0f`.
    case short
    /// Milliseconds as seconds, without a unit: `2.3`.
    case seconds
    /// What a code means, from the vocabulary; the code itself where that says nothing.
    case words
    /// What to do about a code, from the vocabulary; nothing where that says nothing.
    case advice
    /// Keeps the line breaks of the value.
    case lines
    /// For sections: whether an integer is above zero.
    case positive

    func apply(_ text: TemplateText) -> Any {
        var result = text
        switch self {
        case .thousands: result.value = text.value.groupedInThousands
        case .trx:
            if let sun = Int64(text.value) { result.value = Sun(rawValue: sun).trx.groupedInThousands + " TRX" }
        case .time:
            if let moment = Timestamp(text.value) {
                result.value = text.scope.zone.shown(moment, now: text.scope.now)
            }
        case .short:
            if text.value.count > 20 { result.value = "\(text.value.prefix(8))…\(text.value.suffix(8))" }
        case .seconds:
            if let milliseconds = Int64(text.value), milliseconds >= 0 {
                let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
                result.value = String(whole).groupedInThousands + (rest < 100 ? "" : ".\(rest / 100)")
            }
        case .words: result.value = text.scope.words.meaning(of: text.value, at: text.path, in: text.scope.type)
        case .advice: result.value = text.scope.words.advice(on: text.value, at: text.path, in: text.scope.type) ?? ""
        case .lines: result.keepsLines = true
        case .positive: return (Int64(text.value) ?? 0) > 0
        }
        return result
    }
}

extension String {
    /// `1234567.5` becomes `1,234,567.5`; what is no plain decimal stays as it is.
    var groupedInThousands: String {
        let isNegative = utf8.first == UInt8(ascii: "-")
        let digits = isNegative ? dropFirst() : self[...]
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole.count > 3,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } })
        else { return self }
        var grouped = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return (isNegative ? "-" : "") + grouped + (parts.count > 1 ? "." + parts[1] : "")
    }
}
