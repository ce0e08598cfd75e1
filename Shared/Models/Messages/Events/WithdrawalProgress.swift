/// `withdrawal.accepted.v1`: stored; energy has to be brought first. Not sent when `ready` follows at once.
public struct WithdrawalAccepted: WithdrawalEvent, Equatable {
    /// An event; the routing key is `withdrawal.accepted.<partner>`.
    public static let name = MessageName.event("withdrawal.accepted")

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

/// `withdrawal.ready.v1`: the energy is proven on chain and promised; send the transfer now, and before `notAfter`.
public struct WithdrawalReady: WithdrawalEvent, Equatable {
    /// An event; the routing key is `withdrawal.ready.<partner>`.
    public static let name = MessageName.event("withdrawal.ready")

    /// The upstream's own name for the withdrawal, unique per partner.
    public var withdrawalID: WithdrawalID
    /// Whose withdrawal it is; the end of the routing key.
    public var partnerID: PartnerID
    /// 1, 2, 3 … per withdrawal: drop what is not newer than the last seen.
    public var sequence: Int
    /// The partner's own user, as the request had it; absent when it had none.
    public var userID: String?
    /// The withdrawal's one allocation; the same in every event about it.
    public var allocationID: UUIDv7
    /// Whether energy stands ready or TRX is to be burnt; `energy` unless burning was chosen.
    public var method: AllocationMethod
    /// Where the wallet's energy came from: `own_stake`, a supplier's id, or `standing` when we brought it none.
    public var source: String
    /// What the promise reserves for the transfer.
    public var energyAvailable: Energy
    /// What the wallet has; below the transfer's size it is burnt for.
    public var bandwidthAvailable: Bandwidth
    /// The transfer's `fee_limit`. It covers the full estimate, because TRON counts staked energy against it.
    public var feeLimit: Sun
    /// The transfer's expiration may not be later.
    public var notAfter: Timestamp
    /// What the allocation costs: ``CostSheet/total`` was debited with the promise.
    public var cost: CostSheet?

    /// Takes the fields as they are; nothing is checked.
    public init(
        withdrawalID: WithdrawalID,
        partnerID: PartnerID,
        sequence: Int,
        userID: String?,
        allocationID: UUIDv7,
        method: AllocationMethod,
        source: String,
        energyAvailable: Energy,
        bandwidthAvailable: Bandwidth,
        feeLimit: Sun,
        notAfter: Timestamp,
        cost: CostSheet? = nil
    ) {
        self.withdrawalID = withdrawalID
        self.partnerID = partnerID
        self.sequence = sequence
        self.userID = userID
        self.allocationID = allocationID
        self.method = method
        self.source = source
        self.energyAvailable = energyAvailable
        self.bandwidthAvailable = bandwidthAvailable
        self.feeLimit = feeLimit
        self.notAfter = notAfter
        self.cost = cost
    }

    enum CodingKeys: String, CodingKey {
        case withdrawalID = "withdrawal_id"
        case partnerID = "partner_id"
        case sequence
        case userID = "user_id"
        case allocationID = "allocation_id"
        case method
        case source
        case energyAvailable = "energy_available"
        case bandwidthAvailable = "bandwidth_available"
        case feeLimit = "fee_limit_sun"
        case notAfter = "not_after"
        case cost
    }
}

/// `withdrawal.short.v1`: it cannot be made ready now. It goes on when what is missing comes, until its deadline.
public struct WithdrawalShort: WithdrawalEvent, Equatable {
    /// An event; the routing key is `withdrawal.short.<partner>`.
    public static let name = MessageName.event("withdrawal.short")

    /// The upstream's own name for the withdrawal, unique per partner.
    public var withdrawalID: WithdrawalID
    /// Whose withdrawal it is; the end of the routing key.
    public var partnerID: PartnerID
    /// 1, 2, 3 … per withdrawal: drop what is not newer than the last seen.
    public var sequence: Int
    /// The partner's own user, as the request had it; absent when it had none.
    public var userID: String?
    /// What is missing, and so what would end the shortage.
    public var reason: ShortageReason
    /// Energy missing at the wallet; zero when the reason is `tokens`, the whole need when energy is not the obstacle.
    public var missing: Energy
    /// When it expires unless it goes on.
    public var validUntil: Timestamp
    /// What it would cost; absent unless that is the reason.
    public var cost: CostSheet?

