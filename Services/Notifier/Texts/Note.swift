/// What people are told of one event, before a channel writes it: no channel's markup, nothing escaped.
struct Note: Sendable, Hashable {
    var title: [Span]
    var lines: [Line]
    var tone: Tone
    /// Whose event it was, when, and of which type: for who looks it up.
    var footer: String
    /// What such events are called: `출금 준비`.
    var kind: String
    /// When it happened, by the clock on the reader's wall.
    var time: String
    /// Whose event it was, where it was a partner's.
    var owner: String?
    /// An alert, or words that somebody wrote: never cut down to its title.
    var isAlwaysWhole: Bool

    /// A stretch of text in one style.
    struct Span: Sendable, Hashable {
        enum Style: Sendable, Hashable {
            case plain
            case bold
            /// To be copied as it is: ids and addresses.
            case code
        }

        var text: String
        var style: Style

        init(_ text: String, _ style: Style = .plain) {
            self.text = text
            self.style = style
        }
    }

    /// One line: a sentence, or a label and its value.
    struct Line: Sendable, Hashable {
        var label: [Span]?
        var spans: [Span]

        init(label: [Span]? = nil, _ spans: [Span]) {
            self.label = label
            self.spans = spans
        }

        /// Between paragraphs.
        static let blank = Line([])

        var isBlank: Bool { label == nil && spans.isEmpty }
    }
}

extension Note {
    /// On one line, with whose it is: ids are unique per partner alone.
    var summary: String { "\(title.plain)\(owner.map { " · \($0)" } ?? "")" }
}

extension [Note.Span] {
    /// Without styles.
    var plain: String { map(\.text).joined() }
}
