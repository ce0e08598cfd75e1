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

    static func written(_ span: Note.Span) -> String {
        let (before, inner, after) = span.text.blanksAround
        guard !inner.isEmpty else { return span.text }
        switch span.style {
        case .plain: return escaped(span.text)
        case .bold: return "\(before)**\(escaped(String(inner)))**\(after)"
        // Inside code nothing can be escaped, so a backtick becomes one that only looks like it.
        case .code: return "\(before)`\(inner.replacing("`", with: "\u{02CB}"))`\(after)"
        }
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        // At a line's beginning these make headings, quotations and lists.
        var isAtStart = true
        var isNumber = false
        for character in text.unicodeScalars {
            switch character {
            case "\\", "*", "_", "~", "`", "|", "[", "]", "(", ")", "<", ">", "@": escaped += "\\"
            case "#", "-", "+": if isAtStart { escaped += "\\" }
            case ".": if isNumber { escaped += "\\" }
            // `https://` and `<:name:1>` begin things that are drawn.
            case ":": escaped += "\\"
            default: break
            }
            escaped.unicodeScalars.append(character)
            let isDigit = character.value >= 0x30 && character.value <= 0x39
            isNumber = isDigit && (isAtStart || isNumber)
            isAtStart = isAtStart && character == " "
        }
        return escaped
    }
}
