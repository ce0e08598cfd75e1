@testable import Notifier

/// Reads a channel's markup as the channel does, strictly: what it shows, and what of that is marked.
protocol MarkupReader {
    associatedtype Markup: ChatMarkup
    static var limits: MessageLimits { get }
    /// What a reader sees; throws where the channel would refuse it, or take text from outside for markup.
    static func shown(_ text: String) throws -> String
}

struct MarkupError: Error, CustomStringConvertible {
    let description: String
}

enum SlackReader: MarkupReader {
    typealias Markup = SlackMarkup
    static let limits = SlackPayload.limits

    static func shown(_ text: String) throws -> String {
        for mark in "*~`<>" where text.contains(mark) { throw MarkupError(description: "\(mark) in \(text)") }
        for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst()
        where !["amp;", "lt;", "gt;"].contains(where: part.hasPrefix) {
            throw MarkupError(description: "an entity is broken at \(part.prefix(10))")
        }
        return text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
            .replacing("\u{2217}", with: "*").replacing("\u{223C}", with: "~").replacing("\u{02CB}", with: "`")
            .replacing("\u{02CD}", with: "_")
    }
}

enum DiscordReader: MarkupReader {
    typealias Markup = DiscordMarkup
    static let limits = DiscordPayload.limits

    static func shown(_ text: String) throws -> String {
        var shown = String.UnicodeScalarView()
        for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init) {
            if String(String.UnicodeScalarView(line)).wholeMatch(of: /[0-9]+\..*/) != nil {
                throw MarkupError(description: "a line begins a list")
            }
            var isEscaped = false
            for (index, scalar) in line.enumerated() {
                if !isEscaped, scalar == "\\" {
                    isEscaped = true
                    continue
                }
                let word = { (at: Int) in
                    line.indices.contains(at) && line[at].isASCII && line[at].properties.isAlphabetic
                        || line.indices.contains(at) && ("0"..."9").contains(line[at])
                }
                let isMark =
                    "*~`|[]<>@".unicodeScalars.contains(scalar)
                    || scalar == "_" && !(word(index - 1) && word(index + 1))
                    || index == 0 && "#-+".unicodeScalars.contains(scalar)
                if !isEscaped, isMark { throw MarkupError(description: "\(scalar) is markup") }
                isEscaped = false
                shown.append(scalar)
            }
            if isEscaped { throw MarkupError(description: "an escape is broken at a line's end") }
            shown.append("\n")
        }
        return String(shown)
    }
}

enum TelegramReader: MarkupReader {
    typealias Markup = TelegramMarkup
    static let limits = TelegramPayload.limits

    /// The Bot API's HTML: three of its tags, closed in order, and its entities.
    static func shown(_ text: String) throws -> String {
        var shown = String.UnicodeScalarView()
        var open: [String] = []
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "<":
                guard let end = rest.firstIndex(of: ">") else { throw MarkupError(description: "an open tag") }
                let tag = String(String.UnicodeScalarView(rest[..<end]))
                rest = rest[rest.index(after: end)...]
                if ["b", "i", "code"].contains(tag) {
                    open.append(tag)
                } else if let last = open.popLast(), tag == "/" + last {
                    continue
                } else {
                    throw MarkupError(description: "<\(tag)> is no tag that was open")
                }
            case "&":
                guard let end = rest.firstIndex(of: ";") else { throw MarkupError(description: "an open entity") }
                let entity = String(String.UnicodeScalarView(rest[..<end]))
                guard let meaning = ["amp": "&", "lt": "<", "gt": ">"][entity] else {
                    throw MarkupError(description: "&\(entity.prefix(10)); is no entity")
                }
                shown += meaning.unicodeScalars
                rest = rest[rest.index(after: end)...]
            case ">": throw MarkupError(description: "a bare >")
            default: shown.append(scalar)
            }
        }
        guard open.isEmpty else { throw MarkupError(description: "\(open) is not closed") }
        return String(shown)
    }
}

extension String {
    /// Without blanks and line breaks: where text is cut, those go.
    var withoutBlanks: [Unicode.Scalar] { unicodeScalars.filter { !$0.properties.isWhitespace } }
}
