public import Models

extension TronAddress {
    /// The address of a public key: the last 20 bytes of Keccak-256 over the point's 64 bytes.
    /// - Returns: `nil` unless there are exactly 64 bytes.
    public init?(publicKey point: some Collection<UInt8>) {
        guard point.count == 64 else { return nil }
        self.init(evm: Keccak256.hash(point).suffix(20))
    }
}

/// Whose key signed the digest.
///
/// - Parameters:
///   - signature: `r‖s‖v`, 65 bytes; v may be 0, 1, 27 or 28. Nodes read up to 68 bytes and use the first 65.
///   - digest: what was signed, a transaction's id.
/// - Returns: `nil` when no key can have made the signature.
public func recoverAddress(signature: some Collection<UInt8>, digest: TransactionID) -> TronAddress? {
    let bytes = Array(signature)
    guard (65...68).contains(bytes.count) else { return nil }
    let v: UInt8
    switch bytes[64] {
    case 0, 1: v = bytes[64]
    case 27, 28: v = bytes[64] - 27
    default: return nil
    }
    guard let point = Secp256k1.recover(compact: Array(bytes[..<64]), recovery: Int32(v), digest: digest.bytes) else {
        return nil
    }
    return TronAddress(publicKey: point)
}
