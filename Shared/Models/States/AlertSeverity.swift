/// How urgent an alert is, from the least.
public enum AlertSeverity: String, Codable, Sendable, CaseIterable, Comparable {
    /// Worth knowing.
    case info
    /// Somebody should look at it today.
    case warning
    /// Somebody has to act now.
    case critical

    /// By urgency.
    public static func < (left: AlertSeverity, right: AlertSeverity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .info: 0
        case .warning: 1
        case .critical: 2
        }
    }
}

/// By which way a notification travels.
public enum NotificationChannel: String, Codable, Sendable, CaseIterable {
    /// A signed HTTP request (Standard Webhooks).
    case webhook
    /// A Slack incoming webhook.
    case slack
    /// A Discord webhook.
    case discord
    /// A message of a Telegram bot.
    case telegram
    /// A mail by SMTP.
    case email

    /// Whether people read it: then it has a text, a language, quiet hours and digests.
    public var isForPeople: Bool { self != .webhook }
}
