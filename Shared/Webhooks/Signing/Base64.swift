internal import FoundationEssentials

/// Standard base64 with padding (RFC 4648, section 4), the one form of some bytes.
enum Base64 {
    static func text(_ bytes: some Sequence<UInt8>) -> String { Data(bytes).base64EncodedString() }

    /// - Returns: `nil` for any text that ``text(_:)`` would not have written, so that no two texts mean the same bytes.
    static func bytes(_ text: String) -> [UInt8]? {
        guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else { return nil }
        return Array(data)
    }
}

extension Substring {
    /// As people paste it: line ends and blanks around it do not count.
    var withoutBlanksAround: String {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
