internal import CSecp256k1
internal import Crypto
internal import Glibc

/// libsecp256k1 behind the three operations needed. Nothing else imports the C library.
enum Secp256k1 {
    /// A context that is made and blinded once and never changed or freed afterwards.
    ///
    /// Sendable because libsecp256k1 documents contexts as thread-safe for all functions that take them as `const`,
    /// which is all that is called after the initialiser.
    private struct Context: @unchecked Sendable {
        let pointer: OpaquePointer

        init() {
            let flags = UInt32(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY)
            guard let pointer = secp256k1_context_create(flags) else { preconditionFailure("out of memory") }
            var generator = SystemRandomNumberGenerator()
            var seed = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            guard secp256k1_context_randomize(pointer, &seed) == 1 else { preconditionFailure("cannot blind") }
            self.pointer = pointer
        }
    }

    private static let context = Context()

    /// Whether the 32 bytes are a secret key: neither zero nor beyond the group order.
    static func isSecretKey(_ secret: UnsafeRawBufferPointer) -> Bool {
        guard secret.count == 32, let base = secret.baseAddress else { return false }
        return secp256k1_ec_seckey_verify(context.pointer, base.assumingMemoryBound(to: UInt8.self)) == 1
    }

    /// The 64 bytes of the point, without the leading 4.
    static func publicKey(of secret: UnsafeRawBufferPointer) -> [UInt8]? {
        guard secret.count == 32, let base = secret.baseAddress else { return nil }
        var key = secp256k1_pubkey()
        guard secp256k1_ec_pubkey_create(context.pointer, &key, base.assumingMemoryBound(to: UInt8.self)) == 1 else {
            return nil
        }
        return serialized(&key)
    }

    /// `r‖s‖v` of 65 bytes: deterministic (RFC 6979), low s, v 0 or 1.
    static func sign(digest: [UInt8], secret: UnsafeRawBufferPointer) -> [UInt8]? {
        guard digest.count == 32, secret.count == 32, let base = secret.baseAddress else { return nil }
        var signature = secp256k1_ecdsa_recoverable_signature()
        let key = base.assumingMemoryBound(to: UInt8.self)
        guard secp256k1_ecdsa_sign_recoverable(context.pointer, &signature, digest, key, nil, nil) == 1 else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: 65)
        var recovery: Int32 = 0
        guard
            secp256k1_ecdsa_recoverable_signature_serialize_compact(
                context.pointer,
                &bytes,
                &recovery,
                &signature
            ) == 1
        else { return nil }
        bytes[64] = UInt8(recovery)
        return bytes
    }

    /// The 64 bytes of the point that made the signature, or `nil` when no key can have made it.
    static func recover(compact: [UInt8], recovery: Int32, digest: [UInt8]) -> [UInt8]? {
        guard compact.count == 64, digest.count == 32, (0...3).contains(recovery) else { return nil }
        var signature = secp256k1_ecdsa_recoverable_signature()
        var key = secp256k1_pubkey()
        guard
            secp256k1_ecdsa_recoverable_signature_parse_compact(
                context.pointer,
                &signature,
                compact,
                recovery
            ) == 1,
            secp256k1_ecdsa_recover(context.pointer, &key, &signature, digest) == 1
        else { return nil }
        return serialized(&key)
    }

    private static func serialized(_ key: inout secp256k1_pubkey) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65)
        var count = 65
        let flags = UInt32(SECP256K1_EC_UNCOMPRESSED)
        guard secp256k1_ec_pubkey_serialize(context.pointer, &bytes, &count, &key, flags) == 1, count == 65 else {
            return nil
        }
        return Array(bytes.dropFirst())
    }
}
