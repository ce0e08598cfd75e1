public import Models

/// How a contract call ended. The raw value is the protocol's word.
public enum ContractResult: String, Sendable, Hashable {
    /// It did what it says.
    case success = "SUCCESS"
    /// The contract refused; only the energy that ran is gone.
    case revert = "REVERT"
    /// The energy limit was too low; all of it is gone.
    case outOfEnergy = "OUT_OF_ENERGY"
}

/// What a transaction in a block did and cost, as the protocol's `TransactionInfo` has it.
public struct Receipt: Sendable, Hashable {
    /// The transaction.
    public var id: TransactionID
    /// The block it is in.
    public var block: Int64
    /// That block's time.
    public var time: Timestamp
    /// All TRX burnt: energy, bandwidth, and fees.
    public var fee = Sun.zero
    /// Bytes paid with bandwidth.
    public var netUsage: Int64 = 0
    /// TRX burnt for bytes.
    public var netFee = Sun.zero
    /// Energy from the caller's stake.
    public var energyUsage: Int64 = 0
    /// TRX burnt for energy.
    public var energyFee = Sun.zero
    /// All energy consumed.
    public var energyTotal: Int64 = 0
    /// The part of it that the dynamic factor added.
    public var energyPenalty: Int64 = 0
    /// How the call ended; `nil` unless a contract was called.
    public var result: ContractResult?
    /// The contract called.
    public var contract: TronAddress?
    /// What the call returned.
    public var output: [UInt8] = []
    /// What the contract emitted.
    public var logs: [EventLog] = []
    /// Why it failed; empty on success.
    public var message = ""
    /// Voting rewards paid out (`withdraw_amount`).
    public var withdrawn = Sun.zero
    /// Matured stake paid out (`withdraw_expire_amount`).
    public var withdrawnExpired = Sun.zero
    /// Stake put back by CancelAllUnfreezeV2.
    public var cancelledUnfreezing = PerResource<Sun>(.zero)

    /// A receipt with nothing booked yet.
    public init(id: TransactionID, block: Int64, time: Timestamp) {
        self.id = id
        self.block = block
        self.time = time
    }

    /// Whether the transaction is in its block but did not do what it says.
    public var failed: Bool { result.map { $0 != .success } ?? false }
}
