public import Models

/// A withdrawal as its life cycle sees it. Only ``handle(_:now:)`` changes it.
public struct Withdrawal: Sendable, Equatable {
    /// Partner and id.
    public let key: WithdrawalKey
    /// The hot wallet that will send, and so needs the energy.
    public let from: TronAddress
    /// Who gets the tokens; decides the need, because a new holder costs more (DOMAIN 1.4).
    public let to: TronAddress
    /// USDT in millionths, more than zero.
    public let units: Int64
    /// `user_id` of the request, repeated in every event and otherwise not looked at.
    public let userID: String?
    /// ``Urgency/rank``: 0 normal to 2 urgent.
    public let urgency: Int16
    /// When it expires unless it is ready; `nil` leaves that to the end of a shortage.
    public let deadline: Timestamp?
    /// The most it may cost; `nil` for no limit.
    public let maxCost: Sun?
    /// `batch_id` of the request: which batch it is a member of.
    public let batchID: String?
    /// When it was stored, by domain time: the longer waiting of two equally urgent ones goes first.
    public let receivedAt: Timestamp
    /// Where it stands. Outcomes are for ever.
    public internal(set) var state: WithdrawalState
    /// Of the newest event about it.
    public internal(set) var sequence: Int
    /// What its transfer needs, margin included; `nil` until it was simulated.
    public internal(set) var need: Need?
    /// When a shortage ends it.
    public internal(set) var shortUntil: Timestamp?
    /// What was last told to be missing; `nil` unless it is short.
    public internal(set) var shortReason: ShortageReason?
    /// The latest expiration its transfer may have; `nil` before the first `ready`. It outlives a revocation.
    public internal(set) var notAfter: Timestamp?
    /// The `fee_limit_sun` that its newest `ready` told; `nil` before the first, and where it is not known.
    public internal(set) var feeLimit: Sun?
    /// What the upstream says it sent; `nil` when it has said nothing. Not believed before a block shows it.
    public internal(set) var reported: TransactionID?
    /// The transfer that a head block showed; `nil` when there is none, or a reorganisation took it away.
    public internal(set) var transfer: TransactionID?
    /// The block of ``transfer``.
    public internal(set) var transferBlock: Int64?
    /// A ``FailureReason`` as text; `nil` unless the outcome is `failed`.
    public internal(set) var reason: String?
    /// What the transfer cost; set once its block is solid, and not read back from the store.
    public internal(set) var receipt: TransferReceipt?
    /// How its newest promise was to be kept: with energy, or by burning TRX of the hot wallet.
    public internal(set) var method: AllocationMethod
    /// What is charged for its promise; `nil` when nothing is, and where it was not asked of the ledger.
    public internal(set) var cost: CostSheet?

    /// A new one by the defaults, or one as stored; that the parts fit together is not checked.
    public init(
        key: WithdrawalKey,
        from: TronAddress,
        to: TronAddress,
        units: Int64,
        userID: String?,
        urgency: Int16,
        deadline: Timestamp?,
        maxCost: Sun? = nil,
        receivedAt: Timestamp,
        batchID: String? = nil,
        state: WithdrawalState = .received,
        sequence: Int = 0,
        need: Need? = nil,
        shortUntil: Timestamp? = nil,
        shortReason: ShortageReason? = nil,
        notAfter: Timestamp? = nil,
        reported: TransactionID? = nil,
        transfer: TransactionID? = nil,
        transferBlock: Int64? = nil,
        reason: String? = nil,
        method: AllocationMethod = .energy,
        cost: CostSheet? = nil,
        feeLimit: Sun? = nil
    ) {
        self.key = key
        self.from = from
        self.to = to
        self.units = units
        self.userID = userID
        self.urgency = urgency
        self.deadline = deadline
        self.maxCost = maxCost
        self.receivedAt = receivedAt
        self.batchID = batchID
        self.state = state
        self.sequence = sequence
        self.need = need
        self.shortUntil = shortUntil
        self.shortReason = shortReason
        self.notAfter = notAfter
        self.reported = reported
        self.transfer = transfer
        self.transferBlock = transferBlock
        self.reason = reason
        self.method = method
        self.cost = cost
        self.feeLimit = feeLimit
    }

    /// What a promise to it keeps of its wallet's energy: nothing where it burns.
    public var promisedEnergy: Energy { method == .energy ? need?.energy ?? .zero : .zero }

    /// What it claims of its wallet's energy while it waits for some; `nil` when it does not, or its need is unknown.
    public var claim: Claim? {
        guard let need, isWaiting else { return nil }
        return Claim(key: key, need: need, units: units, urgency: urgency, receivedAt: receivedAt)
    }

    /// Whether a promise to it stands of which nobody has used anything as far as is known: it can be taken back.
    var isUnused: Bool { state == .ready && transfer == nil && reported == nil }

