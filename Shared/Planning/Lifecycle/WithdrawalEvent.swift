public import Models

/// What a transfer cost on chain.
public struct TransferReceipt: Sendable, Equatable {
    /// Staked and delegated energy it took, without what was burnt for.
    public var energyUsed: Energy
    /// Burnt for missing energy. Above zero on a transfer of method `energy` it is an unplanned burn (DESIGN 5).
    public var energyFee: Sun
    /// Staked or free bandwidth it took; zero when its bytes were burnt for.
    public var bandwidthUsed: Bandwidth
    /// Burnt for bandwidth, reported apart from energy.
    public var bandwidthFee: Sun
    /// When its block was made; `nil` when that is not known, and then it counts as in time.
    public var blockTime: Timestamp?

    /// A receipt as the solid chain gives it.
    public init(
        energyUsed: Energy,
        energyFee: Sun,
        bandwidthUsed: Bandwidth,
        bandwidthFee: Sun,
        blockTime: Timestamp? = nil
    ) {
        self.blockTime = blockTime
        self.energyUsed = energyUsed
        self.energyFee = energyFee
        self.bandwidthUsed = bandwidthUsed
        self.bandwidthFee = bandwidthFee
    }
}

/// What a promise tells the upstream.
public struct ReadyTerms: Sendable, Equatable {
    /// The withdrawal's one allocation.
    public var allocationID: UUIDv7
    /// What the wallet had of one kind at the reading; it is told, not reserved.
    public var bandwidthAvailable: Bandwidth
    /// `getEnergyFee`: the fee limit is the full need at this price, because staked energy counts against it (DOMAIN 1.4).
    public var energyPrice: Sun
    /// The latest expiration the transfer may have.
    public var notAfter: Timestamp
    /// What is charged for it, and where the energy came from.
    public var cost: CostSheet
    /// Energy, or the burning of the hot wallet's own TRX.
    public var method: AllocationMethod
    /// Whether it burns because no source could serve it, with the partner's consent.
    public var isFallback: Bool

    /// Terms for one withdrawal; what it is promised is its ``Withdrawal/need``.
    public init(
        allocationID: UUIDv7,
        bandwidthAvailable: Bandwidth,
        energyPrice: Sun,
        notAfter: Timestamp,
        cost: CostSheet,
        method: AllocationMethod = .energy,
        isFallback: Bool = false
    ) {
        self.allocationID = allocationID
        self.method = method
        self.isFallback = isFallback
        self.cost = cost
        self.bandwidthAvailable = bandwidthAvailable
        self.energyPrice = energyPrice
        self.notAfter = notAfter
    }
}

extension Withdrawal {
    /// What can happen to a withdrawal.
    public enum Event: Sendable, Equatable {
        /// What it needs is known.
        case needed(Need)
        /// Energy has to be brought.
        case awaitsEnergy
        /// Energy was promised to it.
        case promised(ReadyTerms)
        /// It cannot be made ready now; it ends at `until` unless what is missing comes. `cost` where its price is the reason.
        case shortOf(Energy, reason: ShortageReason, until: Timestamp, cost: CostSheet? = nil)
        /// Its promise broke before the transfer.
        case promiseBroke(allocation: UUIDv7, reason: WithdrawalRevoked.Reason)
        /// The upstream says what it sent.
        case reported(TransactionID)
        /// The upstream says that it sent nothing and will not.
        case givenUp
        /// The upstream does not want it any more.
        case cancelled
        /// A block of the head chain has its transfer.
        case transferSeen(TransactionID, block: Int64)
        /// That block was replaced, and the transfer is in no other.
        case transferLost
        /// Its transfer is in a solid block.
        case transferFinal(TransferReceipt, succeeded: Bool)
        /// Solid time has passed `notAfter` by so much that no transfer can land any more.
        case sendTimePassed
        /// Time went by: deadlines and the end of a shortage are looked at. No transfer that had to be sent by `cleared`
        /// can land any more.
        case clock(cleared: Timestamp)
    }

    /// What has to be done after an event, besides storing the withdrawal.
    public enum Effect: Sendable, Equatable {
        /// Publish it through the outbox; its sequence is taken already.
        case tell(WithdrawalNotice)
        /// Ends its open promise, if there is one.
        case closePromise(PromiseEnd)
        /// What was charged for its promise is earned or given back.
        case endCharge(ChargedEnd)
        /// Its latest promise was revoked, and the transfer came all the same: it is charged again.
        case promiseUsedAfterAll(block: Int64)
        /// Opens its latest used promise again: the transfer that used it is gone.
        case reopenPromise
        /// The allocation's new state.
        case allocation(AllocationState)
        /// A command that cannot be followed.
        case refuse(RejectionReason, String)
    }
}
