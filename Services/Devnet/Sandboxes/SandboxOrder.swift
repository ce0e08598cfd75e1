internal import ChainModel
internal import Models

/// What a customer orders.
struct OrderRequest: Sendable {
    /// The customer's own name for it.
    var key: String?
    var receiver: TronAddress
    var energy: Int64
    var duration: Duration
    /// Whether the receiver is to be activated; `energy` 0 is an activation alone.
    var activates = false
}

/// One order of a played supplier, from the money to the reclaim.
struct SandboxOrder: Sendable {
    /// Where it is.
    enum Phase: Sendable, Hashable {
        /// Paid, and to be delegated at this time.
        case waiting(until: Timestamp)
        /// The receiver is being activated.
        case activating(TransactionID)
        /// The delegation is on its way into a block.
        case sent(TransactionID)
        /// The delegation is in a block.
        case delivered(TransactionID)
        /// The reclaim is on its way into a block.
        case returning(TransactionID)
        /// The energy is back.
        case ended
        /// Nothing was delegated.
        case failed
    }

    /// What a customer is told, whatever the protocol.
    enum Shown: String, Sendable {
        case accepted
        case delivering
        case delivered
        case failed
    }

    var id: String
    var request: OrderRequest
    var created: Timestamp
    var charged: Sun
    /// The part of ``charged`` for activation.
    var activationFee: Sun
    var refunded = Sun.zero
    var plan: OrderPlan
    var phase: Phase
    var needsActivation: Bool
    /// The energy that was or will be delegated: less than ordered where a fault says so.
    var energy: Int64
    /// The stake it took.
    var stake = Sun.zero
    /// A delegation that was announced before it was sent.
    var announced: ChainTransaction?
    var delegation: TransactionID?
    var delegatedAt: Timestamp?
    var reclaim: TransactionID?
    /// Delegations that did not get into a block.
    var attempts = 0

    /// When the rental ends, as the customer is told.
    var expires: Timestamp? { delegatedAt.map { $0 + request.duration } }

    /// When the energy is really taken back.
    var reclaimAt: Timestamp? { delegatedAt.map { $0 + (plan.earlyReclaim ?? request.duration) } }

    var shown: Shown {
        if plan.earlySuccess != nil, phase != .failed { return .delivered }
        return switch phase {
        case .waiting: attempts > 0 ? .delivering : .accepted
        case .activating, .sent: .delivering
        case .delivered, .returning, .ended: .delivered
        case .failed: .failed
        }
    }

    /// Whether there is still something to do about it.
    var isActive: Bool {
        switch phase {
        case .ended, .failed: false
        default: true
        }
    }

    /// The transaction it waits for or relies on.
    var watched: TransactionID? {
        switch phase {
        case .activating(let id), .sent(let id), .delivered(let id), .returning(let id): id
        default: nil
        }
    }

    var statement: JSON {
        var fields = Fields()
        fields.add("id", id)
        fields.add("key", request.key.map { .string($0) })
        fields.add("receiver", request.receiver.base58)
        fields.add("energy", request.energy)
        fields.add("delivered_energy", delegatedAt == nil ? 0 : energy)
        fields.add("charged_sun", charged.rawValue)
        fields.add("refunded_sun", refunded.rawValue)
        fields.add("state", phaseName)
        fields.add("created_ms", created.milliseconds)
        fields.add("delegation", delegation.map { .string($0.hex) })
        fields.add("delegated_ms", delegatedAt.map { .int($0.milliseconds) })
        fields.add("expires_ms", expires.map { .int($0.milliseconds) })
        fields.add("reclaim", reclaim.map { .string($0.hex) })
        return fields.json
    }

    private var phaseName: String {
        switch phase {
        case .waiting: "waiting"
        case .activating: "activating"
        case .sent: "sent"
        case .delivered: "delivered"
        case .returning: "returning"
        case .ended: "ended"
        case .failed: "failed"
        }
    }
}
