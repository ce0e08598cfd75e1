/// A Slack incoming webhook's body: blocks for people, and a text for notifications and screen readers.
///
/// Source: docs.slack.dev, "Formatting message text" and "Block Kit: blocks": 50 blocks, 3000 characters a section's text.
struct SlackPayload: Encodable {
    var text: String
    var blocks: [Block]

    /// A note is a section and a context: 24 notes are 48 blocks, and the header is one.
    static let limits = MessageLimits(title: 400, text: 2500, total: 30_000, parts: 24)

    struct Block: Encodable {
        var type: String
        var text: Text?
        var elements: [Text]?

        static func section(_ text: String) -> Block { Block(type: "section", text: Text(text: text)) }
        static func context(_ text: String) -> Block { Block(type: "context", elements: [Text(text: text)]) }
    }

    struct Text: Encodable {
        var type = "mrkdwn"
        var text: String
        /// Slack makes no links, channels or mentions of plain words.
        var verbatim = true
    }

    init(header: String, parts: [MessagePart]) {
        blocks = header.isEmpty ? [] : [.section("*\(header)*")]
        for part in parts {
            let title = part.title.isEmpty ? "" : "\(part.tone.sign) *\(part.title)*"
            blocks.append(.section([title, part.text].filter { !$0.isEmpty }.joined(separator: "\n")))
            if !part.footer.isEmpty { blocks.append(.context(part.footer)) }
        }
        let titles = parts.filter { !$0.title.isEmpty }.map { "\($0.tone.sign) \($0.title)" }
        text = header.isEmpty ? titles.joined(separator: "\n") : header
    }
}

/// Slack's mrkdwn. It has no escape for its marks, so marks from outside become characters that look like them.
enum SlackMarkup: ChatMarkup {
    static func written(_ span: Note.Span, startsLine: Bool) -> String {
        let (before, inner, after) = span.text.blanksAround
        guard !inner.isEmpty else { return span.text }
        switch span.style {
        case .plain: return escaped(span.text)
        case .bold: return "\(before)*\(escaped(String(inner)))*\(after)"
        case .code: return "\(before)`\(escaped(String(inner), isCode: true))`\(after)"
        }
    }

    /// Marks hold only beside blanks and punctuation; a zero-width space is such, and Korean particles are not.
    static func joint(_ left: Note.Span, _ right: Note.Span) -> String {
        guard left.style != .plain || right.style != .plain else { return "" }
        let isLoose = { (edge: Character?) in
            edge.map { $0.isWhitespace || ($0.isASCII && !$0.isLetter && !$0.isNumber) } ?? true
        }
        return isLoose(left.style == .plain ? left.text.last : right.text.first) ? "" : "\u{200B}"
    }

    private static func escaped(_ text: String, isCode: Bool = false) -> String {
        var escaped = ""
        let characters = Array(text.unicodeScalars)
        for (index, character) in characters.enumerated() {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "`": escaped += "\u{02CB}"
            case "*" where !isCode: escaped += "\u{2217}"
            case "~" where !isCode: escaped += "\u{223C}"
            case "_" where !isCode && !isInside(index, characters): escaped += "\u{02CD}"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    /// Between letters or digits, as in `insufficient_balance`, an underscore is no mark.
    private static func isInside(_ index: Int, _ characters: [Unicode.Scalar]) -> Bool {
        guard index > 0, index + 1 < characters.count else { return false }
        return [characters[index - 1], characters[index + 1]].allSatisfy {
            $0.properties.isAlphabetic || $0.properties.numericType != nil
        }
    }
}
