import LocalStack
import Models
import TestSupport
import Testing
import Webhooks

/// What we sign is what the reference package for Python takes, and what it refuses we refuse.
@Suite struct StandardWebhooksPackageTests {
    private let package = "standardwebhooks==1.1.0"
    private let timestamp: Int64 = 1_795_253_400
    private let body =
        #"{"type":"withdrawal.ready.v1","timestamp":"2026-11-21T09:30:00.000Z","data":{"user_id":"김 7 \/ é"}}"#

    @Test func itAcceptsOursAndRefusesWhatWasChangedOrComesAtTheWrongTime() async throws {
        var generator = SeededGenerator(seed: 11)
        let old = WebhookSecret.generate(using: &generator)
        let new = WebhookSecret.generate(using: &generator)
        let stranger = WebhookSecret.generate(using: &generator)
        let id = "019a0000-0000-7000-8000-0000000000e1"
        let sent = try SentWebhook(id: id, timestamp: timestamp, body: body, secrets: [old])
        let rotating = try SentWebhook(id: id, timestamp: timestamp, body: body, secrets: [new, old])
        let milliseconds = timestamp * 1000
        func at(_ offset: Int64) -> SentWebhook {
            sent.changed { $0.now = Timestamp(milliseconds: milliseconds + offset) }
        }

        let expected: [(name: String, webhook: SentWebhook, isAccepted: Bool)] = [
            ("as it was sent", sent, true),
            ("while rotating, with the new secret", rotating, true),
            ("while rotating, with the old secret", rotating.changed { $0.secret = old }, true),
            ("while rotating, with another's secret", rotating.changed { $0.secret = stranger }, false),
            ("after rotating, with the old secret", sent.changed { $0.secret = new }, false),
            ("299 s late", at(299_000), true),
            ("299 s early", at(-299_000), true),
            ("300 s late", at(300_000), true),
            ("300 s early", at(-300_000), true),
            ("300.001 s late", at(300_001), false),
            ("300.001 s early", at(-300_001), false),
            ("301 s late", at(301_000), false),
            ("301 s early", at(-301_000), false),
            ("another body", sent.changed { $0.body += " " }, false),
            ("another id", sent.changed { $0.id = "019a0000-0000-7000-8000-0000000000e2" }, false),
            ("another timestamp", sent.changed { $0.timestamp += 1 }, false),
            (
                "no signature of a known version", sent.changed { $0.signature = "v2," + $0.signature.dropFirst(3) },
                false
            ),
            ("an unknown version before it", sent.changed { $0.signature = "v1a,AAAA " + $0.signature }, true),
        ]
        let answers = try await withPython(packages: [package]) { python in
            try await WebhooksTests.answers(to: expected.map(\.webhook), from: python)
        }
        for (expected, answer) in zip(expected, answers) {
            #expect(answer.isAccepted == expected.isAccepted, "\(expected.name): \(answer.verdict)")
            let own = expected.webhook.verdict
            #expect((own == "accepted") == expected.isAccepted, "\(expected.name), by our own check: \(own)")
        }
        #expect(answers[10].verdict.contains("too new") && answers[9].verdict.contains("too old"))
    }

    @Test func itSignsAndJudgesAsWeDoWhateverIsSent() async throws {
        let seed: UInt64 = 2026
        var generator = SeededGenerator(seed: seed)
        var webhooks: [SentWebhook] = []
        for _ in 0..<300 { webhooks.append(try randomWebhook(&generator)) }
        let answers = try await withPython(packages: [package]) { [webhooks] python in
            try await WebhooksTests.answers(to: webhooks, from: python)
        }
        var accepted = 0
        for (number, (webhook, answer)) in zip(webhooks, answers).enumerated() {
            #expect((webhook.verdict == "accepted") == answer.isAccepted, "seed \(seed), webhook \(number)")
            let own = WebhookSignature.header(
                id: webhook.id,
                timestamp: webhook.timestamp,
                body: Array(webhook.body.utf8),
                secrets: [webhook.secret]
            )
            #expect(own == answer.signature, "seed \(seed), webhook \(number)")
            if answer.isAccepted { accepted += 1 }
        }
        #expect((30..<270).contains(accepted), "seed \(seed): both verdicts are to be met, \(accepted) were accepted")
    }

    /// One in two is changed, or late or early by up to ten minutes.
    private func randomWebhook(_ generator: inout SeededGenerator) throws -> SentWebhook {
        let secrets = try (0..<generator.int(1...3)).map { _ in
            try WebhookSecret(base64(generator.bytes(generator.int(24...64))))
        }
        let alphabet = Array("abc 0{}[]\":,\\/\n\u{0}é한국어🙂<&>")
        let body = String((0..<generator.int(0...60)).map { _ in alphabet[generator.int(0...(alphabet.count - 1))] })
        var webhook = try SentWebhook(
            id: "msg_" + generator.bytes(8).hex,
            timestamp: timestamp + Int64(generator.int(-1_000_000...1_000_000)),
            body: body,
            secrets: secrets
        )
        webhook.secret = secrets[generator.int(0...(secrets.count - 1))]
        switch generator.int(0...7) {
        case 0: webhook.body += "x"
        case 1: webhook.id += "0"
        case 2: webhook.secret = WebhookSecret.generate(using: &generator)
        case 3: webhook.now = webhook.now + .milliseconds(generator.int(-600_000...600_000))
        default: break
        }
        return webhook
    }
}
