/// Words of any language in the headers of mails (RFC 2047).
enum EncodedWords {
    /// `=?utf-8?B?` and `?=` take 12 characters, the header's name a few more; 39 bytes are 52 in base64, and a line may have 76.
    private static let bytesAWord = 39
    /// Lines of unencoded text may be so long without breaking a rule.
    private static let maximumLine = 200

    /// Free text of one line, as a subject: plain where it is ASCII, else in encoded words, each on a line of its own.
    /// Line breaks and other control characters become spaces.
    static func encode(_ text: String) -> String {
        let clean = oneLine(text)
        // What looks like an encoded word would be decoded.
        let isPlain = clean.utf8.allSatisfy { $0 < 0x80 } && !clean.contains("=?") && clean.utf8.count <= maximumLine
        return isPlain ? clean : words(clean)
    }

    /// A name before an address: in quotation marks where it is ASCII.
    static func encodePhrase(_ text: String) -> String {
        let clean = oneLine(text)
        guard clean.utf8.allSatisfy({ $0 < 0x80 }), !clean.contains("=?"), clean.utf8.count <= maximumLine else {
            return words(clean)
        }
        let escaped = clean.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
        return "\"\(String(escaped))\""
    }

    private static func oneLine(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            let controls: [ClosedRange<UInt32>] = [0...0x1F, 0x7F...0x9F, 0x2028...0x2029]
            return controls.contains { $0.contains(scalar.value) } ? " " : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Cut between characters: each word is decoded by itself.
    private static func words(_ text: String) -> String {
        var pieces: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if pieces[pieces.count - 1].count + bytes.count > bytesAWord { pieces.append([]) }
            pieces[pieces.count - 1] += bytes
        }
        return pieces.map { "=?utf-8?B?\(base64($0))?=" }.joined(separator: "\r\n ")
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let number = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for position in 0..<4 {
                let isPadding = position > group.count
                text.append(isPadding ? UInt8(ascii: "=") : digits[number >> (18 - 6 * position) & 63])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
