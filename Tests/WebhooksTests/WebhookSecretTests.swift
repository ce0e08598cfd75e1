import FoundationEssentials
import Models
import Testing
import Webhooks

/// Standard base64, by Foundation and not by what is tested.
func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

@Suite struct WebhookSecretTests {
    @Test func aSecretIsReadWithAndWithoutItsPrefixAndWrittenWithIt() throws {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let secret = try WebhookSecret(text)
        #expect(secret.text == text)
        #expect(try WebhookSecret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") == secret)
        #expect(try WebhookSecret(" \(text)\r\n") == secret)
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func everyLengthFrom24To64BytesIsReadAndNoOther(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for length in 0...80 {
            let text = base64(generator.bytes(length))
            if (24...64).contains(length) {
                #expect(try WebhookSecret("whsec_" + text).text == "whsec_" + text, "seed \(seed), \(length) bytes")
            } else {
                let expected: WebhookSecretError = length == 0 ? .wrongLength(0) : .wrongLength(length)
                #expect(throws: expected, "seed \(seed)") { try WebhookSecret("whsec_" + text) }
            }
        }
    }

    @Test(arguments: [
        ("", WebhookSecretError.empty),
        (" \n", .empty),
        ("v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .hasVersion),
        ("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", .hasVersion),
        ("v1a,MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .hasVersion),
        ("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .isAsymmetric),
        ("whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .isAsymmetric),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", .notBase64),
        ("whsec_g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE", .notBase64),
        ("whsec_g0hM9SsE-OTPJTGt_tmIKtSyZlE3uFJELVlNIOLJ1OE=", .notBase64),
        ("whsec_g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=", .notBase64),
        ("whsec_MfKQ9r8GKYqr TwjUPD8ILPZIo2LaLaSw", .notBase64),
        ("whsec_비밀", .notBase64),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==", .notBase64),
        ("whsec_", .wrongLength(0)),
    ])
    func whatIsNoSecretIsRefusedWithTheReason(text: String, error: WebhookSecretError) {
        #expect(throws: error) { try WebhookSecret(text) }
    }

    @Test func aPastedSignatureOrVersionGetsAdvice() {
        #expect("\(WebhookSecretError.hasVersion)".contains("leave out `v1,`"))
        #expect("\(WebhookSecretError.wrongLength(16))".contains("24 to 64 bytes, this one has 16"))
    }

    @Test func newOnesHave32BytesAndDiffer() throws {
        let some = (0..<100).map { _ in WebhookSecret.generate() }
        #expect(Set(some).count == 100)
        for secret in some {
            let encoded = try #require(Data(base64Encoded: String(secret.text.dropFirst("whsec_".count))))
            #expect(encoded.count == 32)
            #expect(try WebhookSecret(secret.text) == secret)
        }
    }

    @Test func nothingThatPrintsOneShowsAnythingOfIt() throws {
        let secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        struct Holder { var secrets: [WebhookSecret] }
        var dumped = ""
        dump(Holder(secrets: [secret]), to: &dumped)
        for text in [
            "\(secret)", String(reflecting: secret), "\([secret])", "\(Holder(secrets: [secret]))", dumped,
            "\(String(describing: Optional(secret)))",
        ] {
            #expect(!text.contains("MfKQ") && !text.contains("49, 242") && text.contains("whsec_…"), "\(text)")
        }
    }

    @Test func itIsItsTextInJSONAndErrorsOfReadingItDoNotQuoteIt() throws {
        let secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let json = try JSONEncoder().encode([secret])
        #expect(String(decoding: json, as: UTF8.self) == #"["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]"#)
        #expect(try JSONDecoder().decode([WebhookSecret].self, from: json) == [secret])
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([WebhookSecret].self, from: Data(#"["whsec_TOPSECRET"]"#.utf8))
        }
        let words = String(describing: error)
        #expect(!words.contains("TOPSECRET") && words.contains("base64"), "\(words)")
    }
}
