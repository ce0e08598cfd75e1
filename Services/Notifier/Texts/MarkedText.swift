internal import Mustache

/// The little markup of templates: `**bold**`, `` `code` ``, a line `- label: value`, and `\` before a character that means
/// itself. Every channel writes it in its own way, so one template serves them all.
enum MarkedText {
    /// Between lines of one value; Mustache sees no line break in it.
    static let lineBreak: Unicode.Scalar = "\u{2028}"

    /// Reads what a template was rendered to. The first line is the title. Lines of a label without a value are left out,
    /// and of several blank lines one stays.
    static func read(_ text: String) -> (title: [Note.Span], lines: [Note.Line]) {
        var rows = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == lineBreak }
            .map { String(Substring($0)).trimmingBlanks }
        let title = rows.isEmpty ? [] : spans(rows.removeFirst())
        var lines: [Note.Line] = []
        for row in rows {
            guard let line = line(row) else { continue }
            if line.isBlank, lines.last?.isBlank ?? true { continue }
            lines.append(line)
        }
        while lines.last?.isBlank ?? false { lines.removeLast() }
        return (title, lines)
    }

    private static func line(_ row: Substring) -> Note.Line? {
        guard row.hasPrefix("- ") else { return Note.Line(spans(row)) }
        let content = row.dropFirst(2)
        guard let colon = content.firstRange(of: ": ") else {
            // A label whose value is empty has lost the blank at the line's end.
            let isLabel = content.hasSuffix(":")
            return isLabel ? nil : Note.Line(label: [], spans(content))
        }
        let value = spans(content[colon.upperBound...])
        return value.isEmpty ? nil : Note.Line(label: spans(content[..<colon.lowerBound]), value)
    }

    /// One line's text by styles. Marks that are not closed end with it.
    private static func spans(_ row: Substring) -> [Note.Span] {
        var spans: [Note.Span] = []
        var text = String.UnicodeScalarView()
        var isBold = false
        var isCode = false
        func finish() {
            guard !text.isEmpty else { return }
            spans.append(Note.Span(String(text), isCode ? .code : isBold ? .bold : .plain))
            text = String.UnicodeScalarView()
        }
        var rest = row.unicodeScalars
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\\":
                if let next = rest.popFirst() { text.append(next) }
            case "`":
                finish()
                isCode.toggle()
            case "*" where !isCode && rest.first == "*":
                rest.removeFirst()
                finish()
                isBold.toggle()
            default: text.append(scalar)
            }
        }
        finish()
        return spans
    }

    /// What Mustache puts in place of a variable: all that comes from outside means itself.
    struct ContentType: MustacheContentType {
        static let name = "BUSBAR_MARKED"

        func escapeText(_ text: String) -> String {
            var escaped = String.UnicodeScalarView()
            var isAtLineStart = true
            for scalar in text.unicodeScalars {
                if "\\`*".unicodeScalars.contains(scalar) || (isAtLineStart && scalar == "-") { escaped.append("\\") }
                // Lines are broken by `lineBreak` alone: a value does not end its line unless its template says so.
                escaped.append(scalar == "\n" || scalar == "\r" ? " " : scalar)
                isAtLineStart = scalar == lineBreak
            }
            return String(escaped)
        }
    }
}
