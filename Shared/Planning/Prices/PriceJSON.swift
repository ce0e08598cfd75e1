/// A JSON value of a price source. Numbers stay the text they came as, so that no digit is lost to floating point.
enum PriceJSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([PriceJSON])
    case object([String: PriceJSON])

    /// Deeper than anything a price source sends.
    private static let maximumDepth = 16

    /// Reads one JSON document and nothing after it.
    /// - Returns: `nil` when it is not one, is nested deeper than 16, or is no UTF-8.
    init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        reader.skipBlanks()
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipBlanks()
        guard reader.isAtEnd else { return nil }
        self = value
    }

    /// The member of that name, or `nil` when this is no object or has none.
    subscript(key: String) -> PriceJSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The text of a string.
    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The digits of a number, or of a number in a string: sources differ in which they send.
    var decimal: String? {
        switch self {
        case .number(let text), .string(let text): text
        default: nil
        }
    }

    var array: [PriceJSON]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    var object: [String: PriceJSON]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { position == bytes.count }
        private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

        mutating func skipBlanks() {
            while let byte = next, byte == 32 || byte == 9 || byte == 10 || byte == 13 { position += 1 }
        }

        mutating func value(depth: Int) -> PriceJSON? {
            guard depth < PriceJSON.maximumDepth, let byte = next else { return nil }
            switch byte {
            case UInt8(ascii: "{"): return object(depth)
            case UInt8(ascii: "["): return array(depth)
            case UInt8(ascii: "\""): return text().map { .string($0) }
            case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
            case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
            case UInt8(ascii: "n"): return take("null") ? .null : nil
            default: return number()
            }
        }

        private mutating func take(_ word: StaticString) -> Bool {
            let count = word.utf8CodeUnitCount
            guard position + count <= bytes.count else { return false }
            let same = word.withUTF8Buffer { $0.elementsEqual(bytes[position..<position + count]) }
            if same { position += count }
            return same
        }

        private mutating func skip(_ byte: UInt8) -> Bool {
            guard next == byte else { return false }
            position += 1
            return true
        }

        private mutating func object(_ depth: Int) -> PriceJSON? {
            position += 1
            var members: [String: PriceJSON] = [:]
            skipBlanks()
            if skip(UInt8(ascii: "}")) { return .object(members) }
            while true {
                skipBlanks()
                guard next == UInt8(ascii: "\""), let key = text() else { return nil }
                skipBlanks()
                guard skip(UInt8(ascii: ":")) else { return nil }
                skipBlanks()
                guard let value = value(depth: depth + 1) else { return nil }
                members[key] = value
                skipBlanks()
                if skip(UInt8(ascii: "}")) { return .object(members) }
                guard skip(UInt8(ascii: ",")) else { return nil }
            }
        }

        private mutating func array(_ depth: Int) -> PriceJSON? {
            position += 1
            var values: [PriceJSON] = []
            skipBlanks()
            if skip(UInt8(ascii: "]")) { return .array(values) }
            while true {
                skipBlanks()
                guard let value = value(depth: depth + 1) else { return nil }
                values.append(value)
                skipBlanks()
                if skip(UInt8(ascii: "]")) { return .array(values) }
                guard skip(UInt8(ascii: ",")) else { return nil }
            }
        }

        /// RFC 8259: an optional minus, an integer without leading zeros, a fraction, an exponent.
        private mutating func number() -> PriceJSON? {
            let start = position
            _ = skip(UInt8(ascii: "-"))
            let first = position
            guard digits() > 0 else { return nil }
            if bytes[first] == 48, position > first + 1 { return nil }
            if skip(UInt8(ascii: ".")), digits() == 0 { return nil }
            if let byte = next, byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
                position += 1
                if !skip(UInt8(ascii: "-")) { _ = skip(UInt8(ascii: "+")) }
                guard digits() > 0 else { return nil }
            }
            return .number(String(decoding: bytes[start..<position], as: UTF8.self))
        }

        private mutating func digits() -> Int {
            let start = position
            while let byte = next, (48...57).contains(byte) { position += 1 }
            return position - start
        }

        private mutating func text() -> String? {
            position += 1
            var collected: [UInt8] = []
            while let byte = next {
                position += 1
                switch byte {
                case UInt8(ascii: "\""): return String(validating: collected, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let scalar = escape() else { return nil }
                    collected.append(contentsOf: String(scalar).utf8)
                case 0..<32: return nil
                default: collected.append(byte)
                }
            }
            return nil
        }

        private mutating func escape() -> Character? {
            guard let byte = next else { return nil }
            position += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Character(Unicode.Scalar(byte))
            case UInt8(ascii: "b"): return "\u{8}"
            case UInt8(ascii: "f"): return "\u{C}"
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "t"): return "\t"
            case UInt8(ascii: "u"): return unicode().map { Character($0) }
            default: return nil
            }
        }

        private mutating func unicode() -> Unicode.Scalar? {
            guard let high = fourDigits() else { return nil }
            guard (0xD800...0xDBFF).contains(high) else { return Unicode.Scalar(high) }
            guard skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")), let low = fourDigits(),
                (0xDC00...0xDFFF).contains(low)
            else { return nil }
            return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        }

        private mutating func fourDigits() -> UInt32? {
            guard position + 4 <= bytes.count else { return nil }
            let digits = String(decoding: bytes[position..<position + 4], as: UTF8.self)
            guard digits.utf8.count == 4, digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") })
            else { return nil }
            position += 4
            return UInt32(digits, radix: 16)
        }
    }
}
