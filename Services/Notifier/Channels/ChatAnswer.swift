internal import FoundationEssentials
internal import Models

/// What a chat's answer says, which each of them says in its own way.
enum ChatAnswer {
    /// How long to wait before the next request, where the answer says so; at most a day.
    ///
    /// Telegram says it in its body, Discord there and in headers, Slack in `Retry-After`.
    /// - Parameter headers: By their names in lower case.
    static func retryAfter(
        channel: NotificationChannel,
        status: Int,
        headers: [String: String],
        body: [UInt8]
    ) -> Duration? {
        guard status == 429 || status >= 500 else { return nil }
        let fields = channel == .slack ? .null : fields(body)
        let inBody =
            switch channel {
            case .telegram: fields["parameters"]?["retry_after"]
            case .discord: fields["retry_after"]
            case .slack, .webhook, .email: TemplateValue?.none
            }
        let inHeader = headers["retry-after"] ?? (channel == .discord ? headers["x-ratelimit-reset-after"] : nil)
        return [inBody?.shown, inHeader].compactMap { $0.flatMap(seconds) }.first
    }

    /// Whether the message has arrived. Telegram could say `"ok": false` with any status.
    static func isAccepted(channel: NotificationChannel, status: Int, body: [UInt8]) -> Bool {
        guard (200..<300).contains(status) else { return false }
        return channel != .telegram || fields(body)["ok"] != .flag(false)
    }

    /// What it says was wrong, in its own words; `nil` when it says nothing.
    static func reason(channel: NotificationChannel, body: [UInt8]) -> String? {
        let text =
            switch channel {
            case .telegram: fields(body)["description"]?.shown
            case .discord: fields(body)["message"]?.shown
            case .slack, .webhook, .email: String(decoding: body.prefix(200), as: UTF8.self)
            }
        let line = text?.withoutControls.split(whereSeparator: \.isNewline).joined(separator: " ") ?? ""
        return line.isEmpty ? nil : String(line.prefix(200))
    }

    private static func fields(_ body: [UInt8]) -> TemplateValue {
        // An answer that is no JSON says nothing: a proxy's page, for one.
        (try? JSONDecoder().decode(TemplateValue.self, from: Data(body))) ?? .null
    }

    /// Decimal seconds, rounded up to milliseconds, so that nobody comes back too early.
    private static func seconds(_ text: String) -> Duration? {
        guard let seconds = Double(text.trimmingBlanks), seconds.isFinite, seconds >= 0 else { return nil }
        return .milliseconds(Int64((min(seconds, 86_400) * 1000).rounded(.up)))
    }
}
