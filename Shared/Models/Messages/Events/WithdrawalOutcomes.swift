/// `withdrawal.settled.v1`: the transfer is in a solid block; what it really used is booked.
public struct WithdrawalSettled: WithdrawalEvent, Equatable {
    public static let name = MessageName.event("withdrawal.settled")

    public var withdrawalID: WithdrawalID
    public var partnerID: PartnerID
    public var sequence: Int
    public var userID: String?
    public var txid: TransactionID
    public var blockNumber: Int64
    /// Staked and delegated energy the transfer used.
    public var energyUsed: Energy
    /// TRX burnt for energy. More than zero on a transfer of method `energy` is an unplanned burn.
    public var energyFee: Sun
    public var bandwidthUsed: Bandwidth
    /// TRX burnt for bandwidth.
    public var bandwidthFee: Sun

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
        bandwidthFee: Sun
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
    }
}

/// `withdrawal.cancelled.v1`: ended because the upstream asked.
public struct WithdrawalCancelled: WithdrawalEvent, Equatable {
    public static let name = MessageName.event("withdrawal.cancelled")

    public var withdrawalID: WithdrawalID
    public var partnerID: PartnerID
    public var sequence: Int
    public var userID: String?

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
    public static let name = MessageName.event("withdrawal.expired")

    public var withdrawalID: WithdrawalID
    public var partnerID: PartnerID
    public var sequence: Int
    public var userID: String?

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

/// `withdrawal.failed.v1`: ended without a transfer.
public struct WithdrawalFailed: WithdrawalEvent, Equatable {
    public static let name = MessageName.event("withdrawal.failed")

    public var withdrawalID: WithdrawalID
    public var partnerID: PartnerID
    public var sequence: Int
    public var userID: String?
    public var reason: FailureReason
    /// The transfer, when there was one.
    public var txid: TransactionID?

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
