import FoundationEssentials
import LocalStack
import Models
import TestSupport
import Testing
import Webhooks

/// A webhook on its way: what is sent, what its receiver holds, and the receiver's clock.
struct SentWebhook {
    var id: String
    var timestamp: Int64
    var body: String
    var signature: String
    /// The receiver's.
    var secret: WebhookSecret
    /// The receiver's.
    var now: Timestamp

    /// Signed with some secrets, and taken with the first of them at the moment it was signed.
    init(id: String, timestamp: Int64, body: String, secrets: [WebhookSecret]) throws {
        self.id = id
        self.timestamp = timestamp
        self.body = body
        signature = WebhookSignature.header(id: id, timestamp: timestamp, body: Array(body.utf8), secrets: secrets)
        secret = try #require(secrets.first)
        now = Timestamp(milliseconds: timestamp * 1000)
    }

    /// What our own check says of it.
    var verdict: String {
        do {
            try WebhookSignature.verify(
                id: id,
                timestamp: timestamp,
                body: Array(body.utf8),
                header: signature,
                secret: secret,
                now: now
            )
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    func changed(_ change: (inout SentWebhook) -> Void) -> SentWebhook {
        var copy = self
        change(&copy)
        return copy
    }
}

/// What the package `standardwebhooks` says of a webhook.
struct ReceiverAnswer: Decodable {
    /// `accepted`, or why not.
    var verdict: String
    /// What it would have signed.
    var signature: String

    var isAccepted: Bool { verdict == "accepted" }
}

/// Asks the package about some webhooks, in one process.
func answers(to webhooks: [SentWebhook], from python: PythonEnvironment) async throws -> [ReceiverAnswer] {
    struct Delivery: Encodable {
        var secret: String
        var headers: [String: String]
        var body: String
        var now_ms: Int64
    }
    let deliveries = webhooks.map {
        Delivery(
            secret: $0.secret.text,
            headers: [
                WebhookHeaderName.id: $0.id, WebhookHeaderName.timestamp: "\($0.timestamp)",
                WebhookHeaderName.signature: $0.signature,
            ],
            body: $0.body,
            now_ms: $0.now.milliseconds
        )
    }
    let folder = #filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex)
    let result = try await python.launch(["\(folder)/Receiver/receiver.py"])
        .run(
            feeding: String(decoding: try JSONEncoder().encode(deliveries), as: UTF8.self),
            limit: .patient(.seconds(60))
        )
    try #require(result.succeeded, "\(result.errors.suffix(2000))")
    let answers = try JSONDecoder().decode([ReceiverAnswer].self, from: Data(result.output.utf8))
    try #require(answers.count == webhooks.count)
    return answers
}
