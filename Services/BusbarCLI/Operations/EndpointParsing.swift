internal import ArgumentParser
internal import Models
internal import Planning
internal import Webhooks

/// Reads what people type about endpoints. What may be secret is never repeated in an error.
enum EndpointParsing {
    static func name(_ text: String) throws -> String {
        guard text.wholeMatch(of: /[a-z0-9_-]{1,64}/) != nil else {
            throw ValidationError("\(text) is not an endpoint's name: 1 to 64 of a-z, 0-9, _ and -")
        }
        return text
    }

    /// Patterns of event types, separated by commas.
    static func events(_ text: String) throws -> [EventPattern] {
        try parts(of: text).map { part in
            guard let pattern = EventPattern(part) else {
                throw ValidationError(
                    "\(part) is not a pattern of event types such as withdrawal.ready, withdrawal.* (one word) or alert.# "
                        + "(the rest)"
                )
            }
            return pattern
        }
    }

    static func partners(_ text: String) throws -> [PartnerID] { try parts(of: text).map(Parsing.partner) }

    static func severity(_ text: String) throws -> AlertSeverity {
        guard let severity = AlertSeverity(rawValue: text) else {
            let known = AlertSeverity.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\(text) is not a severity: \(known)")
        }
        return severity
    }

    static func quietHours(_ text: String) throws -> QuietHours {
        guard let hours = QuietHours(text) else {
            throw ValidationError(
                "\(text) are no quiet hours such as 22:00-07:00 (in Seoul) or 22:00-07:00+01:00 (elsewhere)"
            )
        }
        return hours
    }

    /// Mailboxes, separated by commas.
    static func recipients(_ text: String) throws -> [String] {
        let boxes = try parts(of: text)
        for box in boxes where box.wholeMatch(of: /[^\s@<>()\[\],;:"\\\x00-\x1F\x7F]{1,64}@[A-Za-z0-9.-]{1,253}/) == nil
        {
            throw ValidationError("\(box) is not a mail address such as ops@example.com, without a name before it")
        }
        guard boxes.count <= 50 else { throw ValidationError("at most 50 mail addresses, not \(boxes.count)") }
        guard Set(boxes).count == boxes.count else { throw ValidationError("a mail address is given twice") }
        return boxes
    }

    static func chat(_ text: String) throws -> String {
        guard text.wholeMatch(of: /-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,31}/) != nil else {
            throw ValidationError("\(text) is not a Telegram chat: its number, such as -1001234567890, or @channel")
        }
        return text
    }

    static func language(_ text: String) throws -> Language {
        guard let language = Language(rawValue: text) else {
            throw ValidationError(
                "\(text) is not a language: \(Language.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        return language
    }

    private static func parts(of text: String) throws -> [String] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.trimmed }
        guard !parts.contains("") else { throw ValidationError("\(text) has an empty part between its commas") }
        return parts
    }
}

/// What people are told in.
enum Language: String, Sendable, CaseIterable {
    case ko
    case en
}

/// What only files, the terminal and standard input give.
extension EndpointParsing {
    /// A bot's token.
    static func token(_ text: String) throws -> String {
        guard text.wholeMatch(of: /[0-9]{3,20}:[A-Za-z0-9_-]{20,100}/) != nil else {
            throw OperationError(
                "that is not the token of a Telegram bot",
                hint: "BotFather gives one such as 123456789:AAF0abcdefghijklmnopqrstuvwxyz01234"
            )
        }
        return text
    }

    /// A line `Name: value` for each header; empty lines and those that begin with # do not count.
    static func headers(_ text: String, file: String) throws -> [OwnHeader] {
        var headers: [OwnHeader] = []
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmed
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            guard let colon = line.firstIndex(of: ":") else {
                throw OperationError(
                    "line \(number + 1) of \(file) is not a header",
                    hint: "each line has the form Name: value"
                )
            }
            headers.append(
                OwnHeader(name: line[..<colon].trimmed, value: line[line.index(after: colon)...].trimmed)
            )
        }
        guard !headers.isEmpty else { throw OperationError("there is no header in \(file)") }
        do {
            try HeaderRules.check(headers.map { ($0.name, $0.value) })
        } catch {
            throw OperationError("\(file): \(error)")
        }
        return headers
    }

    /// The address of a receiver.
    static func url(_ text: String, policy: AddressPolicy) throws -> TargetURL {
        do {
            return try TargetURL(text, policy: policy)
        } catch {
            let canBeAllowed =
                switch error {
                case .plainHTTP: true
                case .refusedAddress(let refusal): refusal.canBeAllowed
                default: false
                }
            throw OperationError(
                "that address cannot be an endpoint's: \(error)",
                hint: canBeAllowed
                    ? "where it is meant, on a local stack: BUSBAR_NOTIFIER_ALLOWED_NETWORKS, also for the notifier"
                    : nil
            )
        }
    }
}

extension StringProtocol {
    /// Without blanks at its ends.
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
