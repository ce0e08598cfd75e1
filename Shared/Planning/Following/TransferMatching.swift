public import Models

/// A transfer of USDT out of a hot wallet, as a block shows it.
public struct ObservedTransfer: Sendable, Equatable {
    /// Of the transaction: one transfer each, as wallets send them.
    public var txid: TransactionID
    /// Number of the head block that has it; not solid yet.
    public var block: Int64
    /// The sender, whose energy it used.
    public var wallet: TronAddress
    /// Who gets the tokens, whatever the execution said.
    public var recipient: TronAddress
    /// USDT in millionths.
    public var units: Int64
    /// Whether the contract executed it.
    public var succeeded: Bool

    /// A transfer as a block shows it; failed ones too, for they use a promise up as well.
    public init(
        txid: TransactionID,
        block: Int64,
        wallet: TronAddress,
        recipient: TronAddress,
        units: Int64,
        succeeded: Bool
    ) {
        self.txid = txid
        self.block = block
        self.wallet = wallet
        self.recipient = recipient
        self.units = units
        self.succeeded = succeeded
    }
}

/// A withdrawal whose transfer is expected.
public struct ExpectedTransfer: Sendable, Equatable {
    /// Whose transfer is expected.
    public var key: WithdrawalKey
    /// The hot wallet that was told to send.
    public var wallet: TronAddress
    /// `to_address` of the request.
    public var recipient: TronAddress
    /// USDT in millionths; the amount must be equal, not near.
    public var units: Int64
    /// What `withdrawal.settle` named; `nil` when the upstream has said nothing.
    public var reported: TransactionID?
    /// Order among alike ones: the first told to send.
    public var order: Timestamp

    /// A withdrawal that is ready, or was when the upstream last looked (``Withdrawal/mayHaveBeenSent``).
    public init(
        key: WithdrawalKey,
        wallet: TronAddress,
        recipient: TronAddress,
        units: Int64,
        reported: TransactionID?,
        order: Timestamp
    ) {
        self.key = key
        self.wallet = wallet
        self.recipient = recipient
        self.units = units
        self.reported = reported
        self.order = order
    }
}

/// Says which withdrawal each transfer belongs to: by the transaction the upstream reported, else first in, first out
/// among those alike in sender, recipient and amount (DESIGN 3). What is left is foreign.
///
/// A withdrawal whose report names another transaction is taken only when nothing else fits.
public func matchTransfers(
    _ transfers: [ObservedTransfer],
    to expected: [ExpectedTransfer]
) -> [TransactionID: WithdrawalKey] {
    struct Likeness: Hashable {
        var wallet: TronAddress
        var recipient: TronAddress
        var units: Int64
    }
    var matches: [TransactionID: WithdrawalKey] = [:]
    var taken: Set<WithdrawalKey> = []
    let transactions = Dictionary(transfers.map { ($0.txid, $0) }) { first, _ in first }
    for withdrawal in expected {
        guard let txid = withdrawal.reported, let transfer = transactions[txid], matches[txid] == nil,
            !taken.contains(withdrawal.key),
            transfer.wallet == withdrawal.wallet, transfer.recipient == withdrawal.recipient,
            transfer.units == withdrawal.units
        else { continue }
        matches[txid] = withdrawal.key
        taken.insert(withdrawal.key)
    }
    var waiting: [Likeness: [ExpectedTransfer]] = [:]
    for withdrawal in expected where taken.insert(withdrawal.key).inserted {
        let likeness = Likeness(wallet: withdrawal.wallet, recipient: withdrawal.recipient, units: withdrawal.units)
        waiting[likeness, default: []].append(withdrawal)
    }
    for (likeness, candidates) in waiting {
        // Popped from the end: unreported before reported, and older before younger.
        waiting[likeness] = candidates.sorted {
            if ($0.reported == nil) != ($1.reported == nil) { return $0.reported != nil }
            return ($0.order, $0.key) > ($1.order, $1.key)
        }
    }
    for transfer in transfers where matches[transfer.txid] == nil {
        let likeness = Likeness(wallet: transfer.wallet, recipient: transfer.recipient, units: transfer.units)
        if let next = waiting[likeness]?.popLast() { matches[transfer.txid] = next.key }
    }
    return matches
}
