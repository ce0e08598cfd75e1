import FoundationEssentials
import Models
import Testing
import Webhooks

@Suite struct EndpointSecretsTests {
    private let now = Timestamp(milliseconds: 1_795_253_400_000)
    private let day = Duration.seconds(86_400)
    private let endpoint = UUIDv7(high: 0x019a_0000_0000_7000, low: 0x8000_0000_0000_0001)

    private func filled() -> EndpointSecrets {
        EndpointSecrets(
            url: "https://hooks.example/T0/B0/topsecret",
            secrets: [.init(secret: .generate()), .init(secret: .generate(), validUntil: now + day)],
            headers: [OwnHeader(name: "Authorization", value: "Bearer topsecret")],
            token: "123:topsecret",
            chat: "-1001",
            recipients: ["topsecret@example.com"]
        )
    }

    @Test func afterARotationBothSecretsSignUntilTheOldOneEnds() throws {
        var generator = SeededGenerator(seed: 1)
        let old = WebhookSecret.generate(using: &generator)
        let before = EndpointSecrets(url: "https://example.com", secrets: [.init(secret: old)])
        #expect(before.signing(at: now) == [old])
        let (after, new) = before.rotated(at: now, keepingOldFor: day, using: &generator)
        #expect(new != old && after.url == before.url)
        #expect(after.signing(at: now) == [new, old])
        #expect(after.signing(at: now + day - .milliseconds(1)) == [new, old])
        #expect(after.signing(at: now + day) == [new])
    }

    @Test func aLeakedSecretCanBeEndedAtOnce() throws {
        var generator = SeededGenerator(seed: 2)
        let first = EndpointSecrets(secrets: [.init(secret: .generate(using: &generator))])
        let (second, leaked) = first.rotated(at: now, keepingOldFor: day, using: &generator)
        let (third, new) = second.rotated(at: now + .seconds(1), keepingOldFor: .zero, using: &generator)
        #expect(third.secrets.map(\.secret) == [new] && !third.signing(at: now).contains(leaked))
    }

    @Test(arguments: [3, 4, 5, 6] as [UInt64]) func rotationsNeverProlongASecretOrLeaveNone(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            var moment = now
            var secrets = EndpointSecrets()
            var ends: [WebhookSecret: Timestamp] = [:]
            for _ in 0..<generator.int(1...12) {
                moment = moment + .seconds(generator.int(0...100_000))
                let signing = secrets.signing(at: moment)
                let kept = Duration.seconds(generator.int(0...200_000))
                let (rotated, new) = secrets.rotated(at: moment, keepingOldFor: kept, using: &generator)
                #expect(rotated.signing(at: moment).first == new, "seed \(seed)")
                #expect(rotated.secrets.count <= EndpointSecrets.mostSecrets, "seed \(seed)")
                // What signed before signs still, unless it was ended at once or is the oldest of many.
                if kept > .zero {
                    let expected = [new] + signing.prefix(EndpointSecrets.mostSecrets - 1)
                    #expect(rotated.signing(at: moment) == expected, "seed \(seed)")
                }
                for old in rotated.secrets.dropFirst() {
                    let end = old.validUntil ?? .init(milliseconds: .max)
                    #expect(end <= moment + kept && end <= ends[old.secret] ?? end, "seed \(seed)")
                    ends[old.secret] = end
                }
                secrets = rotated
            }
        }
    }

    @Test func theyOpenForTheirEndpointAlone() throws {
        let box = try SecretBox(keys: SecretBox.generateKey())
        let secrets = filled()
        let sealed = try secrets.sealed(with: box, for: endpoint)
        #expect(try EndpointSecrets(opening: sealed, with: box, for: endpoint) == secrets)
        let other = UUIDv7(high: endpoint.high, low: endpoint.low + 1)
        #expect(throws: SecretBoxError.notAuthentic) { try EndpointSecrets(opening: sealed, with: box, for: other) }
    }

    @Test func theFormThatIsStoredIsReadByLaterPrograms() throws {
        let json = """
            {"chat":"-1001","headers":[{"name":"X-Key","value":"k"}],"recipients":["a@example.com"],"secrets":[\
            {"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},{"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",\
            "valid_until":"2026-11-21T09:30:00.000Z"}],"token":"1:a","url":"https://example.com"}
            """
        let secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let secrets = EndpointSecrets(
            url: "https://example.com",
            secrets: [
                .init(secret: secret), .init(secret: secret, validUntil: Timestamp(milliseconds: 1_795_253_400_000)),
            ],
            headers: [OwnHeader(name: "X-Key", value: "k")],
            token: "1:a",
            chat: "-1001",
            recipients: ["a@example.com"]
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        #expect(String(decoding: try encoder.encode(secrets), as: UTF8.self) == json)
        #expect(try JSONDecoder().decode(EndpointSecrets.self, from: Data(json.utf8)) == secrets)
        #expect(try JSONDecoder().decode(EndpointSecrets.self, from: Data("{}".utf8)) == EndpointSecrets())
        #expect(String(decoding: try encoder.encode(EndpointSecrets()), as: UTF8.self) == "{}")
    }

    @Test func contentsThatAreNoSecretsAreAnErrorWithoutTheirText() throws {
        let box = try SecretBox(keys: SecretBox.generateKey())
        for text in ["topsecret", #"{"secrets":["topsecret"]}"#, #"{"url":17}"#, ""] {
            let sealed = try box.seal(Array(text.utf8), for: endpoint.description)
            let error = #expect(throws: SecretBoxError.unreadable) {
                try EndpointSecrets(opening: sealed, with: box, for: endpoint)
            }
            #expect(!"\(error.map { "\($0)" } ?? "")".contains("topsecret"))
        }
    }

    @Test func nothingThatPrintsThemShowsAnythingOfThem() {
        let secrets = filled()
        var dumped = ""
        dump(secrets, to: &dumped)
        dump(secrets.headers, to: &dumped)
        for text in ["\(secrets)", String(reflecting: secrets), dumped, "\(secrets.headers)", "\(secrets.secrets)"] {
            #expect(!text.contains("topsecret"), "\(text)")
        }
        #expect("\(secrets)" == "secrets: 2, headers: 1, recipients: 1")
    }
}
