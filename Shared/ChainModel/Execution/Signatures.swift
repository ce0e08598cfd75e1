public import Models

extension ChainState {
    /// At most this many signatures a transaction may carry.
    public static let maximumSignatures = 5

    /// The permission a transaction is signed under. An account that does not exist yet has the default ones.
    public func permission(_ id: Int, of owner: TronAddress) -> Permission? {
        if let account = account(owner) { return account.permission(id) }
        return id == 0 ? .owner(of: owner) : id == 2 ? .active(of: owner) : nil
    }

    /// What the signers weigh together under the permission the transaction names.
    ///
    /// Source: java-tron `TransactionCapsule.validateSignature` and `checkWeight`.
    /// - Throws: what a node would say, e.g. that a signer is not in the permission or signed twice.
    public func weight(of signers: [TronAddress], for body: TransactionBody) throws(Rejection) -> Int64 {
        guard let permission = permission(body.permissionID, of: body.contract.owner) else {
            throw Rejection(.signature, "permission isn't exit")
        }
        if body.permissionID != 0 {
            guard permission.kind == .active else { throw Rejection(.signature, "Permission type is error") }
            guard permission.allows(contractType: body.contract.type.rawValue) else {
                throw Rejection(.signature, "Permission denied")
            }
        }
        if signers.count > permission.keys.count {
            throw Rejection(
                .signature,
                "Signature count is \(signers.count) more than key counts of permission : \(permission.keys.count)"
            )
        }
        var sum: Int64 = 0
        for (index, signer) in signers.enumerated() {
            let weight = permission.weight(of: signer)
            guard weight > 0 else {
                throw Rejection(.signature, "it is signed by \(signer) but it is not contained of permission.")
            }
            guard !signers[..<index].contains(signer) else {
                throw Rejection(.signature, "\(signer) has signed twice!")
            }
            sum += weight
        }
        return sum
    }

    /// Checks that the signers may do what the transaction does.
    func checkSignatures(_ transaction: ChainTransaction) throws(Rejection) {
        guard !transaction.signers.isEmpty else { throw Rejection(.signature, "miss sig or contract") }
        guard transaction.signers.count <= Self.maximumSignatures else {
            throw Rejection(.signature, "too many signatures")
        }
        let body = transaction.body
        let weight = try weight(of: transaction.signers, for: body)
        let threshold = permission(body.permissionID, of: body.contract.owner)?.threshold ?? .max
        guard weight >= threshold else { throw Rejection(.signature, "sig error") }
    }
}
