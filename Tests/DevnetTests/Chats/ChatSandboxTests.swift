internal import HTTPTypes
internal import Models
internal import Testing

@testable internal import Devnet

/// The chat services without a server, at moments of the test's own.
@Suite struct ChatSandboxTests {
    private let start = ContinuousClock.now
    private let time = Timestamp(milliseconds: 1_790_000_000_000)

    private func ask(
        _ sandbox: some ChatSandbox,
        _ path: String,
        _ body: String,
        query: String = "",
        after pause: Duration = .zero,
        type: String = "application/json"
    ) -> ChatAnswer {
        let request = SandboxRequest(
            method: .post,
            path: path,
            query: query,
            headers: [.contentType: type],
            body: Array(body.utf8)
        )
        return sandbox.answer(request, at: ChatMoment(instant: start + pause, time: time))
    }

    private func messages(_ sandbox: some ChatSandbox) -> [JSON] {
        sandbox.room.messages(sandbox.name, after: 0, limit: 1_000)["messages"]?.array ?? []
    }

    // MARK: Slack

    private let hook = "/services/T0BUSBAR/B0OPS/XXXXXXXXXXXXXXXX"

    private func slack(_ body: String) -> String {
        // A room of its own each time: limits are another test's.
        let answer = ask(SlackSandbox(), hook, body)
        return "\(answer.status) \(String(decoding: answer.bytes, as: UTF8.self))"
    }

    @Test func slackTakesTextAndBlocks() {
        let sandbox = SlackSandbox()
        let body =
            #"{"text":"short","blocks":[{"type":"header","text":{"type":"plain_text","text":"Energy low"}},{"type":"section","text":{"type":"mrkdwn","text":"*pool* 1"}},{"type":"divider"},{"type":"context","elements":[{"type":"mrkdwn","text":"now"}]}]}"#
        let answer = ask(sandbox, hook, body)
        #expect(answer.status == 200 && answer.bytes == Array("ok".utf8))
        let message = messages(sandbox).first
        #expect(message?["text"]?.string == "short\nEnergy low\n*pool* 1\nnow")
        #expect(message?["to"]?.string == "T0BUSBAR/B0OPS")
        let form = ask(sandbox, hook, "payload=%7B%22text%22%3A%22a+b%22%7D", type: "application/x-www-form-urlencoded")
        #expect(form.status == 200 && messages(sandbox).last?["text"]?.string == "a b")
    }

    @Test func slackRefusesInItsWords() {
        let long = String(repeating: "한", count: 3_001)
        let section = { (text: String) in #"{"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"\#(text)"}}]}"#
        }
        #expect(slack("nonsense") == "400 invalid_payload")
        #expect(slack("[]") == "400 invalid_payload")
        #expect(slack("{}") == "400 no_text")
        #expect(slack(#"{"text":""}"#) == "400 no_text")
        #expect(slack(#"{"text":"a","blocks":{}}"#) == "400 invalid_blocks_format")
        #expect(slack(section(long)) == "400 invalid_blocks")
        #expect(slack(section(String(long.dropLast()))) == "200 ok")
        #expect(slack(section("")) == "400 invalid_blocks")
        #expect(slack(#"{"blocks":[{"type":"nonsense"}]}"#) == "400 invalid_blocks")
        let header = { (count: Int) in
            #"{"type":"header","text":{"type":"plain_text","text":"\#(String(repeating: "x", count: count))"}}"#
        }
        #expect(slack(#"{"text":"a","blocks":[\#(header(151))]}"#) == "400 invalid_blocks")
        let many = { (count: Int) in Array(repeating: header(1), count: count).joined(separator: ",") }
        #expect(slack(#"{"blocks":[\#(many(50))]}"#) == "200 ok")
        #expect(slack(#"{"blocks":[\#(many(51))]}"#) == "400 invalid_blocks")
        #expect(ask(SlackSandbox(), "/services/T0BUSBAR/B0OPS", #"{"text":"a"}"#).status == 404)
    }

    @Test func slackCutsWhatIsTooLong() {
        let sandbox = SlackSandbox()
        #expect(ask(sandbox, hook, #"{"text":"\#(String(repeating: "가", count: 40_001))"}"#).status == 200)
        #expect(messages(sandbox).first?["cut"]?.bool == true)
        #expect(messages(sandbox).first?["text"]?.string?.unicodeScalars.count == 40_000)
    }

