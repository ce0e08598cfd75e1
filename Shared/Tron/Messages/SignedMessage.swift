public import Models

/// Signatures of texts rather than transactions, as wallets make them: TronWeb's `signMessageV2` and
/// `verifyMessageV2` (TIP-191).
///
/// What is signed is `keccak256("\u{19}TRON Signed Message:\n" + length + message)`, the length being the message's
/// bytes in decimal digits, so that no signature of a message can pass for one of a transaction.
public enum MessageSignature {
    /// The digest of a message.
    public static func digest(of message: some Collection<UInt8>) -> [UInt8] {
        Keccak256.hash(Array("\u{19}TRON Signed Message:\n\(message.count)".utf8) + Array(message))
    }

    /// Whose key signed the message, or `nil` when no key can have made the signature.
    /// - Parameter signature: `r‖s‖v`, 65 bytes; v may be 0, 1, 27 or 28.
    public static func signer(of message: some Collection<UInt8>, signature: some Collection<UInt8>) -> TronAddress? {
        guard signature.count == 65, let digest = TransactionID(bytes: digest(of: message)) else { return nil }
        return recoverAddress(signature: signature, digest: digest)
    }

    /// Whose key signed the text.
    /// - Parameter signature: as wallets write it: 130 hexadecimal digits, with or without `0x`.
    public static func signer(of text: String, signature: String) -> TronAddress? {
        let digits = signature.hasPrefix("0x") ? String(signature.dropFirst(2)) : signature
        return [UInt8](hex: digits).flatMap { signer(of: Array(text.utf8), signature: $0) }
    }
}

extension PrivateKey {
    /// Signs a text the way TronWeb's `signMessageV2` does: `0x` and 130 hexadecimal digits of `r‖s‖v`, v 27 or 28.
    public func sign(message: String) -> String {
        guard let digest = TransactionID(bytes: MessageSignature.digest(of: Array(message.utf8))) else {
            preconditionFailure("Keccak-256 gives 32 bytes")
        }
        var signature = sign(digest)
        signature[64] += 27
        return "0x" + signature.hex
    }
}
