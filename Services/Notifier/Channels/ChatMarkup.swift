/// How a channel writes text so that it reads as it is meant: what is bold is bold, and nothing from outside is markup.
protocol ChatMarkup: Sendable {
    /// One stretch in its style. Parts that are written alone, each as if it began a line, are at least as long as the whole.
    static func written(_ span: Note.Span, startsLine: Bool) -> String

    /// What stands between a line's stretches where the channel would not see the end of a style.
    static func joint(_ left: Note.Span, _ right: Note.Span) -> String

    /// What stands small below a note.
    static func footer(_ text: String) -> String
}

extension ChatMarkup {
    static func joint(_ left: Note.Span, _ right: Note.Span) -> String { "" }

    static func footer(_ text: String) -> String { written([Note.Span(text)]) }

    /// A line's text.
    static func written(_ spans: [Note.Span]) -> String {
        var text = ""
        var previous: Note.Span?
        for span in spans where !span.text.isEmpty {
            if let previous { text += joint(previous, span) }
            text += written(span, startsLine: previous == nil)
            previous = span
        }
        return text
    }

    /// `• label: value`, or a sentence.
    static func spans(_ line: Note.Line) -> [Note.Span] {
        guard let label = line.label else { return line.spans }
        return [Note.Span("• ")] + label + (label.isEmpty ? [] : [Note.Span(": ")]) + line.spans
    }
}

extension String {
    /// As chats count: in UTF-16 units, which is never less than what a channel that counts characters finds.
    var units: Int { utf16.count }

    /// Blanks at both ends, and what is between them. Most markup does not hold when a blank is inside its marks.
    var blanksAround: (before: Substring, inner: Substring, after: Substring) {
        let before = prefix { $0 == " " }
        let inner = dropFirst(before.count)
        guard let last = inner.lastIndex(where: { $0 != " " }) else { return (before, inner[inner.endIndex...], "") }
        let end = inner.index(after: last)
        return (before, inner[..<end], inner[end...])
    }
}
