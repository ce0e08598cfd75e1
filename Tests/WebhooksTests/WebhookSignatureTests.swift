import Models
import Testing
import Webhooks

@Suite struct WebhookSignatureTests {
    private let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    private let timestamp: Int64 = 1_614_265_330
    private let body = #"{"test": 2432232314}"#
    private let secret: WebhookSecret

    init() throws { secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") }

    private var sent: SentWebhook {
        get throws { try SentWebhook(id: id, timestamp: timestamp, body: body, secrets: [secret]) }
    }

    /// From the tests of the reference libraries.
    @Test func theVectorOfTheReferenceLibraries() throws {
        let webhook = try sent
        #expect(webhook.signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect(webhook.verdict == "accepted")
    }

    @Test func eachValidSecretSignsAndBlanksStandBetween() throws {
        let other = WebhookSecret.generate()
        let both = WebhookSignature.header(
            id: id,
            timestamp: timestamp,
            body: Array(body.utf8),
            secrets: [other, secret]
        )
        let parts = both.split(separator: " ")
        #expect(parts.count == 2 && parts.allSatisfy { $0.hasPrefix("v1,") && $0.utf8.count == 47 })
        #expect(try parts.last.map(String.init) == sent.signature)
        #expect(WebhookSignature.header(id: id, timestamp: timestamp, body: [], secrets: []).isEmpty)
        let webhook = try sent.changed { $0.signature = both }
        #expect(webhook.verdict == "accepted")
        #expect(webhook.changed { $0.secret = other }.verdict == "accepted")
        #expect(webhook.changed { $0.secret = .generate() }.verdict == "\(WebhookSignatureError.mismatch)")
    }

    @Test(
        arguments: [(0, nil), (299_999, nil), (300_000, nil), (300_001, WebhookSignatureError.tooOld)]
            as [(Int64, WebhookSignatureError?)]
    )
    func aTimestampIsTakenUpToFiveMinutesEitherWay(offset: Int64, error: WebhookSignatureError?) throws {
        let moment = Timestamp(milliseconds: timestamp * 1000)
        let late = try sent.changed { $0.now = moment + .milliseconds(offset) }
        let early = try sent.changed { $0.now = moment - .milliseconds(offset) }
        #expect(late.verdict == (error.map { "\($0)" } ?? "accepted"))
        #expect(early.verdict == (error.map { _ in "\(WebhookSignatureError.tooNew)" } ?? "accepted"))
    }

    @Test(arguments: [Int64.min, -1, 0, Int64.max]) func noTimestampIsTooLargeToBeRefused(timestamp: Int64) throws {
        let body = Array(body.utf8)
        let header = WebhookSignature.header(id: id, timestamp: timestamp, body: body, secrets: [secret])
        let error: WebhookSignatureError = timestamp > 1_700_000_000 ? .tooNew : .tooOld
        #expect(throws: error) {
            try WebhookSignature.verify(
                id: id,
                timestamp: timestamp,
                body: body,
                header: header,
                secret: secret,
                now: Timestamp(milliseconds: 1_700_000_000_000)
            )
        }
    }

    @Test func aNarrowerToleranceIsKept() throws {
        let body = Array(body.utf8)
        let header = WebhookSignature.header(id: id, timestamp: timestamp, body: body, secrets: [secret])
        func verify(after offset: Duration) throws {
            try WebhookSignature.verify(
                id: id,
                timestamp: timestamp,
                body: body,
                header: header,
                secret: secret,
                now: Timestamp(milliseconds: timestamp * 1000) + offset,
                tolerance: .seconds(10)
            )
        }
        try verify(after: .seconds(10))
        #expect(throws: WebhookSignatureError.tooOld) { try verify(after: .seconds(11)) }
    }

    @Test(arguments: ["", "v1", "v2,AAAA", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "V1,AAAA", " "])
    func withoutASignatureOfItsVersionNothingIsTaken(header: String) throws {
        #expect(try sent.changed { $0.signature = header }.verdict == "\(WebhookSignatureError.noSignature)")
    }

    @Test(arguments: ["v1,", "v1,AAAA", "v1,!!!!", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE", "v1,v1,"])
    func aSignatureThatDoesNotFitIsNotTaken(header: String) throws {
        #expect(try sent.changed { $0.signature = header }.verdict == "\(WebhookSignatureError.mismatch)")
    }

    @Test(arguments: ["a.b", "", "msg 1", "msg\n1", "é"]) func anIdThatCouldMeanAnotherMessageIsNotTaken(
        id: String
    ) throws {
        #expect(!WebhookSignature.isSignable(id: id))
        let webhook = try SentWebhook(id: id, timestamp: timestamp, body: body, secrets: [secret])
        #expect(webhook.verdict == "\(WebhookSignatureError.badID)")
    }

    @Test(arguments: [4, 5, 6] as [UInt64]) func anyChangedByteOfTheBodyIsNoticed(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let secret = WebhookSecret.generate(using: &generator)
            let body = generator.bytes(generator.int(1...300))
            let header = WebhookSignature.header(id: id, timestamp: timestamp, body: body, secrets: [secret])
            let now = Timestamp(milliseconds: timestamp * 1000)
            func verify(_ body: [UInt8]) throws(WebhookSignatureError) {
                try WebhookSignature.verify(
                    id: id,
                    timestamp: timestamp,
                    body: body,
                    header: header,
                    secret: secret,
                    now: now
                )
            }
            #expect(throws: Never.self, "seed \(seed)") { try verify(body) }
            var changed = body
            changed[generator.int(0...(body.count - 1))] ^= 1 << UInt8(generator.int(0...7))
            #expect(throws: WebhookSignatureError.mismatch, "seed \(seed)") { try verify(changed) }
        }
    }
}
