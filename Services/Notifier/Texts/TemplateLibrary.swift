internal import FoundationEssentials
internal import Logging
internal import Models
internal import Synchronization

/// The texts that people read, by event, channel and language.
///
/// The built-in ones are always there. Those of a folder stand before them: read at the start, and again by ``refresh()``
/// when something in the folder has changed. One that is bad, or renders to nothing, is left out, and ``problems`` says so.
final class TemplateLibrary: Sendable {
    /// The text of events that have none of their own.
    static let fallback = "default"

    private let folder: String?
    private let zone: ZoneOffset
    private let logger: Logger
    private let builtIn: BuiltInTexts
    private let state: Mutex<State>

    private struct State {
        var fingerprint: TemplateOverrides.Fingerprint?
        var overrides = TemplateOverrides()
        var words: [Language: Vocabulary] = [:]
        /// Overrides that rendered to nothing since they were read, by their file.
        var failed: [String: TemplateProblem] = [:]
    }

    /// - Parameter folder: Where the house's own texts are; `nil` for the built-in ones alone.
    /// - Throws: `TemplateError` or `VocabularyError` when a built-in text is broken, which the tests would have told.
    init(folder: String? = nil, zone: ZoneOffset = .seoul, logger: Logger) throws {
        self.folder = folder
        self.zone = zone
        self.logger = logger
        builtIn = try BuiltInTexts()
        state = Mutex(State())
        refresh()
    }

    /// Why files of the folder are not used; empty when all is well.
    var problems: [TemplateProblem] {
        state.withLock { $0.overrides.problems + $0.failed.values.sorted { $0.file < $1.file } }
    }

    /// Reads the folder again when something in it has changed since it was read. Reads files: not for every message.
    func refresh() {
        guard let folder else { return }
        let fingerprint = TemplateOverrides.fingerprint(folder)
        guard state.withLock({ $0.fingerprint != fingerprint }) else { return }
        let overrides = TemplateOverrides(folder: folder, types: builtIn.types)
        let words = Dictionary(uniqueKeysWithValues: Language.allCases.map { ($0, builtIn.words($0, overrides)) })
        state.withLock { $0 = State(fingerprint: fingerprint, overrides: overrides, words: words) }
        logger.info("templates read", metadata: ["folder": "\(folder)", "texts": "\(overrides.templates.count)"])
        for problem in overrides.problems { tell(problem) }
    }

    /// What people are told of an event in a channel.
    func note(for event: NotifiedEvent, channel: NotificationChannel, language: Language, at now: Timestamp) -> Note {
        let (own, ownWords) = state.withLock { ($0.overrides, $0.words[language]) }
        let words = ownWords ?? builtIn.words(language)
        let scope = TemplateScope(words: words, zone: zone, type: event.type, now: now)
        // A body that is no JSON object was never published by the house; it is told of without its fields.
        let body = (try? JSONDecoder().decode(TemplateValue.self, from: Data(event.body.utf8))) ?? .null
        let context = context(event, body, scope)
        let text = render(event.type, channel, language, own, context)
        let owner = event.partner.map { language.partner($0.description) }
        let time = zone.shown(event.occurredAt, now: now)
        return Note(
            title: text.title,
            lines: text.lines,
            tone: Tone(of: event, body),
            footer: [owner, time, event.type].compactMap(\.self).joined(separator: " · "),
            kind: words.name(ofType: event.type),
            time: zone.stamp(event.occurredAt, now: now),
            owner: owner,
            isAlwaysWhole: event.type.hasPrefix("alert.") || event.type.hasPrefix("notification.")
        )
    }

    /// A mail's HTML: its notes on the page that mails have.
    func page(_ content: MailPage.Content) -> String {
        if let own = state.withLock({ $0.overrides.page }) {
            if let html = own.render(content) { return html }
            fails(MailPage.file)
        }
        return builtIn.page.render(content) ?? ""
    }

    private func context(_ event: NotifiedEvent, _ body: TemplateValue, _ scope: TemplateScope) -> TemplateFields {
        let fields = if case .object(let fields) = body { fields } else { [String: TemplateValue]() }
        var context = TemplateFields(fields: fields, path: "", scope: scope)
        var about: [String: TemplateValue] = [
            "id": .text(event.id), "type": .text(event.type), "at": .text(event.occurredAt.description),
        ]
        about["partner"] = event.partner.map { .text($0.description) }
        about["severity"] = event.severity.map { .text($0.rawValue) }
        context.extra["event"] = TemplateFields(fields: about, path: "event", scope: scope)
        context.extra["body"] = TemplateFields(fields: fields, path: "", scope: scope)
        return context
    }

    private func render(
        _ type: String,
        _ channel: NotificationChannel,
        _ language: Language,
        _ own: TemplateOverrides,
        _ context: TemplateFields
    ) -> (title: [Note.Span], lines: [Note.Line]) {
        for key in [Self.key(type, channel, language), Self.key(type, nil, language)] {
            guard let template = own.templates[key] else { continue }
            if let text = template.render(context) { return text }
            fails(template.name)
        }
        if let text = builtIn.template(type, language)?.render(context) { return text }
        for key in [Self.key(Self.fallback, channel, language), Self.key(Self.fallback, nil, language)] {
            guard let template = own.templates[key] else { continue }
            if let text = template.render(context) { return text }
            fails(template.name)
        }
        return builtIn.template(Self.fallback, language)?.render(context) ?? ([Note.Span(type)], [])
    }

    private func fails(_ file: String) {
        let problem = TemplateProblem(file: file, reason: "it rendered to nothing, so the built-in one is used")
        let isNew = state.withLock { $0.failed.updateValue(problem, forKey: file) == nil }
        if isNew { tell(problem) }
    }

    private func tell(_ problem: TemplateProblem) {
        logger.warning(
            "a template is not used",
            metadata: ["template.file": "\(problem.file)", "template.problem": "\(problem.reason)"]
        )
    }

    static func key(_ type: String, _ channel: NotificationChannel?, _ language: Language) -> String {
        [type, channel?.rawValue, language.rawValue].compactMap(\.self).joined(separator: ".")
    }
}
