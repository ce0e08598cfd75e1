/// Where a withdrawal stands. `settled`, `cancelled`, `expired` and `failed` are outcomes: exactly one, and for ever.
public enum WithdrawalState: String, Codable, Sendable, CaseIterable {
    /// Stored; what it needs is not known yet.
    case received
    /// Its need is known and energy is on the way.
    case acquiring
    /// Energy is short: it waits for a choice, for energy, or for its deadline.
    case short
    /// In the wait queue, by choice.
    case waiting
    /// Put off to a later time, by choice.
    case postponed
    /// The energy is proven on chain and promised: the transfer may be sent.
    case ready
    /// Its transfer is in a solid block and succeeded.
    case settled
    /// The upstream did not want it any more.
    case cancelled
    /// Its deadline, or the longest wait without energy, has passed.
    case expired
    /// Not sent, given up, or the transfer failed: ``FailureReason`` says which.
    case failed

    /// Whether nothing follows.
    public var isOutcome: Bool {
        switch self {
        case .settled, .cancelled, .expired, .failed: true
        case .received, .acquiring, .short, .waiting, .postponed, .ready: false
        }
    }
}

/// Where an allocation, the one of each withdrawal, stands.
public enum AllocationState: String, Codable, Sendable, CaseIterable {
    /// Nothing was promised to it yet.
    case pending
    /// Its promise broke, and energy is acquired for it again.
    case processing
    /// Proven on chain and told to the upstream.
    case completed
    /// Its withdrawal failed before a transfer, or expired.
    case failed
    /// Its withdrawal was cancelled.
    case cancelled
    /// Met by a ``ShortageOption`` instead of energy of the house.
    case fallback
}

/// Where energy being brought to one hot wallet stands.
public enum AcquisitionState: String, Codable, Sendable, CaseIterable {
    /// Its transaction is signed and stored; it may be on its way.
    case started
    /// An account read shows the energy at the wallet.
    case proven
    /// Nothing was delegated and nothing will be.
    case failed
    /// The chain reports nothing of it any more.
    case reclaimed
}

/// Where one signed transaction stands. At most one `live` per acquisition.
public enum AttemptState: String, Codable, Sendable, CaseIterable {
    /// Stored; it may have been sent, and may still land.
    case live
    /// Seen in a block of the head chain; a reorganisation may take it back to `live`.
    case included
    /// In a solid block, executed.
    case final
    /// In a block, but its execution failed.
    case reverted
    /// Solid time has passed its expiration and the chain does not know it: it can never land.
    case expired
}

/// How soon a withdrawal is wanted. Higher goes first where energy is short.
public enum Urgency: String, Codable, Sendable, CaseIterable, Comparable {
    /// After the others; what a request without `urgency` means.
    case normal
    /// Before normal, after urgent.
    case priority
    /// Before all others.
    case urgent

    /// 0 for normal to 2 for urgent, as stored.
    public var rank: Int16 {
        switch self {
        case .normal: 0
        case .priority: 1
        case .urgent: 2
        }
    }

    /// Ordered by ``rank``: `normal < priority < urgent`.
    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
}

/// How a withdrawal's energy is paid for.
public enum AllocationMethod: String, Codable, Sendable, CaseIterable {
    /// Energy stands at the wallet; nothing is burnt.
    case energy
    /// TRX is burnt, as planned.
    case burn
}

/// What is offered when energy is short.
public enum ShortageOption: String, Codable, Sendable, CaseIterable {
    /// The fee is paid in TRX: the transfer burns it instead of using energy.
    case trxPayment = "trx_payment"
    /// It waits in the queue until energy comes back.
    case queueWait = "queue_wait"
    /// Energy comes from an outside pool or supplier.
    case externalPool = "external_pool"
    /// It is put off to a later time.
    case postpone
    /// The partner burns TRX by himself, without an allocation.
    case partnerFallback = "partner_fallback"
}
