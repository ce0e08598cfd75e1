/// Why bytes are not JSON.
struct JSONError: Error, CustomStringConvertible {
    let description: String
}

extension JSON {
    /// Reads one value. Nesting is limited to 64 levels.
    init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
        var parser = JSONParser(bytes: Array(bytes))
        self = try parser.document()
    }
}

private struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONError) -> JSON {
        let value = try value()
        skipBlanks()
        guard position == bytes.count else { throw failure("something after the end") }
        return value
    }

    private mutating func value() throws(JSONError) -> JSON {
        skipBlanks()
        guard let byte = peek else { throw failure("an early end") }
        switch byte {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object() throws(JSONError) -> JSON {
        try enter()
        var members: [JSON.Member] = []
        skipBlanks()
        if take(UInt8(ascii: "}")) {
            depth -= 1
            return .object([])
        }
        while true {
            skipBlanks()
            let key = try string()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw failure("no colon") }
            members.append(.init(key: key, value: try value()))
            skipBlanks()
            if take(UInt8(ascii: "}")) { break }
            guard take(UInt8(ascii: ",")) else { throw failure("no comma") }
        }
        depth -= 1
        return .object(members)
    }

    private mutating func array() throws(JSONError) -> JSON {
        try enter()
        var values: [JSON] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) {
            depth -= 1
            return .array([])
        }
        while true {
            values.append(try value())
            skipBlanks()
            if take(UInt8(ascii: "]")) { break }
            guard take(UInt8(ascii: ",")) else { throw failure("no comma") }
        }
        depth -= 1
        return .array(values)
    }

    private mutating func string() throws(JSONError) -> String {
        guard take(UInt8(ascii: "\"")) else { throw failure("no string") }
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<32: throw failure("a control character in a string")
            default: text.append(byte)
            }
        }
        throw failure("an unfinished string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = peek else { throw failure("an unfinished string") }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "u"):
            var code = UInt32(try unit())
            if (0xd800..<0xdc00).contains(code), peek == UInt8(ascii: "\\"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: "u")
            {
                position += 2
                let low = UInt32(try unit())
                guard (0xdc00..<0xe000).contains(low) else { throw failure("half a character") }
                code = 0x1_0000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("half a character") }
            text.append(contentsOf: Array(String(Character(scalar)).utf8))
        default: throw failure("an unknown escape")
        }
    }

    private mutating func unit() throws(JSONError) -> UInt16 {
        guard position + 4 <= bytes.count,
            let value = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw failure("not four hexadecimal digits") }
        position += 4
        return value
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = position
        while let byte = peek, "+-.eE0123456789".utf8.contains(byte) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if let value = Int64(text) { return .int(value) }
        if let value = Double(text), value.isFinite { return .double(value) }
        throw failure("not a value")
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let letters = Array("\(word)".utf8)
        guard bytes[position...].starts(with: letters) else { throw failure("not a value") }
        position += letters.count
        return value
    }

    private mutating func enter() throws(JSONError) {
        position += 1
        depth += 1
        guard depth <= 64 else { throw failure("more than 64 levels") }
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 32 || (9...13).contains(byte) { position += 1 }
    }

    private func failure(_ what: String) -> JSONError { JSONError(description: "not JSON: \(what) at \(position)") }
}