    @Test func slackTakesOneASecondAfterABurst() {
        let sandbox = SlackSandbox()
        for _ in 0..<5 { #expect(ask(sandbox, hook, #"{"text":"a"}"#).status == 200) }
        let answer = ask(sandbox, hook, #"{"text":"a"}"#)
        #expect(answer.status == 429 && answer.headers.first { $0.name == "retry-after" }?.value == "1")
        // Another webhook has a limit of its own.
        #expect(ask(sandbox, "/services/T0BUSBAR/B0OTHER/XXXXXXXXXXXXXXXX", #"{"text":"a"}"#).status == 200)
        #expect(ask(sandbox, hook, #"{"text":"a"}"#, after: .seconds(1)).status == 200)
        #expect(ask(sandbox, hook, #"{"text":"a"}"#, after: .seconds(1)).status == 429)
    }

    // MARK: Discord

    private let webhook = "/api/webhooks/1234567890123456789/token-of-the-webhook"

    private func discord(_ body: String) throws -> JSON {
        let answer = ask(DiscordSandbox(), webhook, body)
        guard answer.status == 400 else { return ["status": .int(Int64(answer.status))] }
        return try JSON(parsing: answer.bytes)
    }

    @Test func discordAnswersNothingOrTheMessage() throws {
        let sandbox = DiscordSandbox()
        let quiet = ask(sandbox, webhook, #"{"content":"hello"}"#)
        #expect(quiet.status == 204 && quiet.bytes.isEmpty)
        let body =
            #"{"embeds":[{"title":"Energy low","fields":[{"name":"pool","value":"1"}],"color":15158332}],"allowed_mentions":{"parse":[]}}"#
        let told = ask(sandbox, "/api/v10" + webhook.dropFirst(4), body, query: "wait=true")
        let message = try JSON(parsing: told.bytes)
        #expect(told.status == 200 && message["embeds"]?.array?.count == 1)
        #expect(message["webhook_id"]?.string == "1234567890123456789")
        #expect(messages(sandbox).last?["text"]?.string == "Energy low\npool\n1")
        #expect(messages(sandbox).last?["to"]?.string == "1234567890123456789")
    }

    @Test func discordSaysWhatIsWrongAndWhere() throws {
        let embed = { (fields: String) in #"{"embeds":[{\#(fields)}]}"# }
        let text = { (count: Int) in String(repeating: "é", count: count) }
        let error = { (body: String, path: [String]) throws -> String? in
            var json = try discord(body)["errors"]
            for name in path { json = json?[name] }
            return json?["_errors"]?.array?.first?["code"]?.string
        }
        #expect(try discord("{}")["code"]?.int == 50_006)
        #expect(try discord("nonsense")["code"]?.int == 50_109)
        #expect(try error(#"{"content":"\#(text(2_001))"}"#, ["content"]) == "BASE_TYPE_MAX_LENGTH")
        #expect(try discord(#"{"content":"\#(text(2_000))"}"#)["status"]?.int == 204)
        #expect(try error(embed(#""title":"\#(text(257))""#), ["embeds", "0", "title"]) == "BASE_TYPE_MAX_LENGTH")
        #expect(
            try error(embed(#""description":"\#(text(4_097))""#), ["embeds", "0", "description"])
                == "BASE_TYPE_MAX_LENGTH"
        )
        let field = #""fields":[{"name":"","value":"\#(text(1_025))"}]"#
        #expect(try error(embed(field), ["embeds", "0", "fields", "0", "name"]) == "BASE_TYPE_REQUIRED")
        #expect(try error(embed(field), ["embeds", "0", "fields", "0", "value"]) == "BASE_TYPE_MAX_LENGTH")
        let two = #"{"embeds":[{"description":"\#(text(3_000))"},{"description":"\#(text(3_001))"}]}"#
        #expect(try error(two, ["embeds"]) == "MAX_EMBED_SIZE_EXCEEDED")
        let eleven = Array(repeating: #"{"title":"a"}"#, count: 11).joined(separator: ",")
        #expect(try error(#"{"embeds":[\#(eleven)]}"#, ["embeds"]) == "BASE_TYPE_MAX_LENGTH")
        #expect(ask(DiscordSandbox(), "/api/webhooks/acme/token-of-the-webhook", "{}").status == 404)
    }

    @Test func discordNotifiesWhomMentionsAllow() {
        let sandbox = DiscordSandbox()
        let content = #""content":"@everyone <@1> <@&2>""#
        _ = ask(sandbox, webhook, "{\(content)}")
        _ = ask(sandbox, webhook, #"{\#(content),"allowed_mentions":{"parse":["users"]}}"#)
        _ = ask(sandbox, webhook, #"{\#(content),"allowed_mentions":{"parse":[]}}"#)
        let notified = messages(sandbox).map { $0["notifies"]?.array?.compactMap(\.string) ?? [] }
        #expect(notified == [["@everyone", "<@1>", "<@&2>"], ["<@1>"], []])
    }

    @Test func discordTellsItsLimitsInHeaders() throws {
        let sandbox = DiscordSandbox()
        func header(_ name: String, _ answer: ChatAnswer) -> String? { answer.headers.first { $0.name == name }?.value }
        for left in (0..<5).reversed() {
            let answer = ask(sandbox, webhook, #"{"content":"a"}"#)
            #expect(answer.status == 204 && header("x-ratelimit-remaining", answer) == "\(left)")
            #expect(header("x-ratelimit-limit", answer) == "5" && header("x-ratelimit-reset-after", answer) == "2.0")
        }
        let answer = ask(sandbox, webhook, #"{"content":"a"}"#, after: .milliseconds(500))
        let body = try JSON(parsing: answer.bytes)
        #expect(answer.status == 429 && body["retry_after"]?.double == 1.5 && body["global"]?.bool == false)
        #expect(header("retry-after", answer) == "2" && header("x-ratelimit-scope", answer) == "user")
        #expect(ask(sandbox, webhook, #"{"content":"a"}"#, after: .seconds(2)).status == 204)
        // The channel's own limit is told by 429 alone.
        var scopes: [String] = []
        for second in 2..<20 {
            for _ in 0..<5 {
                let answer = ask(sandbox, webhook, #"{"content":"a"}"#, after: .seconds(second * 2))
                if answer.status == 429 { scopes.append(header("x-ratelimit-scope", answer) ?? "") }
            }
        }
        #expect(!scopes.isEmpty && scopes.allSatisfy { $0 == "shared" })
    }

    // MARK: Telegram

    private let bot = "/bot123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    private func telegram(_ sandbox: TelegramSandbox, _ body: String, after pause: Duration = .zero) throws -> JSON {
        let answer = ask(sandbox, bot + "/sendMessage", body, after: pause)
        let json = try JSON(parsing: answer.bytes)
        #expect(json["ok"]?.bool == (answer.status == 200))
        #expect(answer.status == 200 || json["error_code"]?.int == Int64(answer.status))
        return json
    }

    @Test func telegramParsesAndAnswersTheMessage() throws {
        let sandbox = TelegramSandbox()
        let json = try telegram(sandbox, #"{"chat_id":-100123,"text":"<b>Energy</b> &lt; 5","parse_mode":"HTML"}"#)
        #expect(json["result"]?["text"]?.string == "Energy < 5")
        #expect(json["result"]?["entities"]?.array?.first?["type"]?.string == "bold")
        #expect(json["result"]?["chat"]?["type"]?.string == "supergroup")
        #expect(messages(sandbox).first?["to"]?.string == "-100123")
        // Without a mode, tags are text.
        let plain = try telegram(sandbox, #"{"chat_id":"7","text":"<b>x"}"#)
        #expect(plain["result"]?["text"]?.string == "<b>x")
        let form = ask(
            sandbox,
            bot + "/sendmessage",
            "chat_id=%40ops&text=a+b",
            type: "application/x-www-form-urlencoded"
        )
        #expect(form.status == 200 && messages(sandbox).last?["to"]?.string == "@ops")
        #expect(ask(sandbox, bot + "/getMe", "").status == 200)
    }

    @Test func telegramRefusesInItsWords() throws {
        let sandbox = TelegramSandbox()
        func words(_ body: String) throws -> String? { try telegram(sandbox, body)["description"]?.string }
        #expect(try words("{}") == "Bad Request: chat_id is empty")
        #expect(try words(#"{"chat_id":"ops","text":"a"}"#) == "Bad Request: chat not found")
        #expect(try words(#"{"chat_id":1}"#) == "Bad Request: message text is empty")
        #expect(
            try words(#"{"chat_id":1,"text":"<b> </b>","parse_mode":"html"}"#) == "Bad Request: text must be non-empty"
        )
        #expect(
            try words(#"{"chat_id":1,"text":"a <x> b","parse_mode":"HTML"}"#)
                == #"Bad Request: can't parse entities: Unsupported start tag "x" at byte offset 2"#
        )
        #expect(try words(#"{"chat_id":1,"text":"a","parse_mode":"XML"}"#) == "Bad Request: unsupported parse_mode")
        // 4,096 units are counted after parsing; an emoji takes two.
        let fits = String(repeating: "😀", count: 2_048)
        #expect(try words(#"{"chat_id":1,"text":"<b>\#(fits)</b>","parse_mode":"HTML"}"#) == nil)
        #expect(try words(#"{"chat_id":1,"text":"\#(fits)a"}"#) == "Bad Request: message is too long")
        #expect(ask(sandbox, "/bot123456:short/sendMessage", "{}").status == 404)
        #expect(ask(sandbox, bot + "/sendPhoto", "{}").status == 404)
    }

    @Test func telegramLimitsEachChatAndGroupsMore() throws {
        let sandbox = TelegramSandbox()
        func status(_ chat: Int, _ pause: Duration) throws -> Int? {
            let json = try telegram(sandbox, #"{"chat_id":\#(chat),"text":"a"}"#, after: pause)
            return json["parameters"]?["retry_after"]?.int.map(Int.init)
        }
        for _ in 0..<3 { #expect(try status(1, .zero) == nil) }
        #expect(try status(1, .zero) == 1)
        #expect(try status(2, .zero) == nil)
        #expect(try status(1, .seconds(1)) == nil)
        // A group gets twenty, and then one in three seconds.
        var refused: [Int] = []
        for second in 0..<40 {
            if let seconds = try status(-5, .seconds(100 + second)) { refused.append(seconds) }
        }
        #expect(refused.count == 7 && refused.allSatisfy { (1...3).contains($0) }, "\(refused)")
    }
}
