internal import AsyncHTTPClient
internal import Models
internal import Testing
internal import Webhooks

@testable internal import Devnet

/// Sinks and their control API as a client of the running devnet sees them.
@Suite struct SinkServerTests {
    private let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    @Test func aDeliveryCanBeLookedAt() async throws {
        try await RunningDevnet.with { devnet in
            let registered = try await devnet.post("/devnet/sink/acme", #"{"secret":"\#(secret)"}"#).json()
            #expect(registered["name"]?.string == "acme" && registered["secrets"]?.int == 1)
            let body = #"{"type":"withdrawal.ready.v1","timestamp":"2026-07-01T00:00:00.000Z","data":{"a": 1}}"#
            let seconds = SystemClock().now().milliseconds / 1000
            let signature = WebhookSignature.header(
                id: "msg_1",
                timestamp: seconds,
                body: Array(body.utf8),
                secrets: [try WebhookSecret(secret)]
            )
            let answer = try await devnet.post(
                "/sink/acme",
                body,
                headers: [
                    ("content-type", "application/json"), ("Webhook-Id", "msg_1"), ("webhook-timestamp", "\(seconds)"),
                    ("webhook-signature", signature), ("X-Own", "ours"),
                ]
            )
            #expect(answer.status == 200)
            let delivery = try #require(try await devnet.get("/devnet/sink/acme").json()["deliveries"]?.array?.first)
            #expect(delivery["verdict"]?.string == "verified" && delivery["id"]?.string == "msg_1")
            #expect(delivery["body"]?.string == body && delivery["headers"]?["x-own"]?.string == "ours")
            let sinks = try await devnet.get("/devnet/sink").json()["sinks"]?.array
            #expect(sinks?.first?["last_type"]?.string == "withdrawal.ready.v1")
            #expect(try await devnet.get("/sink/acme").status == 405)
            #expect(try await devnet.get("/devnet/sink/nobody").status == 404)
            try await devnet.post("/devnet/reset", "{}")
            #expect(try await devnet.get("/devnet/sink").json()["sinks"]?.array?.isEmpty == true)
        }
    }

    @Test func itFailsAsItIsTold() async throws {
        try await RunningDevnet.with { devnet in
            try await devnet.post(
                "/devnet/sink/a",
                #"{"mode":"status","status":503,"retry_after":7,"after":1,"count":1}"#
            )
            #expect(try await devnet.post("/sink/a", "{}").status == 200)
            let busy = try await devnet.post("/sink/a", "{}")
            #expect(busy.status == 503 && busy.headers["retry-after"] == "7")
            #expect(try await devnet.post("/sink/a", "{}").status == 200)

            try await devnet.post(
                "/devnet/sink/a",
                #"{"mode":"status","status":302,"location":"\#(devnet.url)/sink/b"}"#
            )
            #expect(try await devnet.get("/devnet/sink/a").json()["location"]?.string == devnet.url + "/sink/b")

            try await devnet.post("/devnet/sink/a", #"{"mode":"drop"}"#)
            await #expect(throws: (any Error).self) { try await devnet.post("/sink/a", "{}") }

            try await devnet.post("/devnet/sink/a", #"{"mode":"hang","count":1}"#)
            await #expect(throws: HTTPClientError.self) {
                try await devnet.post("/sink/a", "{}", limit: .milliseconds(500))
            }
            // One that hangs keeps nobody else waiting.
            #expect(try await devnet.post("/sink/a", "{}").status == 200)
            #expect(try await devnet.get("/devnet/sink/a").json()["failed"]?.int == 3)

            try await devnet.post("/devnet/sink/a", #"{"mode":"ok","latency_ms":300}"#)
            let start = ContinuousClock.now
            #expect(try await devnet.post("/sink/a", "{}").status == 200)
            #expect(ContinuousClock.now - start >= .milliseconds(300))
        }
    }

    @Test func controlRefusesWhatItDoesNotKnow() async throws {
        try await RunningDevnet.with { devnet in
            for (body, words) in [
                (#"{"secret":"AAAA"}"#, "24 to 64 bytes"), (#"{"secret":"v1,\#(secret)"}"#, "whsec_"),
                (#"{"secret":7}"#, "string"),
                (#"{"mode":"sulk"}"#, "mode must be"), (#"{"mode":"status"}"#, "status is missing"),
                (#"{"status":500}"#, "is for a mode"), (#"{"mode":"hang","retry_after":3}"#, "for the mode status"),
                (#"{"mode":"status","status":700}"#, "between 200 and 599"), (#"{"nonsense":1}"#, "unknown field"),
                (#"{"secrets":["\#(secret)"],"secret":"\#(secret)"}"#, "name one"), ("[]", "object"), ("{", "JSON"),
            ] {
                let answer = try await devnet.post("/devnet/sink/acme", body)
                #expect(answer.status == 400 && answer.text.contains(words), "\(body): \(answer.text)")
            }
            #expect(try await devnet.post("/devnet/sink/Acme", "{}").status == 400)
            #expect(try await devnet.post("/sink/Acme", "{}").status == 404)
            #expect(try await devnet.get("/devnet/sink").json()["sinks"]?.array?.isEmpty == true)
        }
    }
}
