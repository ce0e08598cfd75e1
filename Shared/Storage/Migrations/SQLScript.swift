/// Takes a text of several statements apart, at the semicolons outside quotes, comments and dollar quotes.
enum SQLScript {
    static func statements(of text: String) -> [String] {
        let bytes = Array(text.utf8)
        var statements: [String] = []
        var start = 0
        var position = 0
        func ends(at index: Int) {
            let statement = bytes[start..<index]
            if hasContent(statement) { statements.append(String(decoding: statement, as: UTF8.self)) }
        }
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: ";"):
                ends(at: position)
                position += 1
                start = position
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                position = after([bytes[position]], in: bytes, from: position + 1)
            case UInt8(ascii: "-") where bytes[position...].starts(with: "--".utf8):
                position = after([10], in: bytes, from: position)
            case UInt8(ascii: "/") where bytes[position...].starts(with: "/*".utf8):
                position = after(Array("*/".utf8), in: bytes, from: position + 2)
            case UInt8(ascii: "$"):
                let tag = dollarTag(in: bytes, at: position)
                position = tag.isEmpty ? position + 1 : after(tag, in: bytes, from: position + tag.count)
            default: position += 1
            }
        }
        ends(at: bytes.count)
        return statements
    }

    private static func after(_ end: [UInt8], in bytes: [UInt8], from start: Int) -> Int {
        var position = start
        while position < bytes.count {
            if bytes[position...].starts(with: end) { return position + end.count }
            position += 1
        }
        return position
    }

    /// `$tag$` at the position, or nothing for a parameter such as `$1`.
    private static func dollarTag(in bytes: [UInt8], at start: Int) -> [UInt8] {
        var position = start + 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "$"): return Array(bytes[start...position])
            case 97...122, 65...90, UInt8(ascii: "_"): position += 1
            case 48...57 where position > start + 1: position += 1
            default: return []
            }
        }
        return []
    }

    /// Anything but blanks and line comments.
    private static func hasContent(_ statement: ArraySlice<UInt8>) -> Bool {
        statement.split(separator: 10).contains { line in
            let text = line.drop { $0 == 32 || $0 == 9 || $0 == 13 }
            return !text.isEmpty && !text.starts(with: "--".utf8)
        }
    }
}
