import Testing
import Webhooks

@Suite struct TargetURLTests {
    @Test(arguments: [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://Example.COM:443/Hooks", "https://example.com/Hooks"),
        ("https://example.com:8443/a/../b?c=d&e=%2F", "https://example.com:8443/a/../b?c=d&e=%2F"),
        ("https://example.com?token=1", "https://example.com/?token=1"),
        ("https://xn--bj0bj06e.example/hook", "https://xn--bj0bj06e.example/hook"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700:0:0::1111]:444/x", "https://[2606:4700::1111]:444/x"),
        (
            "https://my_host.internal-1.example/!$&'()*+,;=:@-._~",
            "https://my_host.internal-1.example/!$&'()*+,;=:@-._~"
        ),
    ])
    func aTargetIsReadAndWrittenAnew(text: String, canonical: String) throws {
        let url = try TargetURL(text, policy: AddressPolicy())
        #expect(url.text == canonical)
        #expect(try TargetURL(canonical, policy: AddressPolicy()) == url)
    }

    @Test func whatPeopleAndLogsSeeHasNoSecrets() throws {
        let url = try TargetURL("https://hooks.example/services/T0/B0/secret?token=hidden", policy: AddressPolicy())
        #expect(url.shown == "https://hooks.example/services/T0/B0/secret")
        #expect(url.origin == "https://hooks.example")
        #expect("\(url)" == "https://hooks.example")
    }

    /// Each with words of the refusal: what is wrong, or what to do.
    private static let refused: [(String, String)] = [
        ("", "begin with https://"), ("example.com", "begin with https://"), ("//example.com/", "begin with https://"),
        ("ftp://example.com/", "begin with https://"), ("file:///etc/passwd", "begin with https://"),
        ("gopher://example.com/", "begin with https://"), ("javascript:alert(1)", "begin with https://"),
        ("https:/example.com", "begin with https://"), ("https:\\\\example.com", "begin with https://"),
        (" https://example.com/", "begin with https://"), ("https://", "no host"), ("https:///hook", "no host"),
        ("https://?x", "no host"), ("https://:443/", "no host"), ("http://example.com/", "use https"),
        ("https://user@example.com/", "own header"), ("https://user:pass@example.com/", "own header"),
        ("https://example.com@127.0.0.1/", "own header"), ("https://127.0.0.1#@example.com/", "fragment"),
        ("https://example.com/#top", "fragment"), ("https://example.com#", "fragment"),
        ("https://example.com\\@127.0.0.1/", "percent-encoded"), ("https://example.com/a\\b", "\"\\\""),
        ("https://example.com/a b", "U+0020"), ("https://example.com/\r\nHost: x", "U+000D"),
        ("https://exam\tple.com/", "U+0009"), ("https://example.com/\0", "U+0000"),
        ("https://example.com/\u{7F}", "U+007F"), ("https://example.com/한", "U+D55C"),
        ("https://한국.example/", "xn--"), ("https://１２７.0.0.1/", "xn--"), ("https://127。0。0。1/", "xn--"),
        ("https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "xn--"), ("https://%6c%6f%63alhost/", "percent-encoded"),
        ("https://127.0.0.1%2f.example.com/", "percent-encoded"), ("https://example.com./", "dot"),
        ("https://localhost./", "dot"), ("https://127.0.0.1./", "dot"), ("https://.example.com/", "empty part"),
        ("https://a..b/", "empty part"), ("https://-a.example/", "hyphen"), ("https://a-.example/", "hyphen"),
        ("https://exa$mple.com/", "character"), ("https://exa[mple.com/", "character"),
        ("https://[::1/", "lacks the ]"), ("https://[::1]x/", "lacks the ]"), ("https://::1/", "character"),
        ("https://[fe80::1%25eth0]/", "zone"), ("https://[fe80::1%eth0]/", "zone"),
        ("https://[::gg]/", "no IPv6 address"), ("https://[127.0.0.1]/", "no IPv6 address"),
        ("https://[v1.x]/", "no IPv6 address"), ("https://example.com:0/", "port"),
        ("https://example.com:65536/", "port"), ("https://example.com:/", "port"), ("https://example.com:+1/", "port"),
        ("https://example.com:8o/", "port"), ("https://example.com:443:443/", "character"),
        ("https://example.com/%", "two hexadecimal"), ("https://example.com/%4", "two hexadecimal"),
        ("https://example.com/%zz", "two hexadecimal"),
        ("https://2130706433/", "way to write 127.0.0.1"), ("https://0x7f000001/", "way to write 127.0.0.1"),
        ("https://017700000001/", "way to write 127.0.0.1"), ("https://0x7f.1/", "way to write 127.0.0.1"),
        ("https://127.1/", "way to write 127.0.0.1"), ("https://0177.0.0.1/", "way to write 127.0.0.1"),
        ("https://0300.0250.0.1/", "way to write 192.168.0.1"), ("https://0xA9FEA9FE/", "write 169.254.169.254"),
        ("https://127.0.0.1.5/", "is no address"), ("https://256.256.256.256/", "is no address"),
        ("https://example.0x1/", "is no address"), ("https://127.0.0.1/", "loopback"), ("https://10.0.0.1/", "private"),
        ("https://[::1]/", "loopback"), ("https://[::ffff:127.0.0.1]/", "leads to 127.0.0.1"),
        ("https://[::ffff:7f00:1]/", "leads to 127.0.0.1"), ("https://[64:ff9b::10.0.0.1]/", "leads to 10.0.0.1"),
        ("https://169.254.169.254/latest/meta-data/", "metadata"), ("https://[fd00:ec2::254]/", "metadata"),
        ("https://localhost/", "loopback"), ("https://LOCALHOST:8443/", "loopback"),
        ("https://a.localhost/", "loopback"), ("http://127.0.0.1/", "loopback"), ("http://8.8.8.8/", "use https"),
    ]

    @Test(arguments: refused)
    func anUnusualOrForbiddenTargetIsRefusedInWords(text: String, words: String) {
        #expect {
            _ = try TargetURL(text, policy: AddressPolicy())
        } throws: { error in
            (error as? TargetURLError)?.description.contains(words) == true
        }
    }

