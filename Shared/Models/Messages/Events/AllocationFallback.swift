/// `allocation.fallback.v1`: no source can serve a withdrawal, and the partner's policy lets its hot wallet burn TRX instead.
/// `withdrawal.ready` with the method `burn` follows.
public struct AllocationFallback: WithdrawalEvent, Equatable {
    /// An event; the routing key is `allocation.fallback.<partner>`.
    public static let name = MessageName.event("allocation.fallback")

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
    /// What the transfer needs and nobody brings.
    public var energy: Energy
    /// What burning for all of it costs the hot wallet, in sun, at most.
    public var estimatedBurn: Sun

    /// Takes the fields as they are; nothing is checked.
    public init(
        withdrawalID: WithdrawalID,
        partnerID: PartnerID,
        sequence: Int,
        userID: String?,
        allocationID: UUIDv7,
        energy: Energy,
        estimatedBurn: Sun
    ) {
        self.withdrawalID = withdrawalID
        self.partnerID = partnerID
        self.sequence = sequence
        self.userID = userID
        self.allocationID = allocationID
        self.energy = energy
        self.estimatedBurn = estimatedBurn
    }

    enum CodingKeys: String, CodingKey {
        case withdrawalID = "withdrawal_id"
        case partnerID = "partner_id"
        case sequence
        case userID = "user_id"
        case allocationID = "allocation_id"
        case energy
        case estimatedBurn = "estimated_burn_sun"
    }
}
