public import Models
internal import Storage

/// A refund for one allocation, with what the house itself paid on chain for it all the same.
public struct AllocationRefund: Sendable, Equatable {
    /// Whose latest debit is given back.
    public var allocation: UUIDv7
    /// How much; `nil` for all of it. Zero ends the debit with nothing given back.
    public var amount: Sun?
    /// Why, for the statement: `not_sent`, `given_up`, `late`, `cancelled`, `expired`, `revoked` ….
    public var reason: String
    /// TRX of the house burnt for energy; zero where the partner's wallet burnt its own.
    public var burnt: Sun
    /// TRX of the house burnt for bandwidth; zero where the partner's wallet burnt its own.
    public var bandwidth: Sun
    /// What the house paid to activate an account.
    public var activation: Sun

    /// A refund of everything, or of a part by the partner's charge rule.
    public init(
        allocation: UUIDv7,
        amount: Sun? = nil,
        reason: String,
        burnt: Sun = .zero,
        bandwidth: Sun = .zero,
        activation: Sun = .zero
    ) {
        self.allocation = allocation
        self.amount = amount
        self.reason = reason
        self.burnt = burnt
        self.bandwidth = bandwidth
        self.activation = activation
    }
}

/// The end of a debit as earned, with what the house itself paid on chain for it.
public struct AllocationCompletion: Sendable, Equatable {
    /// Whose latest debit is earned.
    public var allocation: UUIDv7
    /// What the transfer used, for reports.
    public var energyUsed: Energy
    /// TRX of the house burnt for energy; zero where the partner's wallet burnt its own.
    public var burnt: Sun
    /// TRX of the house burnt for bandwidth; zero where the partner's wallet burnt its own.
    public var bandwidth: Sun
    /// What the house paid to activate an account.
    public var activation: Sun

    /// A completion; without costs it moves no money.
    public init(
        allocation: UUIDv7,
        energyUsed: Energy,
        burnt: Sun = .zero,
        bandwidth: Sun = .zero,
        activation: Sun = .zero
    ) {
        self.allocation = allocation
        self.energyUsed = energyUsed
        self.burnt = burnt
        self.bandwidth = bandwidth
        self.activation = activation
    }
}

/// What became of a refund or a completion.
public enum ConclusionResult: String, Sendable, CaseIterable {
    /// Given back now.
    case refunded
    /// Earned now.
    case completed
    /// Its debit had been given back before: nothing was done.
    case alreadyRefunded = "already_refunded"
    /// Its debit had been earned before: nothing was done.
    case alreadyCompleted = "already_completed"
    /// Nothing was ever charged for it: nothing was done.
    case notCharged = "not_charged"

    static func read(_ rows: PostgresRows) throws -> [ConclusionResult] {
        try rows.decode(as: (Int32, String).self).map { try parse($0.1) }
    }

    static func parse(_ text: String) throws -> ConclusionResult {
        guard let result = ConclusionResult(rawValue: text) else {
            throw LedgerError(.unexpectedAnswer, "a debit ended as '\(text)'")
        }
        return result
    }
}

/// What became of a refund.
public struct RefundAnswer: Sendable, Equatable {
    /// What became of it.
    public var result: ConclusionResult
    /// What was given back, now or before; `nil` where nothing was charged.
    public var refunded: Sun?
    /// The payer's balance after all of the batch; `nil` where nothing was charged.
    public var balance: Sun?

    static func read(_ rows: PostgresRows) throws -> [RefundAnswer] {
        try rows.decode(as: (Int32, String, Sun?, Sun?).self).map {
            RefundAnswer(result: try ConclusionResult.parse($0.1), refunded: $0.2, balance: $0.3)
        }
    }
}
