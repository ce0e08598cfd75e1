public import Models

/// A mail to be handed to the relay.
public struct MailEnvelope: Sendable {
    /// Makes the Message-ID, with the sender's domain: the same for the same mail sent again, so that readers see one.
    /// Letters, digits, `-`, `.`, `_`; at most 128.
    public var id: String
    /// 1…100; each sees the others.
    public var recipients: [MailAddress]
    /// One line, any language.
    public var subject: String
    /// The text without layout.
    public var plain: String
    /// The same with layout; `nil` sends the plain text alone.
    public var html: String?
    /// When it was written.
    public var date: Timestamp
    /// For everything, resolving the relay's name included.
    public var timeout: Duration

    /// Nothing is checked here.
    public init(
        id: String,
        recipients: [MailAddress],
        subject: String,
        plain: String,
        html: String? = nil,
        date: Timestamp,
        timeout: Duration = .seconds(30)
    ) {
        self.id = id
        self.recipients = recipients
        self.subject = subject
        self.plain = plain
        self.html = html
        self.date = date
        self.timeout = timeout
    }
}

/// What the relay said when it took a mail.
public struct MailReceipt: Sendable {
    /// Its last words: `250 2.0.0 Ok: queued as 4F1A2`.
    public var reply: String
    /// Recipients that it did not take, with what it said; the others get the mail.
    public var refused: [(recipient: String, reply: String)]
    /// The relay's address.
    public var address: String
    /// From the call to the relay's last word.
    public var latency: Duration

    /// A receipt of these parts.
    public init(
        reply: String,
        refused: [(recipient: String, reply: String)] = [],
        address: String = "",
        latency: Duration = .zero
    ) {
        self.reply = reply
        self.refused = refused
        self.address = address
        self.latency = latency
    }
}

/// A mail address, with or without the name of its owner.
public struct MailAddress: Sendable, Hashable, CustomStringConvertible {
    /// `ops@example.com`
    public let address: String
    /// Any language; `nil` shows the address alone.
    public let name: String?

    /// Reads `ops@example.com` or `Operations <ops@example.com>`.
    /// - Throws: what is wrong with the text.
    public init(_ text: String) throws(MailError) {
        var rest = text[...]
        var name: String?
        if let open = text.lastIndex(of: "<") {
            guard text.hasSuffix(">") else { throw MailError("\"\(text)\" lacks the > at its end") }
            let words = text[..<open].split(separator: " ").joined(separator: " ")
            let isQuoted = words.count >= 2 && words.hasPrefix("\"") && words.hasSuffix("\"")
            let bare = isQuoted ? String(words.dropFirst().dropLast()) : words
            name = bare.isEmpty ? nil : bare
            rest = text[text.index(after: open)...].dropLast()
        }
        let parts = rest.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), (1...253).contains(parts[1].utf8.count) else {
            throw MailError("\"\(text)\" is no mail address: write name@domain")
        }
        let isLocal = parts[0].utf8.allSatisfy { $0.isNameCharacter || "!#$%&'*+/=?^`{|}~".utf8.contains($0) }
        guard isLocal, parts[1].utf8.allSatisfy(\.isNameCharacter), !parts[1].hasPrefix("-"), !parts[0].hasPrefix("-")
        else { throw MailError("\"\(text)\" has a character that mail addresses here may not have") }
        if let name, name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            throw MailError("the name of \(rest) has control characters")
        }
        address = String(rest)
        self.name = name
    }

    /// `ops@example.com`, or `Operations <ops@example.com>`.
    public var description: String { name.map { "\($0) <\(address)>" } ?? address }

    /// What stands behind the @.
    var domain: Substring { address.split(separator: "@").last ?? "" }
}

/// What is wrong with a relay, an address or a mail, in words.
public struct MailError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, and what to write instead.
    public let description: String

    init(_ description: String) { self.description = description }
}
