internal import FoundationEssentials
public import Models

/// A header of an endpoint's owner, sent with every request to it.
public struct OwnHeader: Sendable, Hashable, Codable, CustomStringConvertible, CustomReflectable {
    /// As it is sent: `Authorization`.
    public var name: String
    /// As it is sent; may be a secret.
    public var value: String

    /// Takes both as they are; what they may be is checked where an endpoint is registered.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// The name, and nothing of the value.
    public var description: String { "\(name): …" }
    /// Without children: what dumps values sees nothing of it.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What of an endpoint a database must not know: where exactly it is, and what opens its door. Kept sealed.
public struct EndpointSecrets: Sendable, Hashable {
    /// A secret that deliveries are signed with.
    public struct SigningSecret: Sendable, Hashable, Codable {
        /// Shared with the receiver.
        public var secret: WebhookSecret
        /// When it ends; `nil` for the present one.
        public var validUntil: Timestamp?

        /// - Parameter validUntil: `nil` for the present one.
        public init(secret: WebhookSecret, validUntil: Timestamp? = nil) {
            self.secret = secret
            self.validUntil = validUntil
        }

        func isValid(at now: Timestamp) -> Bool { validUntil.map { now < $0 } ?? true }

        enum CodingKeys: String, CodingKey {
            case secret
            case validUntil = "valid_until"
        }
    }

    /// So many secrets sign at once, at most: what is rotated more often loses the oldest.
    public static let mostSecrets = 4

    /// Of webhooks, Slack and Discord.
    public var url: String?
    /// Of webhooks: the present one first, then older ones that end soon.
    public var secrets: [SigningSecret]
    /// The owner's own.
    public var headers: [OwnHeader]
    /// Of Telegram: the bot's token.
    public var token: String?
    /// Of Telegram: the chat's id or `@channel`.
    public var chat: String?
    /// Of e-mail: the addresses.
    public var recipients: [String]

    /// Takes the parts as they are; what they may be is checked where an endpoint is registered.
    public init(
        url: String? = nil,
        secrets: [SigningSecret] = [],
        headers: [OwnHeader] = [],
        token: String? = nil,
        chat: String? = nil,
        recipients: [String] = []
    ) {
        self.url = url
        self.secrets = secrets
        self.headers = headers
        self.token = token
        self.chat = chat
        self.recipients = recipients
    }

    /// The secrets that an attempt at that moment is signed with, the present one first.
    public func signing(at now: Timestamp) -> [WebhookSecret] {
        secrets.lazy.filter { $0.isValid(at: now) }.map(\.secret)
    }

    /// The same with a new secret, with which all is signed from now on.
    /// - Parameters:
    ///   - now: when it is rotated.
    ///   - kept: how long all older ones sign beside it, at most; zero ends them at once.
    /// - Returns: what to keep, and the new secret for the receiver.
    public func rotated(
        at now: Timestamp,
        keepingOldFor kept: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> (EndpointSecrets, WebhookSecret) {
        let new = WebhookSecret.generate(using: &generator)
        let older = secrets.map { old in
            SigningSecret(secret: old.secret, validUntil: min(old.validUntil ?? now + kept, now + kept))
        }
        var copy = self
        copy.secrets = [SigningSecret(secret: new)] + older.filter { $0.isValid(at: now) }.prefix(Self.mostSecrets - 1)
        return (copy, new)
    }
}

extension EndpointSecrets {
    /// Opens what ``sealed(with:for:)`` has made.
    /// - Parameter endpoint: whose secrets they are; those of another endpoint do not open.
    public init(opening sealed: [UInt8], with box: SecretBox, for endpoint: UUIDv7) throws(SecretBoxError) {
        let json = try box.open(sealed, for: endpoint.description)
        do {
            self = try JSONDecoder().decode(EndpointSecrets.self, from: Data(json))
        } catch {
            // Nothing of the error: it may quote what it could not read.
            throw .unreadable
        }
    }

    /// As the database keeps them.
    /// - Parameter endpoint: whose secrets they are.
    public func sealed(with box: SecretBox, for endpoint: UUIDv7) throws(SecretBoxError) -> [UInt8] {
        let json: Data
        do {
            json = try JSONEncoder().encode(self)
        } catch {
            throw .notSealed
        }
        return try box.seal(Array(json), for: endpoint.description)
    }
}

extension EndpointSecrets: Codable {
    private enum CodingKeys: CodingKey {
        case url
        case secrets
        case headers
        case token
        case chat
        case recipients
    }

    /// What is not there is empty.
    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        url = try body.decodeIfPresent(String.self, forKey: .url)
        secrets = try body.decodeIfPresent([SigningSecret].self, forKey: .secrets) ?? []
        headers = try body.decodeIfPresent([OwnHeader].self, forKey: .headers) ?? []
        token = try body.decodeIfPresent(String.self, forKey: .token)
        chat = try body.decodeIfPresent(String.self, forKey: .chat)
        recipients = try body.decodeIfPresent([String].self, forKey: .recipients) ?? []
    }

    /// With the secrets themselves: only for what is sealed afterwards. Leaves out what is empty.
    public func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        try body.encodeIfPresent(url, forKey: .url)
        if !secrets.isEmpty { try body.encode(secrets, forKey: .secrets) }
        if !headers.isEmpty { try body.encode(headers, forKey: .headers) }
        try body.encodeIfPresent(token, forKey: .token)
        try body.encodeIfPresent(chat, forKey: .chat)
        if !recipients.isEmpty { try body.encode(recipients, forKey: .recipients) }
    }
}

extension EndpointSecrets: CustomStringConvertible, CustomReflectable {
    /// What there is, and nothing of it.
    public var description: String {
        "secrets: \(secrets.count), headers: \(headers.count), recipients: \(recipients.count)"
    }
    /// Without children: what dumps values sees nothing of it.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