    /// Whether its transfer would run out of energy where one energy costs so much, because promised energy counts against
    /// its fee limit too (DOMAIN 1.4). It does not where the limit is not known.
    func outgrowsLimit(energyFee: Sun) -> Bool {
        guard let need, let feeLimit else { return false }
        return (scaledUp(need.energy.rawValue, by: energyFee.rawValue, over: 1) ?? .max) > feeLimit.rawValue
    }

    /// Whether energy is kept for it, or brought: it claims some, and can pay as far as is known.
    public var waitsForEnergy: Bool { claim != nil && shortReason?.isMoney != true }

    private var isWaiting: Bool { state == .received || state == .acquiring || state == .short }
}

extension Withdrawal {
    /// Takes an event. An outcome is final: nothing changes it, and commands that would are refused.
    public mutating func handle(_ event: Event, now: Timestamp) -> [Effect] {
        if state.isOutcome { return afterOutcome(event) }
        switch event {
        case .needed(let need):
            // A promise stands on the need it was made for.
            if state != .ready { self.need = need }
            return []
        case .awaitsEnergy:
            guard state == .received || state == .short else { return [] }
            let isNew = state == .received
            state = .acquiring
            shortReason = nil
            return isNew
                ? [tell { .accepted(.init(withdrawalID: $0.id, partnerID: $0.partner, sequence: $1, userID: $2)) }] : []
        case .promised(let terms): return promised(terms)
        case .shortOf(let missing, let reason, let until, let cost):
            return short(of: missing, reason: reason, until: until, cost: cost)
        case .promiseBroke(let allocation, let reason): return promiseBroke(allocation, reason)
        case .reported(let txid):
            guard mayHaveBeenSent else { return [refused("reported as sent")] }
            reported = txid
            return []
        case .givenUp:
            guard transfer == nil else { return [refused("given up: its transfer is on chain")] }
            return end(.failed, promise: .givenUp, allocation: .failed, failure: .givenUp)
        case .cancelled:
            guard state != .ready else { return [refused("cancelled; when nothing was sent, settle it as given up")] }
            return end(.cancelled, promise: .cancelled, allocation: .cancelled, failure: nil)
        case .transferSeen(let txid, let block): return transferSeen(txid, block: block)
        case .transferLost:
            guard state == .ready, transfer != nil else { return [] }
            transfer = nil
            transferBlock = nil
            return [.reopenPromise]
        case .transferFinal(let receipt, let succeeded): return transferFinal(receipt, succeeded)
        case .sendTimePassed:
            guard state == .ready, transfer == nil else { return [] }
            return end(.failed, promise: .notSent, allocation: .failed, failure: .notSent)
        case .clock(let cleared):
            // Told to send and revoked: the transfer may be on its way, and nobody would book it to one that has ended.
            guard state != .ready, notAfter.map({ $0 <= cleared }) != false else { return [] }
            let passed = [deadline, state == .short ? shortUntil : nil].compactMap(\.self).contains { $0 <= now }
            return passed ? end(.expired, promise: .expired, allocation: .failed, failure: nil) : []
        }
    }

    private mutating func promised(_ terms: ReadyTerms) -> [Effect] {
        guard state == .received || state == .acquiring || state == .short, let need else { return [] }
        state = .ready
        shortUntil = nil
        shortReason = nil
        notAfter = terms.notAfter
        cost = terms.cost
        method = terms.method
        let limit = Sun(need.energy.rawValue * terms.energyPrice.rawValue)
        feeLimit = limit
        var effects: [Effect] = [.allocation(terms.isFallback ? .fallback : .completed)]
        if terms.isFallback {
            effects.append(
                tell {
                    .fallback(
                        .init(
                            withdrawalID: $0.id,
                            partnerID: $0.partner,
                            sequence: $1,
                            userID: $2,
                            allocationID: terms.allocationID,
                            energy: need.energy,
                            estimatedBurn: limit
                        )
                    )
                }
            )
        }
        let promised = promisedEnergy
        let notice = tell {
            .ready(
                .init(
                    withdrawalID: $0.id,
                    partnerID: $0.partner,
                    sequence: $1,
                    userID: $2,
                    allocationID: terms.allocationID,
                    method: terms.method,
                    source: terms.cost.source,
                    energyAvailable: promised,
                    bandwidthAvailable: terms.bandwidthAvailable,
                    feeLimit: limit,
                    notAfter: terms.notAfter,
                    cost: terms.cost
                )
            )
        }
        return effects + [notice]
    }

