internal import Testing

/// Targets that must never be connected to, by name.
struct HostileTarget: Sendable, CustomTestStringConvertible {
    /// What it tries.
    let testDescription: String
    /// The URL; `PORT` stands for where somebody listens on all addresses of this machine.
    let url: String
    /// What its name resolves to; `nil` for addresses.
    var addresses: [String]?
    /// Whether everything is allowed that can be.
    var isAllAllowed = false
    /// What the refusal says.
    let words: String

    private static func literal(_ name: String, _ url: String, _ words: String) -> Self {
        Self(testDescription: name, url: url, words: words)
    }

    private static func resolved(_ name: String, _ addresses: [String], _ words: String) -> Self {
        Self(testDescription: name, url: "https://partner.example:PORT/hook", addresses: addresses, words: words)
    }

    private static func metadata(_ name: String, _ url: String, _ addresses: [String]? = nil) -> Self {
        Self(testDescription: name, url: url, addresses: addresses, isAllAllowed: true, words: "cloud")
    }

    static let all: [HostileTarget] = literals + unusualLiterals + unusualURLs + resolved + metadata

    private static let literals: [HostileTarget] = [
        literal("loopback", "https://127.0.0.1:PORT/", "loopback"),
        literal("loopback, another address", "https://127.8.9.10:PORT/", "loopback"),
        literal("loopback without encryption", "http://127.0.0.1:PORT/", "loopback"),
        literal("any address", "https://0.0.0.0:PORT/", "this host"),
        literal("private 10/8", "https://10.0.0.1:PORT/", "private"),
        literal("private 172.16/12", "https://172.31.255.1:PORT/", "private"),
        literal("private 192.168/16", "https://192.168.1.1:PORT/", "private"),
        literal("carriers' NAT", "https://100.64.0.1:PORT/", "carriers"),
        literal("benchmarks", "https://198.18.0.1:PORT/", "benchmarks"),
        literal("multicast", "https://224.0.0.1:PORT/", "multicast"),
        literal("broadcast", "https://255.255.255.255:PORT/", "broadcast"),
        literal("link-local", "https://169.254.10.10:PORT/", "link-local"),
        literal("IPv6 loopback", "https://[::1]:PORT/", "loopback"),
        literal("IPv6 loopback at full length", "https://[0000:0000:0000:0000:0000:0000:0000:0001]:PORT/", "loopback"),
        literal("IPv6 any address", "https://[::]:PORT/", "unspecified"),
        literal("IPv6 unique local", "https://[fd12:3456::1]:PORT/", "unique local"),
        literal("IPv6 link-local", "https://[fe80::1]:PORT/", "link-local"),
        literal("mapped loopback", "https://[::ffff:127.0.0.1]:PORT/", "leads to 127.0.0.1"),
        literal("mapped loopback in hexadecimal", "https://[::ffff:7f00:1]:PORT/", "leads to 127.0.0.1"),
        literal("compatible loopback", "https://[::127.0.0.1]:PORT/", "leads to 127.0.0.1"),
        literal("translated loopback", "https://[::ffff:0:127.0.0.1]:PORT/", "leads to 127.0.0.1"),
        literal("NAT64 to private", "https://[64:ff9b::10.0.0.1]:PORT/", "leads to 10.0.0.1"),
        literal("6to4 to loopback", "https://[2002:7f00:1::1]:PORT/", "leads to 127.0.0.1"),
        literal("Teredo to loopback", "https://[2001:0:7f00:1::1]:PORT/", "leads to 127.0.0.1"),
        literal("Amazon's metadata", "https://169.254.169.254:PORT/latest/meta-data/", "metadata"),
    ]

