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

    /// Signs the claim of energy for a payment this key has made: the text `<transaction id>:<receiver>`.
    ///
    /// No other text can be signed, because a signed text may authorise anything elsewhere.
    /// - Throws: when the rules do not let the receiver have energy.
    public func signClaim(of payment: TransactionID, for receiver: TronAddress) throws(SigningRefusal) -> String {
        try rules.check(claimFor: receiver)
        return key.sign(message: "\(payment.hex):\(receiver.base58)")
    }
}