    private mutating func short(
        of missing: Energy,
        reason: ShortageReason,
        until: Timestamp,
        cost: CostSheet?
    ) -> [Effect] {
        switch state {
        case .received, .acquiring: shortUntil = deadline.map { min($0, until) } ?? until
        case .short where shortReason != reason && (reason.isMoney || shortReason?.isMoney == true):
            // Who has to pay is told so, and that it was not the last thing missing. The shortage ends no later for it.
            break
        default: return []
        }
        state = .short
        shortReason = reason
        let end = shortUntil ?? until
        return [
            tell {
                .short(
                    .init(
                        withdrawalID: $0.id,
                        partnerID: $0.partner,
                        sequence: $1,
                        userID: $2,
                        reason: reason,
                        missing: missing,
                        validUntil: end,
                        cost: cost
                    )
                )
            }
        ]
    }

    /// Whether a transfer of it may be on its way: it is ready, or was when the upstream last looked.
    public var mayHaveBeenSent: Bool {
        state == .ready || ((state == .acquiring || state == .short) && notAfter != nil)
    }

    private mutating func transferSeen(_ txid: TransactionID, block: Int64) -> [Effect] {
        guard mayHaveBeenSent, transfer == nil || transfer == txid else { return [] }
        let isFirst = transfer == nil
        let wasRevoked = state != .ready
        state = .ready
        shortUntil = nil
        shortReason = nil
        transfer = txid
        transferBlock = block
        guard isFirst else { return [] }
        return wasRevoked
            ? [.promiseUsedAfterAll(block: block), .allocation(.completed)] : [.closePromise(.used(block: block))]
    }

    private mutating func promiseBroke(_ allocation: UUIDv7, _ reason: WithdrawalRevoked.Reason) -> [Effect] {
        guard state == .ready, transfer == nil else { return [] }
        // `notAfter` stays: it tells that the upstream was once told to send, and may have done so before it heard of this.
        state = .acquiring
        cost = nil
        let notice = tell {
            .revoked(
                .init(
                    withdrawalID: $0.id,
                    partnerID: $0.partner,
                    sequence: $1,
                    userID: $2,
                    allocationID: allocation,
                    reason: reason
                )
            )
        }
        return [.closePromise(.revoked), .endCharge(.broken), .allocation(.processing), notice]
    }

    private mutating func transferFinal(_ receipt: TransferReceipt, _ succeeded: Bool) -> [Effect] {
        guard state == .ready, let txid = transfer, let block = transferBlock else { return [] }
        self.receipt = receipt
        guard succeeded else {
            return end(.failed, promise: .used(block: block), allocation: .completed, failure: .transferFailed)
        }
        state = .settled
        let isLate = receipt.blockTime.flatMap { time in notAfter.map { time > $0 } } ?? false
        let cost = cost
        return [
            .endCharge(isLate ? .settledLate : .settled),
            tell {
                .settled(
                    .init(
                        withdrawalID: $0.id,
                        partnerID: $0.partner,
                        sequence: $1,
                        userID: $2,
                        txid: txid,
                        blockNumber: block,
                        energyUsed: receipt.energyUsed,
                        energyFee: receipt.energyFee,
                        bandwidthUsed: receipt.bandwidthUsed,
                        bandwidthFee: receipt.bandwidthFee,
                        cost: cost
                    )
                )
            },
        ]
    }

    private mutating func end(
        _ outcome: WithdrawalState,
        promise: PromiseEnd,
        allocation: AllocationState,
        failure: FailureReason?
    ) -> [Effect] {
        let wasReady = state == .ready
        state = outcome
        shortReason = nil
        reason = failure?.rawValue
        let txid = transfer
        let notice = tell { key, sequence, user in
            switch outcome {
            case .cancelled:
                .cancelled(.init(withdrawalID: key.id, partnerID: key.partner, sequence: sequence, userID: user))
            case .expired:
                .expired(.init(withdrawalID: key.id, partnerID: key.partner, sequence: sequence, userID: user))
            default:
                .failed(
                    .init(
                        withdrawalID: key.id,
                        partnerID: key.partner,
                        sequence: sequence,
                        userID: user,
                        reason: failure ?? .notSent,
                        txid: txid
                    )
                )
            }
        }
        // Nothing is charged for what is not ready.
        let ends: [Effect] = wasReady ? [.closePromise(promise), .endCharge(promise.chargedEnd)] : []
        return ends + [.allocation(allocation), notice]
    }

    private func afterOutcome(_ event: Event) -> [Effect] {
        switch event {
        case .cancelled where state == .cancelled: []
        case .givenUp where state == .failed: []
        case .reported(let txid) where transfer == txid: []
        case .cancelled, .givenUp, .reported: [refused("changed")]
        default: []
        }
    }

    private func refused(_ what: String) -> Effect {
        .refuse(.wrongState, "withdrawal is \(state.rawValue): it cannot be \(what)")
    }

    private mutating func tell(_ make: (WithdrawalKey, Int, String?) -> WithdrawalNotice) -> Effect {
        sequence += 1
        return .tell(make(key, sequence, userID))
    }
}
