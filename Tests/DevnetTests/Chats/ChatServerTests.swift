internal import AsyncHTTPClient
internal import Testing

@testable internal import Devnet

/// The chat services and their control API as a client of the running devnet sees them.
@Suite struct ChatServerTests {
    private let slack = "/slack/services/T0BUSBAR/B0OPS/XXXXXXXXXXXXXXXX"
    private let discord = "/discord/api/webhooks/1234567890123456789/token-of-the-webhook"
    private let telegram = "/telegram/bot123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/sendMessage"

    @Test func eachSpeaksItsOwnProtocol() async throws {
        try await RunningDevnet.with { devnet in
            let slack = try await devnet.post(self.slack, #"{"text":"에너지 부족"}"#)
            #expect(slack.status == 200 && slack.text == "ok" && slack.headers["content-type"] == "text/html")
            let discord = try await devnet.post(self.discord, #"{"content":"에너지 부족"}"#)
            #expect(discord.status == 204 && discord.body.isEmpty && discord.headers["x-ratelimit-limit"] == "5")
            let telegram = try await devnet.post(self.telegram, #"{"chat_id":7,"text":"에너지 부족"}"#)
            #expect(try telegram.json()["result"]?["message_id"]?.int == 1)
            let chats = try await devnet.get("/devnet/chats").json()["chats"]?.array ?? []
            #expect(chats.map { $0["name"]?.string } == ["slack", "discord", "telegram"])
            #expect(chats.allSatisfy { $0["posted"]?.int == 1 && $0["last_text"]?.string == "에너지 부족" })
            let messages = try await devnet.get("/devnet/chats/slack?after=0&limit=5").json()["messages"]?.array
            #expect(messages?.first?["payload"]?["text"]?.string == "에너지 부족")
            #expect(try await devnet.get("/devnet/chats/slack?after=x").status == 400)
            #expect(try await devnet.get("/devnet/chats/irc").status == 404)
            try await devnet.post("/devnet/reset", "{}")
            #expect(try await devnet.get("/devnet/chats/slack").json()["posted"]?.int == 0)
        }
    }

    @Test func faultsStrikeAsTheyAreTold() async throws {
        try await RunningDevnet.with { devnet in
            try await devnet.post(
                "/devnet/chats/slack",
                #"{"refuse":"channel_is_archived","to":"T0BUSBAR/B0OPS","count":1}"#
            )
            let other = "/slack/services/T0BUSBAR/B0OTHER/XXXXXXXXXXXXXXXX"
            #expect(try await devnet.post(other, #"{"text":"a"}"#).status == 200)
            let archived = try await devnet.post(slack, #"{"text":"a"}"#)
            #expect(archived.status == 410 && archived.text == "channel_is_archived")
            #expect(try await devnet.post(slack, #"{"text":"a"}"#).status == 200)

            try await devnet.post("/devnet/chats/telegram", #"{"refuse":"rate_limited","retry_after":9,"count":1}"#)
            let limited = try await devnet.post(telegram, #"{"chat_id":7,"text":"a"}"#)
            #expect(try limited.status == 429 && limited.json()["parameters"]?["retry_after"]?.int == 9)

            try await devnet.post("/devnet/chats/discord", #"{"drop_answer":true,"count":1}"#)
            await #expect(throws: (any Error).self) { try await devnet.post(discord, #"{"content":"posted"}"#) }
            let kept = try await devnet.get("/devnet/chats/discord").json()
            #expect(kept["last_text"]?.string == "posted")

            try await devnet.post("/devnet/chats/discord", #"{"status":503}"#)
            #expect(try await devnet.post(discord, #"{"content":"a"}"#).status == 503)
            try await devnet.post("/devnet/chats/discord", #"{"clear":true,"hang":true,"count":1}"#)
            await #expect(throws: HTTPClientError.self) {
                try await devnet.post(discord, #"{"content":"a"}"#, limit: .milliseconds(500))
            }
            #expect(try await devnet.post(discord, #"{"content":"a"}"#).status == 204)

            try await devnet.post("/devnet/chats/slack", #"{"unlimited":true}"#)
            for _ in 0..<20 { #expect(try await devnet.post(slack, #"{"text":"a"}"#).status == 200) }
        }
    }

    @Test func controlRefusesWhatItDoesNotKnow() async throws {
        try await RunningDevnet.with { devnet in
            for (body, words) in [
                (#"{"refuse":"sulk"}"#, "channel_is_archived"), (#"{"retry_after":3}"#, "is for refuse"),
                (#"{"status":404}"#, "between 500 and 599"), (#"{"nonsense":1}"#, "unknown field"),
                ("{}", "nothing to do"), (#"{"hang":true,"probability":2}"#, "probability"), ("{", "JSON"),
            ] {
                let answer = try await devnet.post("/devnet/chats/slack", body)
                #expect(answer.status == 400 && answer.text.contains(words), "\(body): \(answer.text)")
            }
        }
    }
}
