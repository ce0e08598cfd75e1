/// Keeps secrets out of log lines: by the name of a field, by the shape of a URL, and by the value itself.
///
/// The third net is the strong one: values of secret configuration keys are known at start, and no line shows them
/// whatever the sentence they were put into.
public struct Redaction: Sendable {
    /// What stands where a secret was.
    public static let mark = "[redacted]"

    private static let names = [
        "password", "passphrase", "secret", "token", "api_key", "apikey", "private_key", "authorization", "cookie",
        "mnemonic", "signature_key",
    ]

    private let secrets: [String]

    /// - Parameter secrets: values that must never be shown. Shorter ones than 6 characters are left out, as they would
    ///   blank ordinary words.
    public init(secrets: some Sequence<String> = []) {
        self.secrets = Set(secrets).filter { $0.utf8.count >= 6 }.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    /// Whether a field of this name holds a secret. `api_token` does; `tokens` (how many) does not.
    public func hides(field: String) -> Bool {
        let name = field.lowercased()
        return Self.names.contains { hidden in
            name == hidden || name.hasSuffix("_" + hidden) || name.hasSuffix("." + hidden)
                || name.hasSuffix("-" + hidden)
        }
    }

    /// The text without secret values and without passwords of URLs.
    public func clean(_ text: String) -> String {
        var text = withoutURLPassword(text)
        for secret in secrets { text = text.replacing(secret, with: Self.mark) }
        return text
    }

    /// `amqp://user:password@host` becomes `amqp://user:[redacted]@host`.
    private func withoutURLPassword(_ text: String) -> String {
        var rest = Array(text.utf8)[...]
        let scheme = Array("://".utf8)
        guard rest.contains(UInt8(ascii: "@")) else { return text }
        var result: [UInt8] = []
        while let start = rest.firstIndex(of: scheme[0]) {
            let after = start + scheme.count
            guard after <= rest.endIndex, rest[start..<after].elementsEqual(scheme) else {
                result += rest[...start]
                rest = rest[(start + 1)...]
                continue
            }
            result += rest[..<after]
            rest = rest[after...]
            let end = rest.firstIndex { " /?#\"'<>,;\n".utf8.contains($0) } ?? rest.endIndex
            if let at = rest[..<end].lastIndex(of: UInt8(ascii: "@")),
                let colon = rest[..<at].firstIndex(of: UInt8(ascii: ":"))
            {
                result += rest[...colon] + Array(Self.mark.utf8)
                rest = rest[at...]
            }
        }
        return String(decoding: result + rest, as: UTF8.self)
    }
}
