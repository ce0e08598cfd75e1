extension IPAddress {
    /// Reads what `inet_aton(3)`, and with it curl, browsers and many libraries, take for an IPv4 address: one to four
    /// numbers, each decimal, octal (`0177`) or hexadecimal (`0x7f`), the last of which fills the rest. Text that
    /// ``init(_:)`` reads is read here too.
    ///
    /// Such forms are read only to say what they stand for when they are refused.
    public init?(obscure text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...4).contains(parts.count) else { return nil }
        var numbers: [UInt32] = []
        for part in parts {
            guard let number = Self.number(Array(part)) else { return nil }
            numbers.append(number)
        }
        let last = numbers.removeLast()
        // Four parts leave the last one 8 bits, one part all 32.
        guard UInt64(last) < 1 << UInt64(8 * (4 - numbers.count)), numbers.allSatisfy({ $0 <= 255 }) else { return nil }
        var value = last
        for (index, number) in numbers.enumerated() { value |= number << UInt32(8 * (3 - index)) }
        self.init(v4: value)
    }

    private static func number(_ text: [UInt8]) -> UInt32? {
        guard let first = text.first, first.isDigit else { return nil }
        var digits = text[...]
        var radix = 10
        if text.count > 1, first == UInt8(ascii: "0") {
            let isHex = text[1] | 0x20 == UInt8(ascii: "x")
            radix = isHex ? 16 : 8
            digits = text.dropFirst(isHex ? 2 : 1)
        }
        // `0x` alone is zero to those who read it at all.
        if digits.isEmpty { return 0 }
        guard digits.allSatisfy(\.isHexDigit) else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: radix)
    }

    /// The IPv4 addresses that this IPv6 address leads to, or may lead to: mapped, compatible, translated (SIIT, NAT64),
    /// 6to4, Teredo (server and client) and ISATAP.
    public var embedded: [IPAddress] {
        guard family == .v6 else { return [] }
        let low = IPAddress(v4: UInt32(truncatingIfNeeded: bits))
        var found: [IPAddress] = []
        // ::a.b.c.d, ::ffff:a.b.c.d, ::ffff:0:a.b.c.d
        if [0, 0xFFFF, 0xFFFF_0000].contains(bits >> 32), bits > 1 { found.append(low) }
        // 64:ff9b::/96 and 64:ff9b:1::/48
        if bits >> 32 == 0x64_FF9B << 64 || bits >> 80 == 0x64_FF9B_0001 { found.append(low) }
        if bits >> 112 == 0x2002 { found.append(IPAddress(v4: UInt32(truncatingIfNeeded: bits >> 80))) }
        if bits >> 96 == 0x2001_0000 {
            found.append(IPAddress(v4: UInt32(truncatingIfNeeded: bits >> 64)))
            found.append(IPAddress(v4: ~UInt32(truncatingIfNeeded: bits)))
        }
        // An ISATAP interface: …:0:5efe:a.b.c.d or …:200:5efe:a.b.c.d
        if [0x0000_5EFE, 0x0200_5EFE].contains(UInt32(truncatingIfNeeded: bits >> 32)) { found.append(low) }
        return found
    }
}
