import Glibc
import Testing
import Webhooks

@Suite struct IPAddressTests {
    @Test(arguments: [
        "0.0.0.0", "127.0.0.1", "255.255.255.255", "192.0.2.1", "::", "::1", "2001:db8::1", "fe80::1",
        "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8", "1::8", "2001:db8:0:1:1:1:1:1", "1:0:0:2::",
    ])
    func aCanonicalAddressIsReadAndWrittenTheSame(text: String) throws {
        let address = try ip(text)
        #expect(address.description == text)
        #expect(address.family == (text.contains(":") ? .v6 : .v4))
        #expect(IPAddress(bytes: address.bytes) == address)
    }

    @Test(arguments: [
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("0:0:0:0:0:0:0:0", "::"), ("::FFFF:7f00:1", "::ffff:127.0.0.1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("0001:0002::", "1:2::"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ])
    func otherFormsOfIPv6AreReadToo(text: String, canonical: String) throws {
        #expect(try ip(text).description == canonical)
    }

    @Test(arguments: [
        "", ".", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "0x7f.0.0.1", "1.2.3.4 ", " 1.2.3.4",
        "+1.2.3.4", "1..3.4", "1.2.3.-4", "١.2.3.4", "１.2.3.4", ":", ":::", "1:", ":1", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1::2::3", "::12345", "::g", "1:2:3:4:5:6:7:8::", "::1.2.3", "::1.2.3.4:1", "1.2.3.4::",
        "fe80::1%eth0", "[::1]", "::1/128", "1:2:3:4:5:6:7:1.2.3.4", "::01.2.3.4",
    ])
    func anythingElseIsNoAddress(text: String) {
        #expect(IPAddress(text) == nil, "\(text) was read")
    }

    @Test(arguments: [
        "127.0.0.1", "2130706433", "0x7f000001", "017700000001", "127.1", "127.0.1", "0x7f.1", "0177.0.0.01",
        "0x7F.0.0x0.1",
        "00000177.1", "0x0000007f000001",
    ])
    func unusualFormsAreUnderstoodAsInetAtonDoes(text: String) throws {
        #expect(IPAddress(obscure: text) == IPAddress("127.0.0.1"), "\(text) was not read")
        #expect(Self.inetAton(text) == IPAddress("127.0.0.1"), "inet_aton does not read \(text)")
    }

    @Test(arguments: [
        "", "1.2.3.4.5", "4294967296", "1.16777216", "1.2.65536", "256.1", "0x1g", "08.1", "a", "1.", "-1",
    ])
    func whatInetAtonDoesNotReadIsNotUnderstood(text: String) {
        #expect(IPAddress(obscure: text) == nil, "\(text) was read")
        #expect(Self.inetAton(text) == nil, "inet_aton reads \(text)")
    }

    @Test func addressesAreReadAsTheSystemReadsThem() {
        // Of letters that addresses are made of, so that many are one.
        var read = 0
        for seed in UInt64(1)...20_000 {
            var generator = SeededGenerator(seed: seed)
            let text = Self.text(&generator)
            let ours = IPAddress(text)
            let theirs = Self.inetPton(text)
            #expect(ours == theirs, "seed \(seed): \(text) is \(ours as Any), and to the system \(theirs as Any)")
            if ours != nil { read += 1 }
            if let ours {
                #expect(IPAddress(ours.description) == ours, "seed \(seed): \(ours)")
            }
            if !text.contains(":") {
                let loose = IPAddress(obscure: text)
                #expect(loose == Self.inetAton(text), "seed \(seed): \(text) is \(loose as Any)")
            }
        }
        #expect(read > 2000, "only \(read) addresses among them")
    }

    private static func text(_ generator: inout SeededGenerator) -> String {
        func number(_ radix: Int) -> String {
            let value = [0, 1, 255, 256, 9, Int.random(in: 0...70_000, using: &generator)].randomElement(
                using: &generator
            )
            return String(value ?? 0, radix: radix)
        }
        if Bool.random(using: &generator) {
            let count = [4, 4, 4, 4, 1, 2, 3, 5].randomElement(using: &generator) ?? 4
            return (0..<count).map { _ in
                switch Int.random(in: 0...9, using: &generator) {
                case 0: "0" + number(8)
                case 1: "0x" + number(16)
                case 2: number(10)
                default: String(UInt8.random(in: 0...255, using: &generator))
                }
            }.joined(separator: ".")
        }
        let count = Int.random(in: 1...8, using: &generator)
        var parts = (0..<count).map { _ in String(number(16).prefix(4)) }
        if count < 8 { parts.insert("", at: Int.random(in: 0...parts.count, using: &generator)) }
        if parts.first == "" { parts.insert("", at: 0) }
        if parts.last == "" { parts.append("") }
        return parts.joined(separator: ":")
    }

    private static func inetPton(_ text: String) -> IPAddress? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return IPAddress(bytes: bytes.prefix(4)) }
        return inet_pton(AF_INET6, text, &bytes) == 1 ? IPAddress(bytes: bytes) : nil
    }

    private static func inetAton(_ text: String) -> IPAddress? {
        var address = in_addr()
        return inet_aton(text, &address) != 0 ? IPAddress(v4: UInt32(bigEndian: address.s_addr)) : nil
    }

    @Test(arguments: [
        ("::ffff:10.0.0.1", ["10.0.0.1"]), ("::10.0.0.1", ["10.0.0.1"]), ("::ffff:0:10.0.0.1", ["10.0.0.1"]),
        ("64:ff9b::10.0.0.1", ["10.0.0.1"]), ("64:ff9b:1::10.0.0.1", ["10.0.0.1"]), ("2002:a00:1::", ["10.0.0.1"]),
        ("2001:0:a00:1:0:0:f5ff:fffe", ["10.0.0.1", "10.0.0.1"]), ("2a00::5efe:10.0.0.1", ["10.0.0.1"]),
        ("2a00::200:5efe:10.0.0.1", ["10.0.0.1"]), ("2a00::1", []), ("::1", []), ("::", []), ("10.0.0.1", []),
    ])
    func whatAnIPv6AddressCarriesIsFound(text: String, carried: [String]) throws {
        #expect(try ip(text).embedded.map(\.description) == carried)
    }
}
