/// The body of a Telegram bot's `sendMessage`.
///
/// Source: core.telegram.org/bots/api, "sendMessage" and "HTML style": 4096 characters; `<`, `>` and `&` are written as entities.
struct TelegramPayload: Encodable {
    var chatID: String
    var text: String
    var parseMode = "HTML"
    var disablesPreview = true

    /// A part costs a sign, its marks and line breaks beside what is written.
    static let limits = MessageLimits(title: 400, text: 3000, total: 4090, parts: 100, overhead: 32)

    enum CodingKeys: String, CodingKey {
        case chatID = "chat_id"
        case text
        case parseMode = "parse_mode"
        case disablesPreview = "disable_web_page_preview"
    }

    init(chat: String, header: String, parts: [MessagePart]) {
        chatID = chat
        var texts = header.isEmpty ? [] : ["<b>\(header)</b>"]
        for part in parts {
            let title = part.title.isEmpty ? "" : "\(part.tone.sign) <b>\(part.title)</b>"
            let footer = part.footer.isEmpty ? "" : "<i>\(part.footer)</i>"
            texts.append([title, part.text, footer].filter { !$0.isEmpty }.joined(separator: "\n"))
        }
        text = texts.joined(separator: "\n\n")
    }
}

/// Telegram's HTML subset.
enum TelegramMarkup: ChatMarkup {
    static func written(_ span: Note.Span, startsLine: Bool) -> String {
        switch span.style {
        case .plain: escaped(span.text)
        case .bold: "<b>\(escaped(span.text))</b>"
        case .code: "<code>\(escaped(span.text))</code>"
        }
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
