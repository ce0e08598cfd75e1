/// Telegram's HTML: a few tags, four named entities, and nothing else.
///
/// What the Bot API documents as HTML style, read as strictly as it is by the API: a tag it does not know, or one that is
/// not closed, makes the whole message an error that names the byte.
struct TelegramHTML: Sendable {
    /// Formatting of a part of the text; offset and length in UTF-16 units.
    struct Entity: Sendable, Hashable {
        var type: String
        var offset: Int
        var length: Int
        /// Its own field, such as a link's `url`.
        var detail: JSON.Member?

        var json: JSON {
            var fields = Fields()
            fields.add("offset", Int64(offset))
            fields.add("length", Int64(length))
            fields.add("type", type)
            if let detail { fields.add(detail.key, detail.value) }
            return fields.json
        }
    }

    /// What is wrong with a text, in the API's words.
    struct Failure: Error, Sendable, Hashable {
        let description: String

        init(_ description: String) { self.description = description }
    }

    /// Without tags, entities resolved.
    let text: String
    /// In the order of their beginnings, the longer first.
    let entities: [Entity]

    init(_ html: String) throws(Failure) {
        var reader = TelegramHTMLReader(html)
        (text, entities) = try reader.read()
    }
}

private struct TelegramHTMLReader {
    private struct Open {
        var tag: String
        var attributes: [String: String]
        /// Where it begins in the result.
        var start: Int
    }

    private static let types = [
        "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
        "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
        "span": "spoiler", "a": "text_link", "tg-emoji": "custom_emoji", "code": "code", "pre": "pre",
        "blockquote": "blockquote",
    ]

    private let bytes: [UInt8]
    private var position = 0
    private var result: [UInt8] = []
    /// Of what is in the result.
    private var units = 0
    private var open: [Open] = []
    private var entities: [TelegramHTML.Entity] = []

    init(_ html: String) { bytes = Array(html.utf8) }

    mutating func read() throws(TelegramHTML.Failure) -> (String, [TelegramHTML.Entity]) {
        while let byte = peek {
            if byte == UInt8(ascii: "&"), let scalar = entity() {
                append(Array(String(Character(scalar)).utf8))
            } else if byte != UInt8(ascii: "<") {
                append([byte])
                position += 1
            } else if position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "/") {
                try endTag()
            } else {
                try startTag()
            }
        }
        if let last = open.last {
            throw TelegramHTML.Failure("Can't find end tag corresponding to start tag \"\(last.tag)\"")
        }
        // They were found in the order of their ends: of two of the same place, the outer one last.
        let sorted = entities.enumerated().sorted { a, b in
            (a.element.offset, -a.element.length, -a.offset) < (b.element.offset, -b.element.length, -b.offset)
        }
        return (String(decoding: result, as: UTF8.self), sorted.map(\.element))
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private var isAtBlank: Bool { peek.map { $0 == 32 || (9...13).contains($0) } ?? false }

    /// A character of four bytes is two units, any other one.
    private mutating func append(_ more: [UInt8]) {
        result += more
        for byte in more where byte & 0xc0 != 0x80 { units += byte >= 0xf0 ? 2 : 1 }
    }

