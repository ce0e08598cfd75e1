import Testing
import Webhooks

@Suite struct AddressPolicyTests {
    private let open = AddressPolicy()

    @Test(arguments: [
        "8.8.8.8", "1.1.1.1", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1",
        "192.0.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1",
        "2001:4860:4860::8888", "2003::1", "2400:cb00::1",
    ])
    func addressesOfTheOpenInternetPass(text: String) throws {
        let refusal = open.verdict(try ip(text))
        #expect(refusal == nil, "\(refusal as Any)")
    }

    @Test(arguments: [
        ("0.0.0.0", "this host"), ("0.1.2.3", "this host"), ("10.0.0.1", "private"), ("10.255.255.255", "private"),
        ("100.64.0.1", "carriers"), ("100.127.255.255", "carriers"), ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"), ("169.254.1.1", "link-local"), ("169.254.169.254", "metadata"),
        ("172.16.0.1", "private"), ("172.31.255.255", "private"), ("192.0.0.8", "protocols"),
        ("192.0.0.192", "metadata"), ("192.0.2.1", "documentation"), ("192.88.99.1", "6to4"),
        ("192.168.255.255", "private"), ("198.18.0.1", "benchmarks"), ("198.19.255.255", "benchmarks"),
        ("198.51.100.1", "documentation"), ("203.0.113.1", "documentation"), ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"), ("240.0.0.1", "reserved"), ("255.255.255.255", "broadcast"),
        ("100.100.100.200", "metadata"), ("168.63.129.16", "metadata"), ("::", "unspecified"), ("::1", "loopback"),
        ("::2", "this host"), ("fc00::1", "unique local"), ("fdff::1", "unique local"), ("fe80::1", "link-local"),
        ("febf::1", "link-local"), ("fec0::1", "site-local"), ("ff02::1", "multicast"), ("fd00:ec2::254", "metadata"),
        ("fd20:ce::254", "metadata"), ("::ffff:127.0.0.1", "leads to 127.0.0.1"),
        ("::ffff:8.8.8.8", "mapped"), ("::ffff:0:10.0.0.1", "leads to 10.0.0.1"), ("::10.0.0.1", "leads to 10.0.0.1"),
        ("64:ff9b::169.254.169.254", "leads to 169.254.169.254"), ("64:ff9b::8.8.8.8", "NAT64"),
        ("64:ff9b:1::1", "leads to 0.0.0.1"), ("2002:7f00:1::1", "leads to 127.0.0.1"), ("2002:808:808::1", "6to4"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "leads to 192.0.2.45"), ("2001:0:808:808::f7f7:f7f7", "Teredo"),
        ("2001:db8::1", "documentation"), ("2001:2::1", "benchmarks"), ("2001:20::1", "protocols"),
        ("3fff::1", "documentation"), ("100::1", "discarded"), ("5f00::1", "segment routing"),
        ("4000::1", "outside global unicast"), ("2a00::5efe:192.168.0.1", "leads to 192.168.0.1"),
    ])
    func specialPurposeAddressesAreRefusedWithTheirMeaning(text: String, words: String) throws {
        let refusal = try #require(open.verdict(try ip(text)), "\(text) passes")
        #expect(refusal.description.contains(words), "\(refusal)")
        #expect(refusal.description.hasPrefix("\(refusal.address) "))
    }

    @Test func anAllowedNetworkPassesAndItsNeighboursDoNot() throws {
        let policy = AddressPolicy(allowed: [try CIDR("127.0.0.1/32"), try CIDR("10.1.0.0/16")])
        #expect(policy.verdict(IPAddress(v4: 0x7F00_0001)) == nil)
        #expect(policy.verdict(try ip("10.1.255.1")) == nil)
        for text in ["127.0.0.2", "10.2.0.1", "::1", "::ffff:127.0.0.1", "::ffff:10.1.0.1", "192.168.0.1"] {
            #expect(policy.verdict(try ip(text)) != nil, "\(text) passes")
        }
        #expect(policy.allows(IPAddress(v4: 0x7F00_0001)))
        #expect(!policy.allows(try ip("8.8.8.8")))
    }

    @Test func metadataAndLinkLocalStayRefusedWhateverIsAllowed() throws {
        let policy = AddressPolicy(allowed: [try CIDR("0.0.0.0/0"), try CIDR("::/0"), try CIDR("169.254.169.254/32")])
        for text in [
            "169.254.169.254", "169.254.170.2", "169.254.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
            "fd00:ec2::254", "fd20:ce::254", "fe80::a9fe:a9fe", "::ffff:169.254.169.254", "::169.254.169.254",
            "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::1", "0.0.0.0", "::ffff:0.0.0.0", "::",
        ] {
            let address = try ip(text)
            let refusal = try #require(policy.verdict(address), "\(text) passes")
            #expect(!refusal.canBeAllowed, "\(refusal)")
            #expect(policy.verdict(address, for: .http) != nil)
        }
        #expect(policy.verdict(try ip("192.168.1.1")) == nil)
        #expect(policy.verdict(try ip("::ffff:10.0.0.1")) == nil)
    }

    @Test func whatIsCarriedMustPassToo() throws {
        // A network of IPv6 alone that reaches IPv4 through NAT64.
        let policy = AddressPolicy(allowed: [try CIDR("64:ff9b::/96")])
        #expect(policy.verdict(try ip("64:ff9b::8.8.8.8")) == nil)
        let refusal = try #require(policy.verdict(try ip("64:ff9b::10.0.0.1")))
        #expect(refusal.description == "64:ff9b::a00:1 leads to 10.0.0.1, which is private (10.0.0.0/8)")
    }

    @Test func httpStaysWithinAllowedNetworks() throws {
        let policy = AddressPolicy(allowed: [try CIDR("10.0.0.0/8")])
        #expect(policy.verdict(try ip("10.0.0.1"), for: .http) == nil)
        let refusal = try #require(policy.verdict(try ip("8.8.8.8"), for: .http))
        #expect(refusal.description.contains("use https"))
        #expect(policy.verdict(try ip("8.8.8.8"), for: .https) == nil)
    }
}
