/// Text that others wrote, made safe to show: what would move the cursor, colour the screen or turn the direction of
/// writing is shown as its number.
enum OutsideText {
    /// On one line, and no longer than `limit` characters.
    static func line(_ text: String, limit: Int = .max) -> String {
        var shown = ""
        var length = 0
        for scalar in text.unicodeScalars {
            guard length < limit else { return shown + "…" }
            length += 1
            switch scalar {
            case "\n", "\r", "\t": shown.append(" ")
            default: append(scalar, to: &shown)
            }
        }
        return shown
    }

    /// Line by line as it was written.
    static func lines(_ text: String) -> [String] {
        text.split(omittingEmptySubsequences: false) { $0.isNewline }.map { line in
            var shown = ""
            for scalar in line.unicodeScalars { append(scalar, to: &shown) }
            return shown
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to shown: inout String) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            shown += "\\u{\(String(scalar.value, radix: 16))}"
        default: shown.unicodeScalars.append(scalar)
        }
    }
}
