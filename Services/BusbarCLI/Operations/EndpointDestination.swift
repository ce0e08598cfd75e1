internal import Models
internal import Webhooks

/// Where an endpoint's messages go, with what is secret about it.
enum EndpointDestination: Sendable {
    /// A signed request.
    /// - `secret`: signs; of a new endpoint a fresh one.
    /// - `headers`: its own, sent along with each request.
    /// - `isShown`: whether people may see the path: not, where it was given as a secret.
    case webhook(TargetURL, secret: WebhookSecret, headers: [OwnHeader], isShown: Bool)
    /// An incoming webhook of Slack, or of what speaks like it.
    case slack(TargetURL)
    /// A webhook of a Discord channel.
    case discord(TargetURL)
    /// A chat that a bot writes into.
    case telegram(chat: String, token: String)
    /// Mailboxes, each of which sees the others.
    case email([String])

    var channel: NotificationChannel {
        switch self {
        case .webhook: .webhook
        case .slack: .slack
        case .discord: .discord
        case .telegram: .telegram
        case .email: .email
        }
    }

    /// What people may see of it. The addresses of chats are secrets: whoever has one can write there.
    var target: String {
        switch self {
        case .webhook(let url, _, _, isShown: true): url.shown
        case .webhook(let url, _, _, isShown: false), .slack(let url), .discord(let url): Self.hidden(url)
        case .telegram(let chat, _): "chat \(chat)"
        case .email(let recipients): recipients.joined(separator: ", ")
        }
    }

    /// The host of a URL whose path is secret.
    static func hidden(_ url: TargetURL) -> String { url.origin + "/…" }

    /// All of it, to be sealed.
    var secrets: EndpointSecrets {
        switch self {
        case .webhook(let url, let secret, let headers, _):
            EndpointSecrets(url: url.text, secrets: [.init(secret: secret)], headers: headers)
        case .slack(let url), .discord(let url): EndpointSecrets(url: url.text)
        case .telegram(let chat, let token): EndpointSecrets(token: token, chat: chat)
        case .email(let recipients): EndpointSecrets(recipients: recipients)
        }
    }

    /// What is unusual about it, though it may be meant.
    var remark: String? {
        switch self {
        case .webhook(let url, _, _, isShown: true) where url.path.contains("?"):
            "if its query holds a secret: others can read arguments, and --webhook - takes it from a file"
        case .slack(let url) where url.host.description != "hooks.slack.com":
            "\(url.host) is not Slack's own host, hooks.slack.com"
        case .discord(let url) where !["discord.com", "discordapp.com"].contains(url.host.description):
            "\(url.host) is not Discord's own host, discord.com"
        default: nil
        }
    }

    // MARK: What holds unless people say otherwise

    /// Requests a minute: what each service takes (Slack and Telegram one a second, a Telegram group 20 a minute, Discord
    /// 30 a minute), and for a receiver of one's own more than the house usually has to tell.
    var ratePerMinute: Int {
        switch self {
        case .webhook: 6000
        case .slack, .email: 60
        case .discord: 30
        case .telegram(let chat, _): chat.hasPrefix("-") || chat.hasPrefix("@") ? 20 : 60
        }
    }

    /// Requests at a time: chats keep the order of what they are told one after the other.
    var inFlight: Int {
        switch self {
        case .webhook: 8
        case .slack, .discord, .telegram: 1
        case .email: 2
        }
    }
}
