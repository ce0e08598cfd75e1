internal import HTTPTypes

/// Slack's incoming webhooks under `/slack/services/T…/B…/…`: POST of JSON, or of a form with the field `payload`; answers
/// are words in plain text.
///
/// Any address of the right form is a webhook. One message a second with bursts, as documented; how long a burst may be is
/// not, and taken to be five.
struct SlackSandbox: ChatSandbox {
    let name = "slack"
    let room = ChatRoom()

    let refusals: [String: ChatRefusal] = [
        "rate_limited": rateLimited,
        "no_service": { _ in refusal(404, "no_service") },
        "no_team": { _ in refusal(404, "no_team") },
        "invalid_token": { _ in refusal(403, "invalid_token") },
        "action_prohibited": { _ in refusal(403, "action_prohibited") },
        "channel_not_found": { _ in refusal(404, "channel_not_found") },
        "channel_is_archived": { _ in refusal(410, "channel_is_archived") },
        "rollup_error": { _ in refusal(500, "rollup_error") },
    ]

    /// What is longer is cut off, without a word.
    private static let longestText = 40_000

    /// `T…/B…`: the last part is the secret.
    func recipient(of request: SandboxRequest) -> String? {
        guard let parts = Self.parts(of: request.path) else { return nil }
        return "\(parts[0])/\(parts[1])"
    }

    private static func parts(of path: String) -> [Substring]? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard parts.count == 4, parts.first == "services" else { return nil }
        func isID(_ text: Substring, _ letter: Character) -> Bool {
            text.first == letter && (2...20).contains(text.utf8.count)
                && text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
        }
        let ids = Array(parts.dropFirst())
        guard isID(ids[0], "T"), isID(ids[1], "B"), (8...64).contains(ids[2].utf8.count),
            ids[2].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
        else { return nil }
        return ids
    }

    func answer(_ request: SandboxRequest, at moment: ChatMoment) -> ChatAnswer {
        guard let recipient = recipient(of: request) else { return refuse(404, "no_service") }
        guard request.method == .post else { return refuse(405, "method_not_allowed") }
        let limit = RateLimit(burst: 5, every: .seconds(1))
        if let wait = room.take([(request.path, limit)], at: moment.instant) {
            room.end(.throttled)
            return Self.rateLimited(wait.retrySeconds)
        }
        guard let payload = Self.payload(of: request), payload.members != nil else {
            return refuse(400, "invalid_payload")
        }
        let text: SlackText
        do throws(SlackRefusal) {
            text = try SlackText(payload)
        } catch {
            return refuse(400, error.word)
        }
        let isCut = text.top.unicodeScalars.count > Self.longestText
        let shown =
            isCut ? String(String.UnicodeScalarView(text.top.unicodeScalars.prefix(Self.longestText))) : text.top
        var message = ChatMessage(
            at: moment.time,
            recipient: recipient,
            text: ([shown] + text.inBlocks).filter { !$0.isEmpty }.joined(separator: "\n"),
            payload: payload
        )
        if isCut { message.remarks.append(.init(key: "cut", value: .bool(true))) }
        room.end(.posted(message))
        return ChatAnswer(.text("ok"))
    }

    private func refuse(_ status: Int, _ word: String) -> ChatAnswer {
        room.end(.refused)
        return Self.refusal(status, word)
    }

    private static func refusal(_ status: Int, _ word: String) -> ChatAnswer {
        ChatAnswer(status: status, .text(word))
    }

    @Sendable private static func rateLimited(_ seconds: Int) -> ChatAnswer {
        ChatAnswer(status: 429, .text("rate_limited"), headers: [("retry-after", String(seconds))])
    }

    private static func payload(of request: SandboxRequest) -> JSON? {
        guard request.header("content-type")?.hasPrefix("application/x-www-form-urlencoded") == true else {
            return try? JSON(parsing: request.body)
        }
        return FormFields.read(request.body)["payload"].flatMap { try? JSON(parsing: Array($0.utf8)) }
    }
}
