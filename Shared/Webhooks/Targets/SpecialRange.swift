/// A block of addresses that no webhook of the open Internet can be at, by the IANA registries of special-purpose
/// addresses (RFC 6890 and its successors), and where clouds tell machines their secrets.
struct SpecialRange: Sendable {
    let block: CIDR
    /// In words that follow "is".
    let meaning: String
    /// Not even an allow-list opens it.
    let isNever: Bool

    private init(_ block: CIDR, _ meaning: String, isNever: Bool) {
        self.block = block
        self.meaning = meaning
        self.isNever = isNever
    }

    private static func v4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ length: Int, _ meaning: String) -> Self
    {
        Self(CIDR(IPAddress(v4: a << 24 | b << 16 | c << 8 | d), length), meaning, isNever: false)
    }

    /// By the first four groups; the rest is zero.
    private static func v6(_ groups: UInt64, _ length: Int, _ meaning: String) -> Self {
        Self(CIDR(IPAddress(v6: UInt128(groups) << 64), length), meaning, isNever: false)
    }

    private static func low(_ number: UInt128, _ length: Int, _ meaning: String) -> Self {
        Self(CIDR(IPAddress(v6: number), length), meaning, isNever: false)
    }

    private var never: Self { Self(block, meaning, isNever: true) }

    /// The range an address is in; narrower ones are found first.
    static func containing(_ address: IPAddress) -> SpecialRange? {
        switch address.family {
        case .v4: return v4.first { $0.block.contains(address) }
        case .v6:
            if let known = v6.first(where: { $0.block.contains(address) }) { return known }
            return globalUnicast.contains(address) ? nil : unassigned
        }
    }

    private static let globalUnicast = CIDR(IPAddress(v6: 0x2000 << 112), 3)
    private static let unassigned = v6(0, 0, "outside global unicast (2000::/3)")

    private static let v4: [SpecialRange] = [
        // Azure's host, and what Alibaba and Oracle use beside 169.254.169.254.
        v4(168, 63, 129, 16, 32, "a cloud's metadata address").never,
        v4(100, 100, 100, 200, 32, "a cloud's metadata address").never,
        v4(192, 0, 0, 192, 32, "a cloud's metadata address").never,
        v4(169, 254, 169, 254, 32, "a cloud's metadata address").never,
        v4(169, 254, 0, 0, 16, "link-local, where clouds keep metadata").never,
        v4(0, 0, 0, 0, 8, "\"this host\"").never,
        v4(10, 0, 0, 0, 8, "private"),
        v4(100, 64, 0, 0, 10, "shared by carriers' NAT"),
        v4(127, 0, 0, 0, 8, "loopback"),
        v4(172, 16, 0, 0, 12, "private"),
        v4(192, 0, 0, 0, 24, "reserved for protocols"),
        v4(192, 0, 2, 0, 24, "for documentation"),
        v4(192, 88, 99, 0, 24, "a 6to4 relay"),
        v4(192, 168, 0, 0, 16, "private"),
        v4(198, 18, 0, 0, 15, "for benchmarks"),
        v4(198, 51, 100, 0, 24, "for documentation"),
        v4(203, 0, 113, 0, 24, "for documentation"),
        v4(224, 0, 0, 0, 4, "multicast"),
        v4(255, 255, 255, 255, 32, "broadcast"),
        v4(240, 0, 0, 0, 4, "reserved"),
    ]

    private static let v6: [SpecialRange] = [
        // Amazon's metadata (…::254) and pod identity (…::23), and Google's.
        v6(0xFD00_0EC2_0000_0000, 32, "a cloud's metadata address").never,
        v6(0xFD20_00CE_0000_0000, 32, "a cloud's metadata address").never,
        v6(0xFE80_0000_0000_0000, 10, "link-local, where clouds keep metadata").never,
        low(0, 128, "unspecified").never,
        low(1, 128, "loopback"),
        low(0xFFFF << 32, 96, "an IPv4 address mapped into IPv6"),
        low(0xFFFF_0000 << 32, 96, "an IPv4 address translated into IPv6"),
        low(0, 96, "an IPv4 address in the form of IPv6"),
        v6(0x0064_FF9B_0000_0000, 96, "NAT64"),
        v6(0x0064_FF9B_0001_0000, 48, "local NAT64"),
        v6(0x0100_0000_0000_0000, 64, "discarded"),
        v6(0x2001_0000_0000_0000, 32, "Teredo"),
        v6(0x2001_0002_0000_0000, 48, "for benchmarks"),
        v6(0x2001_0DB8_0000_0000, 32, "for documentation"),
        v6(0x2001_0000_0000_0000, 23, "reserved for protocols"),
        v6(0x2002_0000_0000_0000, 16, "6to4"),
        v6(0x3FFF_0000_0000_0000, 20, "for documentation"),
        v6(0x5F00_0000_0000_0000, 16, "for segment routing"),
        v6(0xFC00_0000_0000_0000, 7, "private (unique local)"),
        v6(0xFEC0_0000_0000_0000, 10, "private (site-local)"),
        v6(0xFF00_0000_0000_0000, 8, "multicast"),
    ]
}
