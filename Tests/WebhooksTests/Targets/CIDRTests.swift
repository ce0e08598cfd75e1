import Testing
import Webhooks

@Suite struct CIDRTests {
    @Test func aBlockContainsItsAddressesAlone() throws {
        let block = try CIDR("172.16.0.0/12")
        for inside in ["172.16.0.0", "172.31.255.255", "172.20.1.2"] {
            #expect(block.contains(try ip(inside)), "\(inside)")
        }
        for outside in ["172.15.255.255", "172.32.0.0", "10.0.0.1", "::ffff:172.16.0.1", "::172.16.0.1"] {
            #expect(!block.contains(try ip(outside)), "\(outside)")
        }
        #expect(try CIDR("fd00::/8").contains(try ip("fdff::1")))
        #expect(try !CIDR("fd00::/8").contains(try ip("fe00::1")))
    }

    @Test func theWholeAndOneAddressAreBlocksToo() throws {
        let all = try CIDR("0.0.0.0/0")
        #expect(all.contains(IPAddress(v4: 0)) && all.contains(IPAddress(v4: .max)))
        #expect(!all.contains(IPAddress(v6: 1)))
        #expect(try CIDR("::/0").contains(IPAddress(v6: .max)))
        #expect(try CIDR("127.0.0.1").description == "127.0.0.1/32")
        #expect(try CIDR("::1").description == "::1/128")
    }

    @Test func aListIsReadWithSpacesAndWithout() throws {
        #expect(try CIDR.list("").isEmpty)
        let blocks = try CIDR.list("127.0.0.1/32, ::1/128,10.0.0.0/8")
        #expect(blocks.map(\.description) == ["127.0.0.1/32", "::1/128", "10.0.0.0/8"])
    }

    @Test(arguments: [
        ("10.0.0.1/8", "write 10.0.0.0/8"), ("10.0.0.0/33", "0 to 32"), ("::/129", "0 to 128"),
        ("10.0.0.0/", "0 to 32"), ("10.0.0.0/08", "0 to 32"), ("10.0.0.0/+8", "0 to 32"), ("10/8", "no block"),
        ("example.com", "no block"), ("1.2.3.4/5/6", "no block"), ("", "no block"),
    ])
    func whatIsWrongIsSaidWithWhatToWrite(text: String, words: String) {
        #expect {
            _ = try CIDR(text)
        } throws: { error in
            (error as? CIDRError)?.description.contains(words) == true
        }
    }
}
