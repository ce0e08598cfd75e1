internal import Mustache

/// The HTML page that a mail's notes stand on: the template `mail.mustache`.
struct MailPage: Sendable {
    static let file = "mail.mustache"

    /// What is put on the page.
    struct Content: Sendable {
        var language: Language
        var subject: String
        /// Empty when there is one note.
        var header: String
        /// Shown by lists of mails beside the subject, and nowhere on the page.
        var preview: String
        /// In full.
        var notes: [Note]
        /// By their titles.
        var short: [Note]
    }

    private let mustache: MustacheTemplate

    /// - Throws: `TemplateError` when the text is no template.
    init(_ text: String) throws(TemplateError) {
        try TemplateTags.check(text)
        mustache = try Template.parsed(text)
    }

    /// The page; `nil` when nothing of the notes is on it.
    func render(_ content: Content) -> String? {
        let short = content.short.map { note -> [String: Any] in
            ["time": note.time, "sign": note.tone.sign, "title": note.summary]
        }
        let html = mustache.render(
            [
                "language": content.language.rawValue, "subject": content.subject, "header": content.header,
                "hasHeader": !content.header.isEmpty, "preview": content.preview, "notes": content.notes.map(\.fields),
                "hasShort": !short.isEmpty, "short": short,
            ] as [String: Any]
        )
        let titles = (content.notes + content.short).map { HTMLMarkup.escaped($0.title.plain) }
        return titles.allSatisfy(html.contains) ? html : nil
    }
}

extension Note {
    /// As the page's template names it.
    fileprivate var fields: [String: Any] {
        var blocks: [[String: Any]] = []
        var sentences: [String] = []
        var rows: [[String: Any]] = []
        func finish() {
            if !sentences.isEmpty { blocks.append(["text": sentences.joined(separator: "<br>")]) }
            if !rows.isEmpty { blocks.append(["hasRows": true, "rows": rows]) }
            (sentences, rows) = ([], [])
        }
        for line in lines {
            if line.isBlank {
                finish()
            } else if let label = line.label {
                if !sentences.isEmpty { finish() }
                rows.append(["label": label.plain, "value": HTMLMarkup.written(line.spans)])
            } else {
                if !rows.isEmpty { finish() }
                sentences.append(HTMLMarkup.written(line.spans))
            }
        }
        finish()
        return [
            "title": title.plain, "sign": tone.sign, "color": tone.cssColor, "footer": footer, "blocks": blocks,
        ]
    }
}

/// HTML as mail programs take it.
enum HTMLMarkup: ChatMarkup {
    static func written(_ span: Note.Span, startsLine: Bool) -> String {
        switch span.style {
        case .plain: escaped(span.text)
        case .bold: "<strong>\(escaped(span.text))</strong>"
        case .code: "<code class=\"code\" style=\"\(code)\">\(escaped(span.text))</code>"
        }
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static let code =
        "font-family:SFMono-Regular,Consolas,'D2Coding',monospace;font-size:13px;word-break:break-all"
}
