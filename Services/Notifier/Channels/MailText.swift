/// A mail's words: what stands in the list of mails, and the same content twice, plain and as a page.
struct MailText: Sendable, Hashable {
    /// One line.
    var subject: String
    var plain: String
    var html: String

    /// Up to so many notes are told in full; of more, only alerts and words that somebody wrote are.
    private static let wholeUpTo = 20
    private static let subjectLimit = 150

    /// - Parameters:
    ///   - header: Counts the notes, where there are several.
    ///   - page: Writes the HTML.
    init(_ notes: [Note], language: Language, header: String, page: (MailPage.Content) -> String) {
        let isOne = notes.count == 1
        let title = isOne ? notes.first?.title.plain ?? header : header
        subject = Self.shortened("[Busbar] " + title)
        let whole = notes.count <= Self.wholeUpTo ? notes : notes.filter(\.isAlwaysWhole)
        let short = notes.count <= Self.wholeUpTo ? [] : notes.filter { !$0.isAlwaysWhole }
        plain = Self.plain(whole, short, header: isOne ? "" : header)
        html = page(
            MailPage.Content(
                language: language,
                subject: subject,
                header: isOne ? "" : header,
                preview: Self.shortened(isOne ? notes.first?.preview ?? "" : header),
                notes: whole,
                short: short
            )
        )
    }

    private static func plain(_ whole: [Note], _ short: [Note], header: String) -> String {
        var sections = header.isEmpty ? [] : [header]
        for note in whole {
            let lines = note.lines.map { line in
                [line.label.map { $0.isEmpty ? "- " : "\($0.plain): " } ?? "", line.spans.plain].joined()
            }
            sections.append(
                (["\(note.tone.sign) \(note.title.plain)", ""] + lines + ["", note.footer]).joined(separator: "\n")
            )
        }
        if !short.isEmpty {
            sections.append(short.map { "\($0.time) \($0.tone.sign) \($0.summary)" }.joined(separator: "\n"))
        }
        return sections.joined(separator: "\n\n" + String(repeating: "-", count: 40) + "\n\n") + "\n"
    }

    private static func shortened(_ text: String) -> String {
        text.count > subjectLimit ? text.prefix(subjectLimit - 1) + "…" : text
    }
}

extension Note {
    /// What a list of mails shows beside the subject.
    fileprivate var preview: String {
        lines.first { $0.label == nil && !$0.isBlank }?.spans.plain ?? footer
    }
}