    private static let unusualLiterals: [HostileTarget] = [
        literal("decimal", "https://2130706433:PORT/", "127.0.0.1"),
        literal("octal", "https://017700000001:PORT/", "127.0.0.1"),
        literal("hexadecimal", "https://0x7f000001:PORT/", "127.0.0.1"),
        literal("hexadecimal in capitals", "https://0X7F.0X0.0X0.0X1:PORT/", "127.0.0.1"),
        literal("octal parts", "https://0177.0.0.01:PORT/", "127.0.0.1"),
        literal("short", "https://127.1:PORT/", "127.0.0.1"),
        literal("short and hexadecimal", "https://0x7f.1:PORT/", "127.0.0.1"),
        literal("zero", "https://0:PORT/", "0.0.0.0"),
        literal("metadata as a number", "https://2852039166:PORT/", "169.254.169.254"),
        literal("full-width digits", "https://１２７.0.0.1:PORT/", "xn--"),
        literal("circled letters", "https://ⓛocalhost:PORT/", "xn--"),
        literal("ideographic dots", "https://127。0。0。1:PORT/", "xn--"),
    ]

    private static let unusualURLs: [HostileTarget] = [
        literal("localhost", "https://localhost:PORT/", "loopback"),
        literal("localhost in capitals", "https://LocalHost:PORT/", "loopback"),
        literal("localhost with a dot", "https://localhost.:PORT/", "dot"),
        literal("below localhost", "https://db.localhost:PORT/", "loopback"),
        literal("address with a dot", "https://127.0.0.1.:PORT/", "dot"),
        literal("percent-encoded host", "https://%31%32%37.0.0.1:PORT/", "percent-encoded"),
        literal("host as a user's name", "https://example.com@127.0.0.1:PORT/", "user"),
        literal("user and password", "https://a:b@127.0.0.1:PORT/", "user"),
        literal("backslash before @", "https://127.0.0.1:PORT\\@example.com/", "\"\\\""),
        literal("backslashes for slashes", "https:\\\\127.0.0.1:PORT/", "https://"),
        literal("fragment before @", "https://127.0.0.1:PORT#@example.com/", "fragment"),
        literal("tab in the host", "https://127.0\t.0.1:PORT/", "U+0009"),
        literal("line break in the host", "https://127.0.0.1:PORT\r\n/", "U+000D"),
        literal("zone", "https://[fe80::1%25lo]:PORT/", "zone"),
        literal("another scheme", "gopher://127.0.0.1:PORT/_GET", "https://"),
        literal("a file", "file:///etc/passwd", "https://"),
        literal("no encryption", "http://partner.example:PORT/", "https"),
    ]

    private static let resolved: [HostileTarget] = [
        resolved("resolves to loopback", ["127.0.0.1"], "loopback"),
        resolved("resolves to IPv6 loopback", ["::1"], "loopback"),
        resolved("resolves to private", ["192.168.0.10"], "private"),
        resolved("resolves to any address", ["0.0.0.0"], "this host"),
        resolved("resolves to mapped loopback", ["::ffff:127.0.0.1"], "leads to 127.0.0.1"),
        resolved("resolves to NAT64 of metadata", ["64:ff9b::169.254.169.254"], "leads to 169.254.169.254"),
        resolved("one private among public, last", ["8.8.8.8", "1.1.1.1", "10.0.0.1"], "one of its 3 addresses"),
        resolved("one private among public, first", ["127.0.0.1", "8.8.8.8"], "loopback"),
        resolved("public IPv4, IPv6 loopback", ["8.8.8.8", "::1"], "loopback"),
        resolved("resolves to metadata", ["169.254.169.254"], "metadata"),
    ]

    private static let metadata: [HostileTarget] = [
        metadata("metadata where all is allowed", "http://169.254.169.254/latest/meta-data/"),
        metadata("metadata, mapped, where all is allowed", "http://[::ffff:169.254.169.254]/"),
        metadata("metadata by NAT64 where all is allowed", "http://[64:ff9b::a9fe:a9fe]/"),
        metadata("metadata of IPv6 where all is allowed", "http://[fd00:ec2::254]/latest/"),
        metadata("containers' credentials where all is allowed", "http://169.254.170.2/v2/credentials"),
        metadata("Alibaba's metadata where all is allowed", "http://100.100.100.200/latest/"),
        metadata("Azure's host where all is allowed", "http://168.63.129.16/machine"),
        metadata("a name of metadata where all is allowed", "http://meta.example/", ["169.254.169.254"]),
        metadata("metadata behind a public address", "https://meta.example/", ["8.8.8.8", "169.254.169.254"]),
    ]
}
