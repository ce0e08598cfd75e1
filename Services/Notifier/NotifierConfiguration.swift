internal import Courier
internal import Models
internal import ServiceKit
internal import Webhooks

/// The notifier's own configuration, besides the house's.
struct NotifierConfiguration: Sendable {
    static let secretsKey = ConfigurationKey.secret(
        "notifier.secrets_key",
        "Seals addresses and secrets of endpoints: 32 bytes in base64; several, separated by commas, while it is changed."
    )
    static let allowedNetworks = ConfigurationKey.optional(
        "notifier.allowed_networks",
        .list,
        "Private networks that endpoints may be in, as `10.1.0.0/16`; by default none."
    )
    static let timeout = ConfigurationKey.optional(
        "notifier.timeout",
        .duration,
        default: "15s",
        "The longest a receiver may take for its whole answer."
    )
    static let concurrency = ConfigurationKey.optional(
        "notifier.concurrency",
        .integer(1...4096),
        default: "512",
        "Requests under way at once, at most, in one replica."
    )
    static let caFile = ConfigurationKey.optional(
        "notifier.ca_file",
        .file,
        "Certificates (PEM) that receivers' are checked against, instead of the system's."
    )
    static let telegramURL = ConfigurationKey.optional(
        "notifier.telegram_url",
        .url,
        default: "https://api.telegram.org",
        "Base address of Telegram's bot API."
    )
    static let templateFolder = ConfigurationKey.optional(
        "notifier.template_folder",
        .file,
        "A folder of texts that replace the built-in ones."
    )
    static let smtpURL = ConfigurationKey.optional(
        "notifier.smtp_url",
        .text,
        "The mail relay: `smtp://host:587` (STARTTLS) or `smtps://host:465`; without it no mail is sent."
    )
    static let smtpUser = ConfigurationKey.optional("notifier.smtp_user", .text, "User of the mail relay.")
    static let smtpPassword = ConfigurationKey.secret("notifier.smtp_password", "Password of the mail relay's user.")
    static let smtpFrom = ConfigurationKey.optional(
        "notifier.smtp_from",
        .text,
        "Sender of mails: `Busbar <busbar@example.com>`."
    )
    static let smtpPlain = ConfigurationKey.optional(
        "notifier.smtp_plain",
        .flag,
        default: "false",
        "Whether the relay may be spoken to without TLS; for a relay on this machine alone."
    )
    static let retention = ConfigurationKey.optional(
        "notifier.retention",
        .duration,
        default: "35d",
        "How long events, outcomes and attempts are kept; older ones cannot be replayed."
    )
    static let utcOffset = ConfigurationKey.optional(
        "notifier.utc_offset_minutes",
        .integer(-720...840),
        default: "540",
        "In which time people read times; 540 is Seoul's."
    )

    static let keys = [
        secretsKey, allowedNetworks, timeout, concurrency, caFile, telegramURL, templateFolder, smtpURL, smtpUser,
        smtpPassword, smtpFrom, smtpPlain, retention, utcOffset,
    ]

    let box: SecretBox
    let policy: AddressPolicy
    let timeout: Duration
    let concurrency: Int
    let certificateAuthorityFile: String?
    let telegram: String
    let templateFolder: String?
    let relay: SMTPRelay?
    let retention: Duration
    /// In minutes, east of Greenwich.
    let utcOffset: Int

    /// - Throws: for a key that is none, a network that is none, a relay that is only half there.
    init(_ configuration: ServiceConfiguration) throws(ConfigurationError) {
        var problems: [ConfigurationError.Problem] = []
        func read<Value>(_ key: ConfigurationKey, _ body: () throws -> Value) -> Value? {
            do {
                return try body()
            } catch {
                let value = key.isSecret ? "…" : configuration.optionalText(key) ?? ""
                problems.append(.invalid(key: key, value: value, reason: "\(error)"))
                return nil
            }
        }
        let box = read(Self.secretsKey) { try SecretBox(keys: configuration.optionalText(Self.secretsKey) ?? "") }
        let policy = read(Self.allowedNetworks) {
            AddressPolicy(allowed: try CIDR.list(configuration.optionalText(Self.allowedNetworks) ?? ""))
        }
        relay = read(Self.smtpURL) { try Self.relay(configuration) } ?? nil
        timeout = configuration.duration(Self.timeout)
        concurrency = configuration.integer(Self.concurrency)
        certificateAuthorityFile = configuration.optionalText(Self.caFile)
        telegram = configuration.text(Self.telegramURL)
        templateFolder = configuration.optionalText(Self.templateFolder)
        retention = configuration.duration(Self.retention)
        utcOffset = configuration.integer(Self.utcOffset)
        if !(.seconds(1) ... .seconds(60)).contains(timeout) {
            let reason = "expected 1s to 60s"
            problems.append(.invalid(key: Self.timeout, value: configuration.text(Self.timeout), reason: reason))
        }
        // A delivery's tries last a day and a half.
        if retention < .seconds(3 * 86_400) {
            let reason = "expected 3d or more"
            problems.append(.invalid(key: Self.retention, value: configuration.text(Self.retention), reason: reason))
        }
        guard let box, let policy, problems.isEmpty else { throw ConfigurationError(problems: problems) }
        self.box = box
        self.policy = policy
    }

    private static func relay(_ configuration: ServiceConfiguration) throws -> SMTPRelay? {
        guard let url = configuration.optionalText(smtpURL) else { return nil }
        guard let sender = configuration.optionalText(smtpFrom) else {
            throw EndpointProblem("BUSBAR_NOTIFIER_SMTP_FROM must say whom mail is from")
        }
        return try SMTPRelay(
            url: url,
            user: configuration.optionalText(smtpUser),
            password: configuration.optionalText(smtpPassword),
            sender: try MailAddress(sender),
            allowsPlaintext: configuration.flag(smtpPlain)
        )
    }

    /// Where a bot's messages are sent.
    func telegramURL(token: String) -> String {
        (telegram.hasSuffix("/") ? String(telegram.dropLast()) : telegram) + "/bot\(token)/sendMessage"
    }
}
