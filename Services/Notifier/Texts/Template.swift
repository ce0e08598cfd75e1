internal import Models
internal import Mustache

/// One text, ready to be rendered: the first line is the title, the rest the text, in the markup of ``MarkedText``.
struct Template: Sendable {
    /// What people know it by: `withdrawal.ready.ko`, or an override's file.
    let name: String
    private let mustache: MustacheTemplate

    /// - Throws: `TemplateError` when the text is no template, or asks for what templates have not.
    init(_ text: String, name: String) throws(TemplateError) {
        _ = Self.registersContentType
        try TemplateTags.check(text)
        mustache = try Self.parsed(text, contentType: MarkedText.ContentType.name)
        self.name = name
    }

    /// Mustache's template of a text.
    /// - Throws: `TemplateError` with the line of the text.
    static func parsed(_ text: String, contentType: String = "HTML") throws(TemplateError) -> MustacheTemplate {
        do {
            // On a line of its own: Mustache leaves it out with its line break.
            return try MustacheTemplate(string: "{{% CONTENT_TYPE:\(contentType)}}\n" + text)
        } catch let error as MustacheTemplate.ParserError {
            throw TemplateError(line: error.context.lineNumber - 1, reason: "\(error.error)")
        } catch {
            throw TemplateError(line: nil, reason: "\(error)")
        }
    }

    /// Title and lines, or `nil` when there is no title: such a text tells nobody anything.
    func render(_ context: TemplateFields) -> (title: [Note.Span], lines: [Note.Line])? {
        let note = MarkedText.read(mustache.render(context))
        guard !note.title.plain.trimmingBlanks.isEmpty else { return nil }
        return note
    }

    private static let registersContentType: Void =
        MustacheContentTypes.register(MarkedText.ContentType(), named: MarkedText.ContentType.name)
}

/// A template cannot be used.
struct TemplateError: Error, CustomStringConvertible, Hashable {
    /// From 1, where known.
    let line: Int?
    let reason: String

    var description: String { (line.map { "line \($0): " } ?? "") + reason }
}

/// The tags of a template, looked at before Mustache does: it leaves out silently what it does not know.
enum TemplateTags {
    /// - Throws: `TemplateError` for a tag that does nothing here, and for a transform that there is none of.
    static func check(_ text: String) throws(TemplateError) {
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            let line = text[..<open.lowerBound].count(where: \.isNewline) + 1
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
                throw TemplateError(line: line, reason: "a tag is not closed by }}")
            }
            try check(tag: rest[open.upperBound..<close.lowerBound], line)
            rest = rest[close.upperBound...]
        }
    }

    private static func check(tag: Substring, _ line: Int) throws(TemplateError) {
        switch tag.first {
        case "!": return
        case ">", "<", "$", "=", "%":
            throw TemplateError(line: line, reason: "{{\(tag)}}: partials, delimiters and pragmas are not taken")
        default: break
        }
        let transforms = tag.drop { "#^/{&".contains($0) }.trimmingBlanks.split(separator: "(").dropLast()
        for transform in transforms where !known.contains(String(transform)) {
            throw TemplateError(
                line: line,
                reason: "there is no \(transform)(…); there are \(known.sorted().joined(separator: ", "))"
            )
        }
    }

    private static let known = Set(TemplateTransform.allCases.map(\.rawValue) + ["rows", "count"])
}