    @Test func lengthsAreBounded() throws {
        let longest = "https://example.com/" + String(repeating: "a", count: TargetURL.maximumLength - 20)
        _ = try TargetURL(longest, policy: AddressPolicy())
        #expect(throws: TargetURLError.self) { try TargetURL(longest + "a", policy: AddressPolicy()) }
        let label = String(repeating: "a", count: 63)
        _ = try TargetURL("https://\(label).example/", policy: AddressPolicy())
        #expect(throws: TargetURLError.self) { try TargetURL("https://\(label)a.example/", policy: AddressPolicy()) }
        let name = Array(repeating: String(repeating: "b", count: 61), count: 5).joined(separator: ".")
        #expect(throws: TargetURLError.self) { try TargetURL("https://\(name)/", policy: AddressPolicy()) }
    }

    @Test func allowedNetworksOpenAddressesAndHTTP() throws {
        let policy = AddressPolicy(allowed: [try CIDR("127.0.0.1/32")])
        #expect(try TargetURL("http://127.0.0.1:8080/sink/a", policy: policy).port == 8080)
        #expect(try TargetURL("http://localhost:8080/", policy: policy).text == "http://localhost:8080/")
        // A name is judged by its addresses when it is connected to.
        #expect(try TargetURL("http://sink.example/", policy: policy).scheme == .http)
        for text in ["http://127.0.0.2/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/"] {
            #expect(throws: TargetURLError.self, "\(text)") { try TargetURL(text, policy: policy) }
        }
    }

    @Test func whatIsAcceptedSurvivesBeingReadAgain() {
        // Pieces that parsers stumble over, put together at random.
        let pieces = [
            "https://", "http://", "example", ".com", ".", "localhost", "127.0.0.1", "0x7f", "@", ":", "443", "/", "//",
            "\\",
            "?", "#", "%", "%2f", "%00", "[", "]", "::1", "::ffff:", "\t", " ", "\n", "é", "-", "_", "a", "1", "*", "'",
        ]
        var accepted = 0
        for seed in UInt64(1)...20_000 {
            var generator = SeededGenerator(seed: seed)
            var text = Int.random(in: 0...9, using: &generator) == 0 ? "" : "https://"
            for _ in 0..<Int.random(in: 0...7, using: &generator) {
                text += pieces.randomElement(using: &generator) ?? ""
            }
            guard let url = try? TargetURL(text, policy: AddressPolicy()) else { continue }
            accepted += 1
            #expect(url.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "seed \(seed): \(text)")
            #expect((try? TargetURL(url.text, policy: AddressPolicy())) == url, "seed \(seed): \(text)")
        }
        #expect(accepted > 300, "only \(accepted) were accepted")
    }
}
