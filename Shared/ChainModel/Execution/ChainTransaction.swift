public import Models

/// A signed transaction as the chain takes it: decoded, its id computed, its signers recovered by the caller.
public struct ChainTransaction: Sendable, Hashable {
    /// SHA-256 of the raw data.
    public var id: TransactionID
    /// What was signed.
    public var body: TransactionBody
    /// Bytes of the whole transaction with signatures, without results.
    public var size: Int
    /// The address each signature recovers to, in order.
    public var signers: [TronAddress]
    /// The signatures, in order; only shown.
    public var signatures: [[UInt8]]
    /// The raw data as signed, of which ``id`` is the hash; only shown. Another serialiser's bytes may differ from ours.
    public var rawBytes: [UInt8]

    /// A decoded transaction and who signed it.
    public init(
        id: TransactionID,
        body: TransactionBody,
        size: Int,
        signers: [TronAddress],
        signatures: [[UInt8]] = [],
        rawBytes: [UInt8] = []
    ) {
        self.id = id
        self.body = body
        self.size = size
        self.signers = signers
        self.signatures = signatures
        self.rawBytes = rawBytes
    }
}
