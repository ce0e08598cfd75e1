internal import Crypto
internal import FoundationEssentials

/// Encrypts what a database must not know, with AES-256-GCM. Each sealed text is bound to what it belongs to, so that it
/// cannot be moved to another row.
///
/// Layout: version 1 (one byte), id of the key (four bytes), nonce (twelve), ciphertext, tag (sixteen). The first five bytes
/// are authenticated together with the context.
public struct SecretBox: Sendable {
    private struct Key: Sendable {
        let id: [UInt8]
        let key: SymmetricKey

        init(_ bytes: [UInt8]) {
            key = SymmetricKey(data: bytes)
            id = Array(HMAC<SHA256>.authenticationCode(for: Array("busbar secret box".utf8), using: key).prefix(4))
        }
    }

    private static let version: UInt8 = 1
    private let first: Key
    private let keys: [Key]

    /// - Parameter keys: base64 of 32 bytes each, with commas between: the first seals, all of them open. Blanks around them
    ///   are ignored.
    public init(keys: String) throws(SecretBoxError) {
        let texts = keys.split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.withoutBlanksAround }
        guard texts != [""] else { throw .noKey }
        var read: [Key] = []
        for (index, text) in texts.enumerated() {
            guard let bytes = Base64.bytes(text) else { throw .badKey(number: index + 1, of: texts.count, bytes: nil) }
            guard bytes.count == 32 else { throw .badKey(number: index + 1, of: texts.count, bytes: bytes.count) }
            read.append(Key(bytes))
        }
        guard let first = read.first else { throw .noKey }
        self.first = first
        self.keys = read
    }

    /// A new key from the system's randomness: base64 of 32 bytes.
    public static func generateKey() -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64.text((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    /// Encrypts with the first key; every call gives another result.
    /// - Parameter context: what it belongs to; opening needs the same.
    public func seal(_ bytes: [UInt8], for context: String) throws(SecretBoxError) -> [UInt8] {
        let head = [Self.version] + first.id
        do {
            let box = try AES.GCM.seal(bytes, using: first.key, authenticating: head + Array(context.utf8))
            return head + Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
        } catch {
            throw .notSealed
        }
    }

    /// Decrypts with whichever key it was sealed with.
    public func open(_ sealed: [UInt8], for context: String) throws(SecretBoxError) -> [UInt8] {
        guard sealed.count >= 1 + 4 + 12 + 16 else { throw .tooShort(sealed.count) }
        guard sealed[0] == Self.version else { throw .unknownVersion(sealed[0]) }
        let candidates = keys.filter { $0.id.elementsEqual(sealed[1..<5]) }
        guard !candidates.isEmpty else { throw .unknownKey }
        let authenticated = Array(sealed[..<5]) + Array(context.utf8)
        for candidate in candidates {
            if let box = try? AES.GCM.SealedBox(combined: sealed[5...]),
                let plain = try? AES.GCM.open(box, using: candidate.key, authenticating: authenticated)
            {
                return Array(plain)
            }
        }
        throw .notAuthentic
    }
}

extension SecretBox: CustomStringConvertible, CustomReflectable {
    /// How many keys it has, and nothing of them.
    public var description: String { "SecretBox of \(keys.count) key\(keys.count == 1 ? "" : "s")" }
    /// Without children: what dumps values sees nothing of the keys.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why something cannot be sealed or opened. Says nothing of keys or contents.
public enum SecretBoxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no key.
    case noKey
    /// One of the keys is not base64 (`bytes` is `nil`) or not of 32 bytes.
    case badKey(number: Int, of: Int, bytes: Int?)
    /// The cipher refused; no contents are known that bring this about.
    case notSealed
    /// What is to be opened has so few bytes that it cannot have been sealed.
    case tooShort(Int)
    /// It was sealed by a later version of this program, or never.
    case unknownVersion(UInt8)
    /// The key it was sealed with is not among those at hand.
    case unknownKey
    /// It was changed, or belongs to something else.
    case notAuthentic
    /// It was opened, and is not what was expected to be in it.
    case unreadable

    /// What was wrong.
    public var description: String {
        switch self {
        case .noKey: "there is no key; one is base64 of 32 bytes"
        case .badKey(let number, let count, nil): "key \(number) of \(count) is not standard base64 with padding"
        case .badKey(let number, let count, let bytes?):
            "key \(number) of \(count) has \(bytes) bytes after decoding, it needs 32"
        case .notSealed: "it cannot be encrypted"
        case .tooShort(let count): "\(count) bytes are too few for something sealed"
        case .unknownVersion(let version): "it is sealed by version \(version), this program knows version 1"
        case .unknownKey: "it was sealed with a key that is not among those given"
        case .notAuthentic: "it was changed after it was sealed, or belongs to something else"
        case .unreadable: "it was opened, but its contents cannot be read"
        }
    }
}
