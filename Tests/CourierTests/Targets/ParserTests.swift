internal import CCurl
internal import Testing
internal import Webhooks

@testable import Courier

/// What we check and what libcurl reads must be the same URL.
@Suite struct ParserTests {
    /// SplitMix64: small, seeded, the same on every machine.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let pieces = [
        "example", ".com", ".", "localhost", "127.0.0.1", "10.0.0.1", "0x7f", "0177", "1", "@", ":", ":443", ":8080",
        "/",
        "//", "/..", "\\", "?", "?a=b", "#", "%", "%2f", "%00", "[::1]", "[", "]", "::ffff:", "[::ffff:1.2.3.4]", "\t",
        " ", "é", "-", "_", "a", "*", "'", ";", "&", "=", "xn--", "~", "EXAMPLE",
    ]

    @Test func libcurlReadsATargetAsWeDo() throws {
        let policy = try AddressPolicy.allowingAll()
        var accepted = 0
        for seed in UInt64(1)...30_000 {
            var generator = Generator(state: seed)
            var text = Bool.random(using: &generator) ? "https://" : "http://"
            for _ in 0...Int.random(in: 0...6, using: &generator) {
                text += Self.pieces.randomElement(using: &generator) ?? ""
            }
            guard let url = try? TargetURL(text, policy: policy) else { continue }
            accepted += 1
            let parts = try #require(Parts(url.text), "seed \(seed): libcurl does not read \(url.text)")
            let path = url.path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            #expect(parts.scheme == url.scheme.rawValue, "seed \(seed): \(text)")
            #expect(parts.host == "\(url.host)", "seed \(seed): \(text)")
            #expect(parts.port == "\(url.port)", "seed \(seed): \(text)")
            #expect(parts.path == String(path[0]), "seed \(seed): \(text)")
            #expect(parts.query ?? "" == String(path.dropFirst().first ?? ""), "seed \(seed): \(text)")
            #expect(parts.user == nil && parts.fragment == nil, "seed \(seed): \(text)")
        }
        #expect(accepted > 1000, "only \(accepted) were accepted")
    }

    /// A URL as libcurl cuts it.
    private struct Parts {
        var scheme: String?
        var host: String?
        var port: String?
        var path: String?
        var query: String?
        var user: String?
        var fragment: String?

        init?(_ text: String) {
            guard let handle = curl_url() else { return nil }
            defer { curl_url_cleanup(handle) }
            guard curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_PATH_AS_IS)) == CURLUE_OK else { return nil }
            func part(_ what: CURLUPart) -> String? {
                var found: UnsafeMutablePointer<CChar>?
                guard curl_url_get(handle, what, &found, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let found else {
                    return nil
                }
                defer { curl_free(found) }
                return String(cString: found)
            }
            scheme = part(CURLUPART_SCHEME)
            host = part(CURLUPART_HOST)
            port = part(CURLUPART_PORT)
            path = part(CURLUPART_PATH)
            query = part(CURLUPART_QUERY)
            user = part(CURLUPART_USER)
            fragment = part(CURLUPART_FRAGMENT)
        }
    }
}
