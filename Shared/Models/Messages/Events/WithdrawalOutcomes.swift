/// `withdrawal.settled.v1`: the transfer is in a solid block; what it really used is booked.
public struct WithdrawalSettled: WithdrawalEvent, Equatable {
    /// An event; the routing key is `withdrawal.settled.<partner>`.
    public static let name = MessageName.event("withdrawal.settled")

    /// The upstream's own name for the withdrawal, unique per partner.
    public var withdrawalID: WithdrawalID
    /// Whose withdrawal it is; the end of the routing key.
    public var partnerID: PartnerID
    /// 1, 2, 3 … per withdrawal: drop what is not newer than the last seen.
    public var sequence: Int
    /// The partner's own user, as the request had it; absent when it had none.
    public var userID: String?
    /// The transfer, reported or seen on chain.
    public var txid: TransactionID
    /// The block that has the transfer, solid by now.
    public var blockNumber: Int64
    /// Staked and delegated energy the transfer used.
    public var energyUsed: Energy
    /// TRX burnt for energy. More than zero on a transfer of method `energy` is an unplanned burn.
    public var energyFee: Sun
    /// Free and staked bandwidth the transfer used; zero when TRX was burnt for its bytes.
    public var bandwidthUsed: Bandwidth
    /// TRX burnt for bandwidth.
    public var bandwidthFee: Sun
    /// What was charged for it; absent when nothing was. What comes back by the partner's charge rule because it was sent too
    /// late stands on the statement.
    public var cost: CostSheet?

    /// Takes the fields as they are; nothing is checked.
    public init(
        withdrawalID: WithdrawalID,
        partnerID: PartnerID,
        sequence: Int,
        userID: String?,
        txid: TransactionID,
        blockNumber: Int64,
        energyUsed: Energy,
        energyFee: Sun,
        bandwidthUsed: Bandwidth,
        bandwidthFee: Sun,
        cost: CostSheet? = nil
    ) {
        self.withdrawalID = withdrawalID
        self.partnerID = partnerID
        self.sequence = sequence
        self.userID = userID
        self.txid = txid
        self.blockNumber = blockNumber
        self.energyUsed = energyUsed
        self.energyFee = energyFee
        self.bandwidthUsed = bandwidthUsed
        self.bandwidthFee = bandwidthFee
        self.cost = cost
    }

    enum CodingKeys: String, CodingKey {
        case withdrawalID = "withdrawal_id"
        case partnerID = "partner_id"
        case sequence
        case userID = "user_id"
        case txid
        case blockNumber = "block_number"
        case energyUsed = "energy_used"
        case energyFee = "energy_fee_sun"
        case bandwidthUsed = "bandwidth_used"
        case bandwidthFee = "bandwidth_fee_sun"
        case cost
    }
}

/// `withdrawal.cancelled.v1`: ended because the upstream asked.
public struct WithdrawalCancelled: WithdrawalEvent, Equatable {
    /// An event; the routing key is `withdrawal.cancelled.<partner>`.
    public static let name = MessageName.event("withdrawal.cancelled")

    /// The upstream's own name for the withdrawal, unique per partner.
    public var withdrawalID: WithdrawalID
    /// Whose withdrawal it is; the end of the routing key.
    public var partnerID: PartnerID
    /// 1, 2, 3 … per withdrawal: drop what is not newer than the last seen.
    public var sequence: Int
    /// The partner's own user, as the request had it; absent when it had none.
    public var userID: String?

    /// Takes the fields as they are; nothing is checked.
    public init(withdrawalID: WithdrawalID, partnerID: PartnerID, sequence: Int, userID: String?) {
        self.withdrawalID = withdrawalID
        self.partnerID = partnerID
        self.sequence = sequence
        self.userID = userID
    }

    enum CodingKeys: String, CodingKey {
        case withdrawalID = "withdrawal_id"
        case partnerID = "partner_id"
        case sequence
        case userID = "user_id"
    }
}

/// `withdrawal.expired.v1`: ended because its deadline, or the longest wait without energy, has passed.
public struct WithdrawalExpired: WithdrawalEvent, Equatable {
    /// An event; the routing key is `withdrawal.expired.<partner>`.
    public static let name = MessageName.event("withdrawal.expired")

    /// The upstream's own name for the withdrawal, unique per partner.
    public var withdrawalID: WithdrawalID
    /// Whose withdrawal it is; the end of the routing key.
    public var partnerID: PartnerID
    /// 1, 2, 3 … per withdrawal: drop what is not newer than the last seen.
    public var sequence: Int
    /// The partner's own user, as the request had it; absent when it had none.
    public var userID: String?

    /// Takes the fields as they are; nothing is checked.
    public init(withdrawalID: WithdrawalID, partnerID: PartnerID, sequence: Int, userID: String?) {
        self.withdrawalID = withdrawalID
        self.partnerID = partnerID
        self.sequence = sequence
        self.userID = userID
    }

    enum CodingKeys: String, CodingKey {
        case withdrawalID = "withdrawal_id"
        case partnerID = "partner_id"
        case sequence
        case userID = "user_id"
    }
}

/// Why a withdrawal failed.
public enum FailureReason: String, Codable, Sendable, CaseIterable {
    /// No transfer reached a solid block in time.
    case notSent = "not_sent"
    /// The upstream gave up.
    case givenUp = "given_up"
    /// The transfer was included and its execution failed.
    case transferFailed = "transfer_failed"
}

/// `withdrawal.failed.v1`: ended without tokens moved: no transfer came, or it came and failed.
public struct WithdrawalFailed: WithdrawalEvent, Equatable {
    /// An event; the routing key is `withdrawal.failed.<partner>`.
    public static let name = MessageName.event("withdrawal.failed")

    /// The upstream's own name for the withdrawal, unique per partner.
    public var withdrawalID: WithdrawalID
    /// Whose withdrawal it is; the end of the routing key.
    public var partnerID: PartnerID
    /// 1, 2, 3 … per withdrawal: drop what is not newer than the last seen.
    public var sequence: Int
    /// The partner's own user, as the request had it; absent when it had none.
    public var userID: String?
    /// Which way it failed.
    public var reason: FailureReason
    /// The transfer, when there was one.
    public var txid: TransactionID?

    /// Takes the fields as they are; nothing is checked.
    public init(
        withdrawalID: WithdrawalID,
        partnerID: PartnerID,
        sequence: Int,
        userID: String?,
        reason: FailureReason,
        txid: TransactionID? = nil
    ) {
        self.withdrawalID = withdrawalID
        self.partnerID = partnerID
        self.sequence = sequence
        self.userID = userID
        self.reason = reason
        self.txid = txid
    }

    enum CodingKeys: String, CodingKey {
        case withdrawalID = "withdrawal_id"
        case partnerID = "partner_id"
        case sequence
        case userID = "user_id"
        case reason
        case txid
    }
}
