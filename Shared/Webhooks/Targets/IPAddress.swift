/// An address of IPv4 or IPv6, without port and zone.
public struct IPAddress: Hashable, Sendable {
    /// Which of the two protocols.
    public enum Family: Sendable {
        /// 32 bits.
        case v4
        /// 128 bits.
        case v6
    }

    /// Which of the two protocols. An IPv4 address inside an IPv6 one (`::ffff:127.0.0.1`) is IPv6.
    public let family: Family
    /// Network order, in the low 32 bits for IPv4.
    let bits: UInt128

    /// An IPv4 address by its number: 127.0.0.1 is `0x7F00_0001`.
    public init(v4 number: UInt32) {
        family = .v4
        bits = UInt128(number)
    }

    /// An IPv6 address by its number: ::1 is `1`.
    public init(v6 number: UInt128) {
        family = .v6
        bits = number
    }

    /// An address as sockets hold it, in network order; `nil` unless there are 4 or 16 bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        family = bytes.count == 4 ? .v4 : .v6
        bits = bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// Reads the one way to write an IPv4 address that all programs agree on (four decimal numbers without leading zeros),
    /// or an IPv6 address (RFC 4291) without brackets and zone. For what else is taken for an address somewhere, see
    /// ``init(obscure:)``.
    public init?(_ text: some StringProtocol) {
        let text = Array(text.utf8)
        if text.contains(UInt8(ascii: ":")) {
            guard let number = Self.parseV6(text) else { return nil }
            self.init(v6: number)
        } else {
            guard let number = Self.parseV4(text[...]) else { return nil }
            self.init(v4: number)
        }
    }

    /// 4 or 16 bytes in network order.
    public var bytes: [UInt8] {
        let count = family == .v4 ? 4 : 16
        return (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt128(8 * (count - 1 - $0))) }
    }

    private static func parseV4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard let value = decimal(part) else { return nil }
            number = number << 8 | value
        }
        return number
    }

    /// 0…255 without leading zeros, which some programs take for octal.
    private static func decimal(_ digits: ArraySlice<UInt8>) -> UInt32? {
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        var value: UInt32 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + UInt32(digit - UInt8(ascii: "0"))
        }
        return value <= 255 ? value : nil
    }

    private static func parseV6(_ text: [UInt8]) -> UInt128? {
        guard text.count <= 45 else { return nil }
        let halves = splitAtDoubleColon(text)
        guard halves.count <= 2, let head = groups(halves[0], mayEndInV4: halves.count == 1) else { return nil }
        guard halves.count == 2 else { return head.count == 8 ? number(head) : nil }
        guard let tail = groups(halves[1], mayEndInV4: true), head.count + tail.count <= 7 else { return nil }
        return number(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    private static func splitAtDoubleColon(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        let colon = UInt8(ascii: ":")
        guard let index = text.indices.dropLast().first(where: { text[$0] == colon && text[$0 + 1] == colon }) else {
            return [text[...]]
        }
        return [text[..<index], text[(index + 2)...]]
    }

    private static func groups(_ text: ArraySlice<UInt8>, mayEndInV4: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if mayEndInV4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let number = parseV4(part) else { return nil }
                groups += [UInt16(truncatingIfNeeded: number >> 16), UInt16(truncatingIfNeeded: number)]
            } else {
                guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit),
                    let value = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
                else { return nil }
                groups.append(value)
            }
        }
        return groups.count <= 8 ? groups : nil
    }

    private static func number(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    var isHexDigit: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
    }

    var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}

extension IPAddress: CustomStringConvertible {
    /// The usual form: `192.0.2.1`, and for IPv6 RFC 5952 (`2001:db8::1`, `::ffff:192.0.2.1`).
    public var description: String {
        switch family {
        case .v4: return bytes.map(String.init).joined(separator: ".")
        case .v6:
            if bits >> 32 == 0xFFFF { return "::ffff:\(IPAddress(v4: UInt32(truncatingIfNeeded: bits)))" }
            let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
            guard let zeros = Self.longestZeros(groups) else { return Self.hex(groups[...]) }
            return Self.hex(groups[..<zeros.lowerBound]) + "::" + Self.hex(groups[zeros.upperBound...])
        }
    }

    private static func hex(_ groups: ArraySlice<UInt16>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    /// The first of the longest runs of two or more.
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
        var best: Range<Int>?
        var start: Int?
        for index in 0...groups.count {
            if index < groups.count, groups[index] == 0 {
                start = start ?? index
            } else if let begun = start {
                if index - begun > max(best?.count ?? 0, 1) { best = begun..<index }
                start = nil
            }
        }
        return best
    }
}
