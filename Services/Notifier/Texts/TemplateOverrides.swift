internal import FoundationEssentials
internal import Models

/// Texts of a house's own, from a folder: they stand before the built-in ones.
///
/// | file | instead of |
/// |---|---|
/// | `withdrawal.ready.ko.mustache` | the Korean text of that event, in every channel |
/// | `withdrawal.ready.slack.ko.mustache` | the same in Slack alone |
/// | `default.ko.mustache` | the text of events that have none |
/// | `mail.mustache` | the page of a mail |
/// | `words.ko.txt` | single entries of the vocabulary |
struct TemplateOverrides: Sendable {
    var templates: [String: Template] = [:]
    var words: [Language: Vocabulary] = [:]
    var page: MailPage?
    /// Files that are left out, and why.
    var problems: [TemplateProblem] = []

    /// Above this a file is no text for people.
    private static let largest = 65_536

    /// Names, sizes and times of change of what is in the folder; another value means that it has to be read again.
    struct Fingerprint: Sendable, Hashable {
        fileprivate var files: [String]
        fileprivate var failure: String?
    }

    static func fingerprint(_ folder: String) -> Fingerprint {
        let manager = FileManager.default
        do {
            let files = try manager.contentsOfDirectory(atPath: folder).sorted().map { name in
                let attributes = try manager.attributesOfItem(atPath: "\(folder)/\(name)")
                let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
                return "\(name) \(attributes[.size] ?? 0) \(changed)"
            }
            return Fingerprint(files: files, failure: nil)
        } catch {
            return Fingerprint(files: [], failure: "\(error)")
        }
    }

    /// Reads the folder. What cannot be used is in ``problems``; nothing is thrown, for the built-in texts are there.
    init(folder: String, types: Set<String>) {
        let manager = FileManager.default
        let names: [String]
        do {
            names = try manager.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            problems = [TemplateProblem(file: folder, reason: "the folder cannot be read: \(error)")]
            return
        }
        for name in names where !name.hasPrefix(".") {
            do {
                try read(name, folder, types)
            } catch {
                problems.append(TemplateProblem(file: name, reason: "\(error)"))
            }
        }
    }

    init() {}

    private mutating func read(_ name: String, _ folder: String, _ types: Set<String>) throws {
        guard let kind = Kind(name, types) else {
            throw TemplateError(
                line: nil,
                reason: "no event, channel and language by that name: EVENT.LANGUAGE.mustache, "
                    + "EVENT.CHANNEL.LANGUAGE.mustache, default.LANGUAGE.mustache, mail.mustache or words.LANGUAGE.txt"
            )
        }
        let data = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
        guard data.count <= Self.largest else {
            throw TemplateError(line: nil, reason: "\(data.count) bytes, at most \(Self.largest) are read")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw TemplateError(line: nil, reason: "it is not UTF-8")
        }
        switch kind {
        case .text(let key): templates[key] = try Template(text, name: name)
        case .words(let language): words[language] = try Vocabulary(text)
        case .page: page = try MailPage(text)
        }
    }

    private enum Kind {
        case text(String)
        case words(Language)
        case page

        init?(_ name: String, _ types: Set<String>) {
            if name == "mail.mustache" {
                self = .page
                return
            }
            var parts = name.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count >= 3, let ending = parts.popLast(), let code = parts.popLast(),
                let language = Language(rawValue: String(code))
            else { return nil }
            if ending == "txt", parts == ["words"] {
                self = .words(language)
                return
            }
            guard ending == "mustache" else { return nil }
            let channel = parts.last.flatMap { NotificationChannel(rawValue: String($0)) }
            if channel != nil { parts.removeLast() }
            let type = parts.joined(separator: ".")
            guard types.contains(type) || type == TemplateLibrary.fallback, channel?.isForPeople ?? true else {
                return nil
            }
            self = .text(TemplateLibrary.key(type, channel, language))
        }
    }
}

/// A text of the house's own is not used.
struct TemplateProblem: Sendable, Hashable, CustomStringConvertible {
    let file: String
    let reason: String

    var description: String { "\(file): \(reason)" }
}
