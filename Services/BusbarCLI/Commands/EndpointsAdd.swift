internal import ArgumentParser
internal import LocalStack
internal import Models
internal import Webhooks

/// `busbar endpoints add`
struct EndpointsAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Register an endpoint; of a webhook, shows its signing secret this once.",
        discussion: """
            The addresses of Slack and Discord webhooks and a bot's token are secrets: they are read from a file, asked for, \
            or taken from standard input. They are kept sealed with the key in BUSBAR_NOTIFIER_SECRETS_KEY.

            Without --events a partner's webhook hears withdrawal.*, allocation.*, batch.* and alert.*; chats and mail of \
            operations hear alert.#, supplier.* and withdrawal.failed; those of a partner what needs a person; a webhook of \
            operations everything.

            Examples:
              busbar endpoints add p42-main --webhook https://hooks.exchange42.com/busbar --partner p42
              busbar endpoints add ops --slack --url-file /run/secrets/slack --severity warning --quiet 22:00-07:00
              busbar endpoints add night --telegram=-1001234567890 --token-file /run/secrets/bot --severity critical
              busbar endpoints add desk --email ops@example.com,desk@example.com --digest 1h --language en
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "1 to 64 of a-z, 0-9, _ and -.", transform: EndpointParsing.name) var name: String

    @Option(help: ArgumentHelp("Signed requests to this URL; - where it is itself a secret.", valueName: "URL"))
    var webhook: String?
    @Flag(help: "A Slack incoming webhook.") var slack = false
    @Flag(help: "A webhook of a Discord channel.") var discord = false
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("A Telegram chat, by number or @channel, that a bot writes into.", valueName: "chat"),
        transform: EndpointParsing.chat
    )
    var telegram: String?
    @Option(help: ArgumentHelp("Mailboxes, separated by commas.", valueName: "A,B")) var email: String?

    @Option(help: "File whose first line is the URL.", completion: .file()) var urlFile: String?
    @Option(help: "File whose first line is the bot's token.", completion: .file()) var tokenFile: String?
    @Option(help: "File whose first line is the signing secret to use, whsec_…; without, a new one is made.")
    var secretFile: String?
    @Option(help: "File of own headers, a line Name: value each: Authorization and X-….", completion: .file())
    var headerFile: String?

    @Option(help: "Whose endpoint it is; without, operations'.", transform: Parsing.partner) var partner: PartnerID?
    @OptionGroup(title: "What it hears") var rule: RuleOptions
    @Option(help: "What people are told in: ko, the default, or en.", transform: EndpointParsing.language) var language:
        Language =
            .ko
    @Option(help: "Requests a minute at most; by default what its kind takes, 6000 for webhooks.") var rate: Int?
    @Option(help: "Requests at a time at most, 1 to 64; by default 8 for webhooks.") var inFlight: Int?
    @Flag(help: "Write JSON.") var json = false

    private var channel: NotificationChannel? {
        let given: [NotificationChannel?] = [
            webhook == nil ? nil : .webhook, slack ? .slack : nil, discord ? .discord : nil,
            telegram == nil ? nil : .telegram, email == nil ? nil : .email,
        ]
        let named = given.compactMap { $0 }
        return named.count == 1 ? named[0] : nil
    }

    func validate() throws {
        guard let channel else {
            throw ValidationError(
                "say where to: one of --webhook URL, --slack, --discord, --telegram CHAT, --email A,B"
            )
        }
        if urlFile != nil, channel != .slack, channel != .discord, webhook != "-" {
            throw ValidationError("--url-file is for --slack, --discord and --webhook -")
        }
        if tokenFile != nil, channel != .telegram { throw ValidationError("--token-file is for --telegram") }
        if headerFile != nil || secretFile != nil, channel != .webhook {
            throw ValidationError("--header-file and --secret-file are for --webhook")
        }
        if let rate, !(1...600_000).contains(rate) { throw ValidationError("--rate takes 1 to 600000") }
        if let inFlight, !(1...64).contains(inFlight) { throw ValidationError("--in-flight takes 1 to 64") }
        _ = try rule.rule(for: channel, of: partner)
        if let email { _ = try EndpointParsing.recipients(email) }
    }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let settings = try NotifierSettings(operations.variables)
        let box = try settings.box()
        let destination = try destination(settings.policy)
        let endpoint = EndpointStore.NewEndpoint(
            name: name,
            partner: partner,
            destination: destination,
            language: language,
            rules: [try rule.rule(for: destination.channel, of: partner)],
            ratePerMinute: rate,
            inFlight: inFlight
        )
        let id = try await operations.withEndpoints { store, _ in
            try await store.add(endpoint, sealingWith: box)
        }
        tell(endpoint, id)
    }

    /// Where it goes: what is secret is read here.
    func destination(_ policy: AddressPolicy) throws -> EndpointDestination {
        func url() throws -> TargetURL {
            try EndpointParsing.url(SecretPrompt.line(file: urlFile, of: "address"), policy: policy)
        }
        if let webhook {
            let target = webhook == "-" ? try url() : try EndpointParsing.url(webhook, policy: policy)
            return .webhook(target, secret: try secret(), headers: try headers(), isShown: webhook != "-")
        }
        if slack { return .slack(try url()) }
        if discord { return .discord(try url()) }
        if let telegram {
            let token = try EndpointParsing.token(SecretPrompt.line(file: tokenFile, of: "token"))
            return .telegram(chat: telegram, token: token)
        }
        return .email(try EndpointParsing.recipients(email ?? ""))
    }

    private func secret() throws -> WebhookSecret {
        guard let secretFile else { return WebhookSecret.generate() }
        do {
            return try WebhookSecret(SecretPrompt.text(file: secretFile, of: "secret"))
        } catch let error as WebhookSecretError {
            throw OperationError("\(secretFile): \(error)")
        }
    }

    private func headers() throws -> [OwnHeader] {
        guard let headerFile else { return [] }
        guard let text = LocalFile.read(headerFile) else {
            throw OperationError("the header file \(headerFile) cannot be read", hint: "make it with mode 0600")
        }
        return try EndpointParsing.headers(text, file: headerFile)
    }

    private struct Added: Codable {
        var id: UUIDv7
        var name: String
        var channel: NotificationChannel
        var target: String
        /// Of webhooks.
        var secret: String?
    }

    private func tell(_ endpoint: EndpointStore.NewEndpoint, _ id: UUIDv7) {
        let console = Console()
        let destination = endpoint.destination
        var secret: String?
        if case .webhook(_, let signing, _, _) = destination { secret = signing.text }
        if json {
            let added = Added(
                id: id,
                name: name,
                channel: destination.channel,
                target: destination.target,
                secret: secret
            )
            return console.line(JSONOutput.line(added))
        }
        let owner = partner.map { "partner \($0)" } ?? "operations"
        console.good("endpoint \(name): \(destination.channel.rawValue) of \(owner), \(destination.target)")
        console.line("  hears \(endpoint.rules.map(EndpointRules.text).joined(separator: "; "))")
        if let remark = destination.remark { console.warning(remark) }
        RuleOptions.warn(of: endpoint.rules, on: console)
        if let secret {
            console.line("  its signing secret, shown this once: \(console.styled(secret, .strong))")
        }
        console.line("  busbar endpoints test \(name) tries it")
    }
}