    /// Takes the fields as they are; nothing is checked.
    public init(
        withdrawalID: WithdrawalID,
        partnerID: PartnerID,
        sequence: Int,
        userID: String?,
        reason: ShortageReason,
        missing: Energy,
        validUntil: Timestamp,
        cost: CostSheet? = nil
    ) {
        self.withdrawalID = withdrawalID
        self.partnerID = partnerID
        self.sequence = sequence
        self.userID = userID
        self.reason = reason
        self.missing = missing
        self.validUntil = validUntil
        self.cost = cost
    }

    enum CodingKeys: String, CodingKey {
        case withdrawalID = "withdrawal_id"
        case partnerID = "partner_id"
        case sequence
        case userID = "user_id"
        case reason
        case missing = "missing_energy"
        case validUntil = "valid_until"
        case cost
    }
}

/// Why a withdrawal is short.
public enum ShortageReason: String, Codable, Sendable, CaseIterable {
    /// The pools that may serve the partner have not enough left to delegate.
    case poolsExhausted = "pools_exhausted"
    /// The pools have the stake, but may not delegate more of it within this hour or day.
    case signingLimit = "signing_limit"
    /// The partner has no pool that may serve it.
    case noPool = "no_pool"
    /// Neither a pool nor a supplier has, or sells, so much now.
    case noSource = "no_source"
    /// What suppliers ask is more than the partner's policy allows.
    case priceCap = "price_cap"
    /// The wallet has neither bandwidth nor TRX for the transfer's bytes.
    case bandwidth
    /// The wallet does not exist on chain, so nothing can be delegated to it.
    case walletNotActivated = "wallet_not_activated"
    /// The wallet's tokens are promised to others since the withdrawal was accepted.
    case tokens
    /// The balance that pays is too small for it. It goes on when there is enough.
    case insufficientBalance = "insufficient_balance"
    /// It costs more than `max_cost_sun` of the request. It goes on when it costs less.
    case maxCost = "max_cost"

    /// Whether the obstacle is its price, and not the energy.
    public var isMoney: Bool { self == .insufficientBalance || self == .maxCost }
}

/// `withdrawal.revoked.v1`: do not send; the promise broke. The allocator acquires again and says `ready` anew.
public struct WithdrawalRevoked: WithdrawalEvent, Equatable {
    /// An event; the routing key is `withdrawal.revoked.<partner>`.
    public static let name = MessageName.event("withdrawal.revoked")

    /// What broke the promise.
    public enum Reason: String, Codable, Sendable, CaseIterable {
        /// The wallet's free energy fell below what was promised: a foreign transfer, a reclaim, a growing total weight.
        case energyLost = "energy_lost"
        /// The block that brought the energy was replaced.
        case reorganised
        /// Nothing was sent in time and the promise was needed.
        case overdue
        /// The transfer needs more than was promised: the token contract has become dearer, or energy's fee has risen so that
        /// the promised energy does not fit into ``WithdrawalReady/feeLimit``.
        case needRose = "need_rose"
    }

    /// The upstream's own name for the withdrawal, unique per partner.
    public var withdrawalID: WithdrawalID
    /// Whose withdrawal it is; the end of the routing key.
    public var partnerID: PartnerID
    /// 1, 2, 3 … per withdrawal: drop what is not newer than the last seen.
    public var sequence: Int
    /// The partner's own user, as the request had it; absent when it had none.
    public var userID: String?
    /// The withdrawal's one allocation; the same in every event about it.
    public var allocationID: UUIDv7
    /// What broke the promise.
    public var reason: Reason

    /// Takes the fields as they are; nothing is checked.
    public init(
        withdrawalID: WithdrawalID,
        partnerID: PartnerID,
        sequence: Int,
        userID: String?,
        allocationID: UUIDv7,
        reason: Reason
    ) {
        self.withdrawalID = withdrawalID
        self.partnerID = partnerID
        self.sequence = sequence
        self.userID = userID
        self.allocationID = allocationID
        self.reason = reason
    }

    enum CodingKeys: String, CodingKey {
        case withdrawalID = "withdrawal_id"
        case partnerID = "partner_id"
        case sequence
        case userID = "user_id"
        case allocationID = "allocation_id"
        case reason
    }
}
