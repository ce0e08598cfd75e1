public import Models

/// One purchase of energy, from its choice to its end. Only ``handle(_:now:)`` changes it.
///
///     planned -> prepared -> accepted -> delivered -> proven -> (returning ->) ended
///                   |  ^        ^
///                   v  |        |
///                 unknown ------+--> failed | refunded | disputed
///
/// A purchase is placed again only when the supplier says it has never heard of it and either repeating is harmless or that
/// answer is final (``PurchaseRules``). It counts as failed only after an answer that settles it, so that never two
/// purchases of one acquisition are live. Success is what the chain shows; a supplier's success without it is looked up,
/// given up after a limit and its money claimed. One call is under way at a time. It holds everything that has to be
/// stored: store it after each event, before acting on the effects.
public struct Purchase: Sendable, Equatable, Codable {
    /// What is bought.
    public let order: PurchaseOrder
    /// How the supplier is.
    public let rules: PurchaseRules
    /// How long it waits for what.
    public let limits: PurchaseLimits
    /// When it was chosen.
    public let createdAt: Timestamp
    /// Where it stands.
    public internal(set) var state: PurchaseState = .planned
    /// The supplier's own name for it.
    public internal(set) var reference: String?
    /// Transactions that delegate, by the supplier's word; at most 32.
    public internal(set) var delegations: [TransactionID] = []
    /// What it has cost, as far as known, whatever of it has come back.
    public internal(set) var charged: Sun?
    /// What came back of it.
    public internal(set) var refunded: Sun = .zero
    /// What the chain showed of it last.
    public internal(set) var energy: Energy = .zero
    /// When the energy ends: by the supplier's word, else the ordered time after it was proven.
    public internal(set) var expiresAt: Timestamp?
    /// Why it failed.
    public internal(set) var reason: String?
    /// When it was first placed.
    public internal(set) var placedAt: Timestamp?
    /// How often it was placed.
    public internal(set) var placements = 0
    /// When it was first known that money is spent on it.
    public internal(set) var boughtAt: Timestamp?
    /// When it was first known that the supplier has it: the limits of delivery count from then, and where only the payment
    /// is known, from ``boughtAt``.
    public internal(set) var acceptedAt: Timestamp?
    /// When the chain first showed all of it.
    public internal(set) var provenAt: Timestamp?

    /// A call whose outcome is awaited.
    struct Call: Sendable, Equatable, Codable {
        var kind: SupplierCall
        var number: Int
        var startedAt: Timestamp
    }

    /// What is known of a payment on the chain.
    enum Payment: String, Sendable, Codable {
        case pending
        case landed
        case dead
    }

    var call: Call?
    var calls = 0
    /// Whether a placement that is over may have bought.
    var doubt = false
    var payment = Payment.pending
    /// When the last placement ended or was given up.
    var placeEndedAt: Timestamp?
    /// Look-ups in a row that settled nothing.
    var lookUps = 0
    var nextLookUp: Timestamp?
    /// Of the newest answered look-up, when it was asked.
    var lookedUpAt: Timestamp?
    /// Of the newest reading of the chain.
    var chainReadAt: Timestamp?
    var hasEnergyBeenLate = false
    /// Of which the supplier says that it is all there will be.
    var part: Energy?
    /// How often a landed payment was claimed after the limit of delivery.
    var lateClaims = 0
    /// How often a charge was said.
    var charges = 0
    /// How often a refund was said.
    var refunds = 0
    /// What is claimed and not back yet.
    public internal(set) var claimed: Sun = .zero
    /// Whether what there is was taken as all that will come.
    var isPart = false
    /// How often the supplier was asked for a claim.
    var claimLookUps = 0

    /// A new one; ``PurchaseEvent/begin`` sets it going.
    public init(
        _ order: PurchaseOrder,
        rules: PurchaseRules,
        limits: PurchaseLimits = PurchaseLimits(),
        now: Timestamp
    ) {
        self.order = order
        self.rules = rules
        self.limits = limits
        createdAt = now
    }

    /// When ``PurchaseEvent/clock`` should be handed to it; `nil` when time alone changes nothing.
    public var wakeAt: Timestamp? {
        let moments = [
            hasNotBegun ? createdAt : nil, call.map { $0.startedAt + limits.call }, call == nil ? nextLookUp : nil,
        ]
        return moments.compactMap { $0 }.min()
    }

    /// Whether only the chain can still say what became of its payment.
    public var awaitsPayment: Bool {
        rules.paysOnChain && payment == .pending && state != .planned && !(state == .failed && placements == 0)
    }

    /// Whether it has not been told ``PurchaseEvent/begin`` yet.
    public var hasNotBegun: Bool { state == .planned && calls == 0 }

    /// Takes an event; what does not concern its state changes nothing.
    /// - Parameter now: domain time, never earlier than in the call before.
    public mutating func handle(_ event: PurchaseEvent, now: Timestamp) -> [PurchaseEffect] {
        let effects = take(event, now)
        // Whatever has happened, what is not over is looked at again.
        if call == nil, nextLookUp == nil {
            switch state {
            case .proven: awaitEnd(now)
            case .prepared, .unknown, .accepted, .delivered: nextLookUp = now
            case .disputed: awaitRefund(now)
            case .planned, .returning, .ended, .failed, .refunded: break
            }
        }
        return effects
    }

    private mutating func take(_ event: PurchaseEvent, _ now: Timestamp) -> [PurchaseEffect] {
        switch event {
        case .begin:
            guard state == .planned, call == nil else { return [] }
            return [.prepare(call: start(.prepare, now))]
        case .prepared(let number):
            guard state == .planned, finish(number, .prepare) != nil else { return [] }
            state = .prepared
            return place(now)
        case .prepareFailed(let fault, let number):
            guard state == .planned, finish(number, .prepare) != nil else { return [] }
            return fail("\(fault)")
        case .placed(let report, let number):
            if let asked = finish(number, .place) {
                placeEndedAt = now
                // Where placing again is how to ask, this is an answer.
                lookedUpAt = asked.startedAt
                if isBoughtLate(report, asked.startedAt) {
                    let alarm = PurchaseEffect.alarm("\(order.key) was asked for, and bought by asking")
                    return [alarm] + take(report, now)
                }
            }
            return take(report, now)
        case .placeFailed(let fault, let number):
            guard let asked = finish(number, .place) else { return [] }
            defer { placeEndedAt = now }
            return placementFailed(fault, asked: asked.startedAt, now)
        case .found(let report, let number):
            guard let asked = finish(number, .find) else { return report.map { take($0, now) } ?? [] }
            lookedUpAt = asked.startedAt
            guard let report else { return absent(asked: asked.startedAt, now) + conclude(now) }
            return take(report, now) + conclude(now)
        case .findFailed(let fault, let number):
            guard finish(number, .find) != nil else { return [] }
            lookAgain(now, atLeast: fault.retryAfter)
            return conclude(now)
        case .paymentLanded: return paid(now)
        case .paymentDead: return died(now)
        case .chainShows(let shown, let moment): return chainShows(shown, at: moment, now)
        case .chainLost: return proofLost(now)
        case .refundArrived(let amount): return refundArrived(amount)
        case .returnWanted:
            guard state == .proven, rules.isReturnable else { return [] }
            state = .returning
            nextLookUp = now + limits.longestPause
            return [.giveBack]
        case .restarted: return restarted(now)
        case .clock: return review(now)
        }
    }
}
