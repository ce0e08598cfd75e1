internal import HTTPTypes
internal import Models

/// Telegram's Bot API under `/telegram/bot<token>/…`: `getMe` and `sendMessage`, by POST of JSON or of a form, or by GET
/// with a query.
///
/// Any token of the right form is a bot, and every chat knows it. One message a second to a chat with short bursts (taken
/// to be three), twenty a minute to a group, thirty a second in all, as the API's questions and answers say.
struct TelegramSandbox: ChatSandbox {
    let name = "telegram"
    let room = ChatRoom()

    let refusals: [String: ChatRefusal] = [
        "rate_limited": throttled,
        "unauthorized": { _ in failure(401, "Unauthorized") },
        "chat_not_found": { _ in failure(400, "Bad Request: chat not found") },
        "blocked": { _ in failure(403, "Forbidden: bot was blocked by the user") },
        "kicked": { _ in failure(403, "Forbidden: bot was kicked from the group chat") },
        "bad_gateway": { _ in failure(502, "Bad Gateway") },
    ]

    /// Of a message's text, without its tags, in the units of entities.
    private static let longestText = 4_096

    /// The chat that a message is for.
    func recipient(of request: SandboxRequest) -> String? {
        guard let (_, method) = Self.call(request.path), method == "sendmessage" else { return nil }
        return Self.fields(of: request).flatMap { Self.chat($0["chat_id"]) }
    }

    /// The bot's number and the method, in small letters as the API does not tell them apart.
    private static func call(_ path: String) -> (bot: Int64, method: String)? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard parts.count == 2, let token = parts.first, token.hasPrefix("bot"), let method = parts.last else {
            return nil
        }
        let pair = token.dropFirst(3).split(separator: ":", omittingEmptySubsequences: false)
        guard pair.count == 2, let bot = Int64(pair[0]), bot > 0, (30...60).contains(pair[1].utf8.count),
            pair[1].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") })
        else { return nil }
        return (bot, method.lowercased())
    }

    private static func fields(of request: SandboxRequest) -> JSON? {
        let type = request.header("content-type") ?? ""
        if request.method == .post, !request.body.isEmpty, !type.hasPrefix("application/x-www-form-urlencoded") {
            guard let json = try? JSON(parsing: request.body), json.members != nil else { return nil }
            return json
        }
        let form = FormFields.read(request.body).merging(FormFields.read(Array(request.query.utf8))) { first, _ in first
        }
        return .object(form.map { .init(key: $0.key, value: .string($0.value)) })
    }

    /// A chat's number, or the name of a channel.
    private static func chat(_ value: JSON?) -> String? {
        if let number = value?.int { return String(number) }
        guard let name = value?.string, name.hasPrefix("@"), name.utf8.count > 1 else { return nil }
        return name
    }

    func answer(_ request: SandboxRequest, at moment: ChatMoment) -> ChatAnswer {
        guard let (bot, method) = Self.call(request.path) else { return refuse(404, "Not Found") }
        guard request.method == .post || request.method == .get else { return refuse(405, "Method Not Allowed") }
        switch method {
        case "getme":
            return ChatAnswer(.json(["ok": true, "result": Self.user(bot)]))
        case "sendmessage":
            guard let fields = Self.fields(of: request) else {
                return refuse(400, "Bad Request: can't parse JSON object")
            }
            return send(fields, by: bot, at: moment)
        default: return refuse(404, "Not Found")
        }
    }

    private func send(_ fields: JSON, by bot: Int64, at moment: ChatMoment) -> ChatAnswer {
        guard let id = fields["chat_id"], id != .null, id != "" else {
            return refuse(400, "Bad Request: chat_id is empty")
        }
        guard let chat = Self.chat(id) else { return refuse(400, "Bad Request: chat not found") }
        guard let raw = fields["text"]?.string, !raw.isEmpty else {
            return refuse(400, "Bad Request: message text is empty")
        }
        var (text, entities) = (raw, [TelegramHTML.Entity]())
        switch fields["parse_mode"]?.string?.lowercased() ?? "" {
        case "": break
        case "html":
            do throws(TelegramHTML.Failure) {
                let html = try TelegramHTML(raw)
                (text, entities) = (html.text, html.entities)
            } catch {
                return refuse(400, "Bad Request: can't parse entities: \(error.description)")
            }
        default: return refuse(400, "Bad Request: unsupported parse_mode")
        }
        guard !text.allSatisfy(\.isWhitespace) else { return refuse(400, "Bad Request: text must be non-empty") }
        guard text.utf16.count <= Self.longestText else { return refuse(400, "Bad Request: message is too long") }
        if let wait = room.take(Self.limits(bot, chat), at: moment.instant) {
            room.end(.throttled)
            return Self.throttled(wait.retrySeconds)
        }
        var message = ChatMessage(at: moment.time, recipient: chat, text: text, payload: fields)
        if !entities.isEmpty {
            message.remarks.append(.init(key: "entities", value: .array(entities.map(\.json))))
        }
        let number = room.end(.posted(message))
        var result = Fields()
        result.add("message_id", Int64(number))
        result.add("from", Self.user(bot))
        result.add("chat", Self.description(of: chat))
        result.add("date", moment.time.milliseconds / 1000)
        result.add("text", text)
        result.add(unlessEmpty: "entities", entities.map(\.json))
        return ChatAnswer(.json(["ok": true, "result": result.json]))
    }

    private static func limits(_ bot: Int64, _ chat: String) -> [(key: String, fresh: RateLimit)] {
        let isGroup = chat.hasPrefix("-")
        return [
            ("\(bot) \(chat)", RateLimit(burst: 3, every: .seconds(1))),
            ("\(bot)", RateLimit(burst: 30, every: .milliseconds(34))),
        ] + (isGroup ? [("\(bot) \(chat) group", RateLimit(burst: 20, every: .seconds(3)))] : [])
    }

    private func refuse(_ status: Int, _ description: String) -> ChatAnswer {
        room.end(.refused)
        return Self.failure(status, description)
    }

    private static func failure(_ status: Int, _ description: String) -> ChatAnswer {
        ChatAnswer(
            status: status,
            .json(["ok": false, "error_code": .int(Int64(status)), "description": .string(description)])
        )
    }

    @Sendable private static func throttled(_ seconds: Int) -> ChatAnswer {
        ChatAnswer(
            status: 429,
            .json([
                "ok": false, "error_code": 429, "description": .string("Too Many Requests: retry after \(seconds)"),
                "parameters": ["retry_after": .int(Int64(seconds))],
            ]),
            headers: [("retry-after", String(seconds))]
        )
    }

    private static func user(_ bot: Int64) -> JSON {
        ["id": .int(bot), "is_bot": true, "first_name": .string("bot \(bot)"), "username": .string("bot\(bot)_bot")]
    }

    private static func description(of chat: String) -> JSON {
        guard let number = Int64(chat) else {
            return ["id": -1_001_000_000_000, "type": "channel", "username": .string(String(chat.dropFirst()))]
        }
        return number < 0
            ? ["id": .int(number), "type": "supergroup", "title": "group"]
            : ["id": .int(number), "type": "private", "first_name": "somebody"]
    }
}
