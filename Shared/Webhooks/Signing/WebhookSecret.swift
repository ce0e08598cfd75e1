/// What an endpoint's webhooks are signed with (Standard Webhooks 1.0.0): 24 to 64 bytes that its receiver knows too.
///
/// Printing one shows nothing of it; ``text`` does, for the one time that a person is to see it.
public struct WebhookSecret: Sendable, Hashable {
    let bytes: [UInt8]

    /// What every text form begins with.
    public static let prefix = "whsec_"

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads `whsec_` and standard base64 with padding; the prefix may be left out, blanks around are ignored.
    public init(_ text: String) throws(WebhookSecretError) {
        var encoded = Substring(text).withoutBlanksAround
        guard !encoded.isEmpty else { throw .empty }
        if encoded.hasPrefix("v1,") || encoded.hasPrefix("v1a,") { throw .hasVersion }
        if encoded.hasPrefix("whsk_") || encoded.hasPrefix("whpk_") { throw .isAsymmetric }
        if encoded.hasPrefix(Self.prefix) { encoded.removeFirst(Self.prefix.count) }
        guard let bytes = Base64.bytes(encoded) else { throw .notBase64 }
        guard (24...64).contains(bytes.count) else { throw .wrongLength(bytes.count) }
        self.bytes = bytes
    }

    /// A new one of 32 bytes.
    /// - Parameter generator: seeded in tests; for all else ``generate()``.
    public static func generate(using generator: inout some RandomNumberGenerator) -> WebhookSecret {
        WebhookSecret(bytes: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    /// A new one of 32 bytes, from the system's randomness.
    public static func generate() -> WebhookSecret {
        var generator = SystemRandomNumberGenerator()
        return generate(using: &generator)
    }

    /// The secret itself: `whsec_` and base64.
    public var text: String { Self.prefix + Base64.text(bytes) }
}

extension WebhookSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `whsec_…`, whatever the secret.
    public var description: String { "whsec_…" }
    /// `whsec_…`, whatever the secret.
    public var debugDescription: String { description }
    /// Without children: what dumps values sees nothing of it.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension WebhookSecret: Codable {
    /// From its text; `DecodingError` says what was wrong with it, and nothing of the text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
        }
    }

    /// As its text, the secret itself: only for what is sealed afterwards.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Why a text is no secret for webhooks. Says nothing of the text itself.
public enum WebhookSecretError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is nothing but blanks.
    case empty
    /// It begins with `v1,` as signatures do.
    case hasVersion
    /// It is a key for ed25519, which is another scheme.
    case isAsymmetric
    /// Not standard base64 with padding.
    case notBase64
    /// Of so many bytes.
    case wrongLength(Int)

    /// What was wrong, and what to do.
    public var description: String {
        switch self {
        case .empty: "the secret is empty; it reads whsec_ and base64"
        case .hasVersion: "a secret has no version before it: leave out `v1,` and begin with whsec_"
        case .isAsymmetric:
            "this is a key for ed25519 (whsk_, whpk_); Busbar signs with a shared secret, whsec_ and base64"
        case .notBase64: "after whsec_ there must be standard base64 with padding (A-Z a-z 0-9 + / =)"
        case .wrongLength(let count): "a secret has 24 to 64 bytes, this one has \(count)"
        }
    }
}
