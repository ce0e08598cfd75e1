internal import Crypto
internal import HTTPTypes
internal import Models

/// Discord's webhooks under `/discord/api/webhooks/<id>/<token>`, with or without a version (`/api/v10`): POST of JSON;
/// 204, or the message with `?wait=true`.
///
/// Any address of the right form is a webhook. Its limits are documented not to be fixed; here they are those that people
/// see: five requests in two seconds, told in headers, and thirty a minute for the channel, told by 429 alone.
struct DiscordSandbox: ChatSandbox {
    let name = "discord"
    let room = ChatRoom()

    let refusals: [String: ChatRefusal] = [
        "rate_limited": { throttled(.seconds($0), scope: "user") },
        "rate_limited_globally": { throttled(.seconds($0), scope: "global") },
        "unknown_webhook": { _ in failure(404, 10_015, "Unknown Webhook") },
        "invalid_token": { _ in failure(401, 50_027, "Invalid Webhook Token") },
    ]

    private static let window = RateWindow(limit: 5, length: .seconds(2))

    /// The webhook's id.
    func recipient(of request: SandboxRequest) -> String? { Self.webhook(of: request.path)?.id }

    private static func webhook(of path: String) -> (id: String, token: String)? {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard parts.popFirst() == "api" else { return nil }
        if let version = parts.first, version.first == "v", Int(version.dropFirst()) != nil { parts.removeFirst() }
        guard parts.popFirst() == "webhooks", parts.count == 2, let id = parts.first, let token = parts.last,
            (1...20).contains(id.utf8.count), UInt64(id) != nil, (8...128).contains(token.utf8.count)
        else { return nil }
        return (String(id), String(token))
    }

    func answer(_ request: SandboxRequest, at moment: ChatMoment) -> ChatAnswer {
        guard let webhook = Self.webhook(of: request.path) else {
            return refuse(Self.failure(404, 0, "404: Not Found"))
        }
        guard request.method == .post else { return refuse(Self.failure(405, 0, "405: Method Not Allowed")) }
        let taken = room.take("bucket " + request.path, of: Self.window, at: moment.instant)
        let headers = Self.headers(taken.remaining, taken.reset, moment, webhook.id)
        guard taken.isWithin else {
            room.end(.throttled)
            return Self.throttled(taken.reset, scope: "user", headers)
        }
        let channel = RateLimit(burst: 30, every: .seconds(2))
        if let wait = room.take([("channel " + webhook.id, channel)], at: moment.instant) {
            room.end(.throttled)
            return Self.throttled(wait, scope: "shared", headers)
        }
        var answer = post(request, to: webhook.id, at: moment.time)
        answer.headers += headers
        return answer
    }

    private func post(_ request: SandboxRequest, to id: String, at now: Timestamp) -> ChatAnswer {
        guard let payload = try? JSON(parsing: request.body), payload.members != nil else {
            return refuse(Self.failure(400, 50_109, "The request body contains invalid JSON."))
        }
        let errors = DiscordForm.errors(in: payload)
        guard errors.isEmpty else {
            return refuse(
                ChatAnswer(
                    status: 400,
                    .json(["message": "Invalid Form Body", "code": 50_035, "errors": DiscordForm.tree(errors)])
                )
            )
        }
        let text = DiscordForm.text(of: payload)
        guard !text.isEmpty else { return refuse(Self.failure(400, 50_006, "Cannot send an empty message")) }
        var message = ChatMessage(at: now, recipient: id, text: text, payload: payload)
        let notified = DiscordForm.notified(by: payload)
        if !notified.isEmpty {
            message.remarks.append(.init(key: "notifies", value: .array(notified.map { .string($0) })))
        }
        let number = room.end(.posted(message))
        guard request.parameters["wait"] == "true" else { return ChatAnswer(status: 204, .nothing) }
        return ChatAnswer(
            .json([
                "id": .string(Self.snowflake(at: now, number)), "type": 0, "webhook_id": .string(id),
                "channel_id": .string(id), "content": payload["content"] ?? "",
                "embeds": payload["embeds"] ?? .array([]), "timestamp": .string(now.description),
                "author": ["id": .string(id), "username": payload["username"] ?? "webhook", "bot": true],
            ])
        )
    }

    private func refuse(_ answer: ChatAnswer) -> ChatAnswer {
        room.end(.refused)
        return answer
    }

    private static func failure(_ status: Int, _ code: Int64, _ message: String) -> ChatAnswer {
        ChatAnswer(status: status, .json(["message": .string(message), "code": .int(code)]))
    }

    /// - Parameter scope: whose limit it is: the webhook's own (`user`), the channel's (`shared`), everybody's (`global`).
    private static func throttled(
        _ wait: Duration,
        scope: String,
        _ headers: [(name: String, value: String)] = []
    ) -> ChatAnswer {
        let isGlobal = scope == "global"
        var headers = headers + [("retry-after", String(wait.retrySeconds)), ("x-ratelimit-scope", scope)]
        if isGlobal { headers.append(("x-ratelimit-global", "true")) }
        return ChatAnswer(
            status: 429,
            .json([
                "message": "You are being rate limited.", "retry_after": .double(seconds(wait)),
                "global": .bool(isGlobal),
            ]),
            headers: headers
        )
    }

    private static func headers(
        _ remaining: Int,
        _ reset: Duration,
        _ moment: ChatMoment,
        _ id: String
    ) -> [(name: String, value: String)] {
        [
            ("x-ratelimit-limit", String(window.limit)), ("x-ratelimit-remaining", String(remaining)),
            ("x-ratelimit-reset", "\(seconds(.milliseconds((moment.time + reset).milliseconds)))"),
            ("x-ratelimit-reset-after", "\(seconds(reset))"),
            ("x-ratelimit-bucket", Array(SHA256.hash(data: Array(id.utf8)).prefix(16)).hex),
        ]
    }

    /// To the millisecond.
    private static func seconds(_ duration: Duration) -> Double { Double(duration.wholeMilliseconds) / 1000 }

    /// An id as Discord makes them: milliseconds since 2015, and a count.
    private static func snowflake(at now: Timestamp, _ number: Int) -> String {
        String(max(0, now.milliseconds - 1_420_070_400_000) << 22 | Int64(number & 0x3f_ffff))
    }
}
