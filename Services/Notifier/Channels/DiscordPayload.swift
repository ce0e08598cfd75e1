/// A Discord webhook's body: an embed a note, its colour the note's tone. Nobody is ever pinged.
///
/// Source: discord.com/developers/docs, "Execute Webhook" and "Embed Limits": content 2000, 10 embeds, title 256,
/// description 4096, footer 2048, 6000 in all embeds of a message.
struct DiscordPayload: Encodable {
    var content: String?
    var embeds: [Embed]
    var allowedMentions = Mentions()

    static let limits = MessageLimits(title: 250, text: 4000, total: 5900, parts: 10, overhead: 4)

    struct Embed: Encodable {
        var title: String?
        var description: String?
        var color: Int
        var footer: Footer?
    }

    struct Footer: Encodable {
        var text: String
    }

    struct Mentions: Encodable {
        var parse: [String] = []
    }

    enum CodingKeys: String, CodingKey {
        case content
        case embeds
        case allowedMentions = "allowed_mentions"
    }

    init(header: String, parts: [MessagePart]) {
        content = header.isEmpty ? nil : "**\(header)**"
        embeds = parts.map { part in
            Embed(
                title: part.title.isEmpty ? nil : "\(part.tone.sign) \(part.title)",
                description: part.text.isEmpty ? nil : part.text,
                color: part.tone.color,
                footer: part.footer.isEmpty ? nil : Footer(text: part.footer)
            )
        }
    }
}

/// Discord's Markdown: a backslash before punctuation takes its meaning away.
enum DiscordMarkup: ChatMarkup {
    /// An embed's footer has no markup.
    static func footer(_ text: String) -> String { text }

    static func written(_ span: Note.Span, startsLine: Bool) -> String {
        let (before, inner, after) = span.text.blanksAround
        guard !inner.isEmpty else { return span.text }
        switch span.style {
        case .plain: return escaped(span.text, startsLine: startsLine)
        case .bold: return "\(before)**\(escaped(String(inner), startsLine: false))**\(after)"
        // Inside code nothing can be escaped, so a backtick becomes one that only looks like it.
        case .code: return "\(before)`\(inner.replacing("`", with: "\u{02CB}"))`\(after)"
        }
    }

    private static func escaped(_ text: String, startsLine: Bool) -> String {
        var escaped = ""
        // At a line's beginning some characters make headings, quotations and lists.
        var isAtStart = startsLine
        var isNumber = false
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case "\\", "*", "~", "`", "|", "[", "]", "<", ">", "@": escaped += "\\"
            case "_": if !isInside(index, scalars) { escaped += "\\" }
            case "#", "-", "+": if isAtStart { escaped += "\\" }
            case ".": if isNumber { escaped += "\\" }
            default: break
            }
            escaped.unicodeScalars.append(scalar)
            isNumber = scalar.isDigit && (isAtStart || isNumber)
            isAtStart = isAtStart && scalar == " "
        }
        return escaped
    }

    /// Between letters or digits of ASCII, as in `fee_limit`, an underscore is no mark.
    private static func isInside(_ index: Int, _ scalars: [Unicode.Scalar]) -> Bool {
        guard index > 0, index + 1 < scalars.count else { return false }
        return [scalars[index - 1], scalars[index + 1]].allSatisfy { $0.isDigit || $0.isLatinLetter }
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
    fileprivate var isLatinLetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
}
