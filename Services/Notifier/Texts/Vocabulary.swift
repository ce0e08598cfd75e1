/// What codes of messages mean in one language: `reason.insufficient_balance = 잔액 부족`.
///
/// Written as lines of `key = words`; `#` begins a comment. A key is a value's field and the value itself, if need be with
/// the event's type before it, and `.advice` after it for what a reader should do: `kind.energy_low.advice`.
struct Vocabulary: Sendable {
    private var entries: [String: String]

    /// - Throws: `VocabularyError` with the number of the line that is no entry.
    init(_ text: String) throws(VocabularyError) {
        entries = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingBlanks
            if line.isEmpty || line.hasPrefix("#") { continue }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].trimmingBlanks.isEmpty, !parts[1].trimmingBlanks.isEmpty else {
                throw VocabularyError(line: index + 1)
            }
            entries[String(parts[0].trimmingBlanks)] = String(parts[1].trimmingBlanks)
        }
    }

    /// Without an entry: every code stands for itself.
    init() { entries = [:] }

    /// Its own entries, and those of `other` instead where both have one.
    func merged(with other: Vocabulary) -> Vocabulary {
        var merged = self
        merged.entries.merge(other.entries) { _, new in new }
        return merged
    }

    var keys: some Collection<String> { entries.keys }

    subscript(key: String) -> String? { entries[key] }

    /// What such events are called; their type where there is no word for it.
    func name(ofType type: String) -> String { entries["type.\(type)"] ?? type }

    /// What a value means; the value itself where there is no word for it.
    func meaning(of value: String, at path: String, in type: String) -> String {
        entry(value, path, type, suffix: "") ?? value
    }

    /// What a reader should do about a value.
    func advice(on value: String, at path: String, in type: String) -> String? {
        entry(value, path, type, suffix: ".advice")
    }

    private func entry(_ value: String, _ path: String, _ type: String, suffix: String) -> String? {
        let field = path.split(separator: ".").last ?? ""
        return entries["\(type).\(field).\(value)\(suffix)"] ?? entries["\(field).\(value)\(suffix)"]
    }
}

/// A vocabulary could not be read.
struct VocabularyError: Error, Hashable, CustomStringConvertible {
    /// From 1.
    let line: Int

    var description: String { "line \(line) is not of the form `key = words`" }
}

extension StringProtocol {
    /// Without blanks and tabs at its ends.
    var trimmingBlanks: SubSequence {
        let from = drop { $0 == " " || $0 == "\t" }
        guard let last = from.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return from[from.endIndex...] }
        return from[...last]
    }
}
