/// `batch.completed.v1`: every member of a batch has its outcome, and none has arrived for a while, or all have.
///
/// All figures are of the whole batch. A member that arrives later opens the batch again: its outcome is followed by
/// another event with a higher ``sequence``.
public struct BatchCompleted: Message, Equatable {
    /// An event; the routing key is `batch.completed.<partner>`.
    public static let name = MessageName.event("batch.completed")

    /// Whose batch it is; the end of the routing key.
    public var partnerID: PartnerID
    /// `batch_id` of the requests.
    public var batchID: String
    /// 1, 2, 3 … per batch: drop what is not newer than the last seen.
    public var sequence: Int
    /// The largest `batch_size` that a member named; absent when none did.
    public var size: Int?
    /// Requests that became withdrawals.
    public var members: Int
    /// Of them, settled.
    public var settled: Int
    /// Cancelled.
    public var cancelled: Int
    /// Expired.
    public var expired: Int
    /// Failed.
    public var failed: Int
    /// Requests that turned out wrong in simulation and are no members. Those refused at the door are not counted.
    public var rejected: Int
    /// What the settled ones have moved.
    public var amountSettled: TokenAmount
    /// Energy that their transfers used.
    public var energyUsed: Energy
    /// TRX burnt for energy.
    public var energyFee: Sun
    /// TRX burnt for bandwidth.
    public var bandwidthFee: Sun
    /// What all of it was charged, refunds taken off; absent when nothing was charged.
    public var cost: Sun?
    /// When the first member arrived.
    public var firstReceivedAt: Timestamp
    /// When the last one did.
    public var lastReceivedAt: Timestamp
    /// When the last outcome was written; absent without members.
    public var lastOutcomeAt: Timestamp?

    /// Takes the fields as they are; nothing is checked.
    public init(
        partnerID: PartnerID,
        batchID: String,
        sequence: Int,
        size: Int?,
        members: Int,
        settled: Int,
        cancelled: Int,
        expired: Int,
        failed: Int,
        rejected: Int,
        amountSettled: TokenAmount,
        energyUsed: Energy,
        energyFee: Sun,
        bandwidthFee: Sun,
        cost: Sun?,
        firstReceivedAt: Timestamp,
        lastReceivedAt: Timestamp,
        lastOutcomeAt: Timestamp?
    ) {
        self.partnerID = partnerID
        self.batchID = batchID
        self.sequence = sequence
        self.size = size
        self.members = members
        self.settled = settled
        self.cancelled = cancelled
        self.expired = expired
        self.failed = failed
        self.rejected = rejected
        self.amountSettled = amountSettled
        self.energyUsed = energyUsed
        self.energyFee = energyFee
        self.bandwidthFee = bandwidthFee
        self.cost = cost
        self.firstReceivedAt = firstReceivedAt
        self.lastReceivedAt = lastReceivedAt
        self.lastOutcomeAt = lastOutcomeAt
    }

    enum CodingKeys: String, CodingKey {
        case partnerID = "partner_id"
        case batchID = "batch_id"
        case sequence
        case size = "batch_size"
        case members
        case settled
        case cancelled
        case expired
        case failed
        case rejected
        case amountSettled = "amount_settled"
        case energyUsed = "energy_used"
        case energyFee = "energy_fee_sun"
        case bandwidthFee = "bandwidth_fee_sun"
        case cost = "cost_sun"
        case firstReceivedAt = "first_received_at"
        case lastReceivedAt = "last_received_at"
        case lastOutcomeAt = "last_outcome_at"
    }

    /// The partner whose batch it is.
    public var routingPartner: PartnerID? { partnerID }
}
