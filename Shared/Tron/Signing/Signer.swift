public import ChainModel
public import Models

/// A key together with the rules of what it may sign. The key itself cannot be had from it.
public struct Signer: Sendable {
    /// What it may sign.
    public let rules: SigningRules
    private let key: PrivateKey

    /// A key under rules.
    public init(key: PrivateKey, rules: SigningRules) {
        self.key = key
        self.rules = rules
    }

    /// The address of the key, which need not be the account it signs for.
    public var address: TronAddress { key.address }

    /// Signs what the rules allow.
    /// - Throws: the rule that is broken.
    public func sign(_ body: TransactionBody) throws(SigningRefusal) -> SignedTransaction {
        try rules.check(body)
        let raw = body.rawBytes
        return SignedTransaction(rawBytes: raw, signatures: [key.sign(.of(rawBytes: raw))])
    }
}