    private mutating func take(while isPart: (UInt8) -> Bool) -> String {
        let start = position
        while let byte = peek, isPart(byte) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func skipBlanks() { while isAtBlank { position += 1 } }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    /// Reads `&lt;` or `&#60;` at the position; moves on only when it is one.
    private mutating func entity() -> Unicode.Scalar? {
        let start = position
        position += 1
        var scalar: Unicode.Scalar?
        if peek == UInt8(ascii: "#") {
            position += 1
            let isHexadecimal = peek == UInt8(ascii: "x")
            if isHexadecimal { position += 1 }
            let digits = take { byte in
                (48...57).contains(byte)
                    || (isHexadecimal && ((65...70).contains(byte) || (97...102).contains(byte)))
            }
            scalar = UInt32(digits, radix: isHexadecimal ? 16 : 10).flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
        } else {
            let name = take { (65...90).contains($0) || (97...122).contains($0) }
            scalar = ["lt": "<", "gt": ">", "amp": "&", "quot": "\""][name]
        }
        guard scalar != nil else {
            position = start
            return nil
        }
        if peek == UInt8(ascii: ";") { position += 1 }
        return scalar
    }

    private mutating func startTag() throws(TelegramHTML.Failure) {
        let start = position
        let unclosed = TelegramHTML.Failure("Unclosed start tag at byte offset \(start)")
        position += 1
        let tag = take { !Self.isBlank($0) && $0 != UInt8(ascii: ">") }.lowercased()
        guard peek != nil else { throw unclosed }
        guard Self.types[tag] != nil else {
            throw TelegramHTML.Failure("Unsupported start tag \"\(tag)\" at byte offset \(start)")
        }
        var attributes: [String: String] = [:]
        while true {
            skipBlanks()
            guard let byte = peek else { throw unclosed }
            if byte == UInt8(ascii: ">") { break }
            let (name, value) = try attribute(of: tag, unclosed)
            attributes[name] = value
        }
        position += 1
        if tag == "span", attributes["class"] != "tg-spoiler" {
            throw TelegramHTML.Failure("Tag \"span\" must have class \"tg-spoiler\" at byte offset \(start)")
        }
        open.append(Open(tag: tag, attributes: attributes, start: units))
    }

    private mutating func attribute(
        of tag: String,
        _ unclosed: TelegramHTML.Failure
    ) throws(TelegramHTML.Failure) -> (String, String) {
        let start = position
        let name = take { !Self.isBlank($0) && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ">") }.lowercased()
        guard !name.isEmpty else {
            throw TelegramHTML.Failure("Empty attribute name in the tag \"\(tag)\" at byte offset \(start)")
        }
        skipBlanks()
        guard peek == UInt8(ascii: "=") else {
            if peek == nil { throw unclosed }
            if tag == "blockquote", name == "expandable" { return (name, "") }
            throw TelegramHTML.Failure(
                "Expected equal sign in declaration of an attribute of the tag \"\(tag)\" at byte offset \(start)"
            )
        }
        position += 1
        skipBlanks()
        guard let quote = peek else { throw unclosed }
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            return (name, take { !Self.isBlank($0) && $0 != UInt8(ascii: ">") })
        }
        position += 1
        var value: [UInt8] = []
        while let byte = peek, byte != quote {
            if byte == UInt8(ascii: "&"), let scalar = entity() {
                value += Array(String(Character(scalar)).utf8)
            } else {
                value.append(byte)
                position += 1
            }
        }
        guard peek == quote else { throw unclosed }
        position += 1
        return (name, String(decoding: value, as: UTF8.self))
    }

    private mutating func endTag() throws(TelegramHTML.Failure) {
        let start = position
        position += 2
        guard let last = open.last else { throw TelegramHTML.Failure("Unexpected end tag at byte offset \(start)") }
        let tag = take { !Self.isBlank($0) && $0 != UInt8(ascii: ">") }.lowercased()
        skipBlanks()
        guard peek == UInt8(ascii: ">") else {
            throw TelegramHTML.Failure("Unclosed end tag at byte offset \(start)")
        }
        guard tag.isEmpty || tag == last.tag else {
            throw TelegramHTML.Failure(
                "Unmatched end tag at byte offset \(start), expected \"</\(last.tag)>\", found \"</\(tag)>\""
            )
        }
        position += 1
        open.removeLast()
        close(last)
    }

    private mutating func close(_ tag: Open) {
        let length = units - tag.start
        guard length > 0, var type = Self.types[tag.tag] else { return }
        var detail: JSON.Member?
        switch tag.tag {
        case "a":
            guard let url = tag.attributes["href"], !url.isEmpty else { return }
            detail = .init(key: "url", value: .string(url))
        case "tg-emoji":
            guard let id = tag.attributes["emoji-id"] else { return }
            detail = .init(key: "custom_emoji_id", value: .string(id))
        case "pre", "code":
            if let language = tag.attributes["class"], language.hasPrefix("language-") {
                detail = .init(key: "language", value: .string(String(language.dropFirst("language-".count))))
            }
        case "blockquote": if tag.attributes["expandable"] != nil { type = "expandable_blockquote" }
        default: break
        }
        entities.append(.init(type: type, offset: tag.start, length: length, detail: detail))
    }
}
