internal import Glibc
public import Models

/// A secp256k1 private key. Signs digests; its bytes are overwritten when the last reference goes, and no text of it
/// exists.
public final class PrivateKey: Sendable {
    /// The address of the key.
    public let address: TronAddress
    private let secret: SecretBytes

    /// Takes over 32 bytes of secret.
    /// - Returns: `nil` when they are not a key of the curve.
    public convenience init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.init(secret: SecretBytes(copying: bytes))
    }

    init?(secret: SecretBytes) {
        guard secret.withBytes(Secp256k1.isSecretKey),
            let point = secret.withBytes(Secp256k1.publicKey), let address = TronAddress(publicKey: point)
        else { return nil }
        self.secret = secret
        self.address = address
    }

    /// A new key.
    /// - Parameter generator: where its 32 bytes come from; anything but the system's generator is for tests.
    public static func random(using generator: inout some RandomNumberGenerator) -> PrivateKey {
        while true {
            let secret = SecretBytes(count: 32) { buffer in
                for index in buffer.indices { buffer[index] = UInt8.random(in: .min ... .max, using: &generator) }
            }
            if let key = PrivateKey(secret: secret) { return key }
        }
    }

    /// A new key from the system's randomness.
    public static func random() -> PrivateKey {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    /// Signs a 32-byte digest: 65 bytes `r‖s‖v`, deterministic (RFC 6979), low s, v 0 or 1.
    public func sign(_ digest: TransactionID) -> [UInt8] {
        guard let signature = secret.withBytes({ Secp256k1.sign(digest: digest.bytes, secret: $0) }) else {
            preconditionFailure("a checked key and a 32-byte digest always give a signature")
        }
        return signature
    }

    /// Hands the 32 secret bytes to `body`, which must not keep them.
    func withSecret<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try secret.withBytes(body)
    }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Names the address only.
    public var description: String { "private key of \(address)" }
    /// Names the address only, so that a debugger or `dump` shows no secret.
    public var debugDescription: String { description }
    /// Shows the address only: reflection reaches no secret.
    public var customMirror: Mirror { Mirror(self, children: [("address", address)]) }
}

/// Bytes of its own that are overwritten before they are freed.
///
/// Sendable because they are written in the initialiser alone and only read afterwards.
final class SecretBytes: @unchecked Sendable {
    private let storage: UnsafeMutableRawBufferPointer

    init(count: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
        storage = .allocate(byteCount: count, alignment: 1)
        fill(storage)
    }

    convenience init(copying bytes: some Collection<UInt8>) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    deinit {
        if let base = storage.baseAddress { explicit_bzero(base, storage.count) }
        storage.deallocate()
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(storage))
    }
}
