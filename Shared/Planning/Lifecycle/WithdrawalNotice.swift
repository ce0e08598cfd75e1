public import Models

/// How a promise ends.
public enum PromiseEnd: Sendable, Equatable {
    /// The transfer is in that block of the head chain.
    case used(block: Int64)
    /// It broke: `withdrawal.revoked` was told.
    case revoked
    /// Its withdrawal was cancelled. One that is ready cannot be, so no promise ends so at present.
    case cancelled
    /// The upstream says that it sent nothing.
    case givenUp
    /// No transfer reached the solid chain in time.
    case notSent
    /// Its withdrawal expired. One that is ready does not, so no promise ends so at present.
    case expired

    /// The block of the transfer that used it.
    public var block: Int64? {
        if case .used(let block) = self { block } else { nil }
    }

    /// How the charge for it ends, when the withdrawal ends with it or goes on without it. One that is used and ends a
    /// withdrawal at once has failed.
    var chargedEnd: ChargedEnd {
        switch self {
        case .used: .transferFailed
        case .revoked: .broken
        case .cancelled: .cancelled
        case .givenUp: .givenUp
        case .notSent: .notSent
        case .expired: .expired
        }
    }

    /// As stored.
    public var name: String {
        switch self {
        case .used: "used"
        case .revoked: "revoked"
        case .cancelled: "cancelled"
        case .givenUp: "given_up"
        case .notSent: "not_sent"
        case .expired: "expired"
        }
    }
}

/// What the partner is told about a withdrawal.
public enum WithdrawalNotice: Sendable, Equatable {
    /// Energy has to be brought first.
    case accepted(WithdrawalAccepted)
    /// No energy can be had now.
    case short(WithdrawalShort)
    /// No source could serve it: the wallet burns, and `ready` follows.
    case fallback(AllocationFallback)
    /// Send now.
    case ready(WithdrawalReady)
    /// Do not send: the promise broke.
    case revoked(WithdrawalRevoked)
    /// Outcome: the transfer is irreversible.
    case settled(WithdrawalSettled)
    /// Outcome: the upstream asked for it.
    case cancelled(WithdrawalCancelled)
    /// Outcome: a deadline or a shortage ended it.
    case expired(WithdrawalExpired)
    /// Outcome: with a reason.
    case failed(WithdrawalFailed)

    /// As it is published.
    public var event: any WithdrawalEvent {
        switch self {
        case .accepted(let event): event
        case .short(let event): event
        case .fallback(let event): event
        case .ready(let event): event
        case .revoked(let event): event
        case .settled(let event): event
        case .cancelled(let event): event
        case .expired(let event): event
        case .failed(let event): event
        }
    }
}
