/// What a node said to a transaction.
///
/// Source of the codes: java-tron `Wallet.broadcastTransaction` and `Return.response_code` of api.proto.
public enum BroadcastOutcome: Sendable, Hashable {
    /// In the node's pool. Not on chain yet.
    case accepted
    /// The node knows this id, waiting or in a block (or, with some nodes, from an earlier failed attempt): look it up.
    case duplicate
    /// Not taken, through no fault of the transaction: send the same bytes again, here or elsewhere.
    case retrySameBytes(BroadcastRejection)
    /// This node will not take it. If no other node was given these bytes, it will never be on chain; otherwise absence
    /// is proven only when the solidified time has passed its expiration.
    case definitelyRejected(BroadcastRejection)
    /// It may or may not have been taken: look it up, send the same bytes again, and sign no replacement until the
    /// solidified time has passed its expiration.
    case unknown(reason: String)
}

/// A node's refusal.
public struct BroadcastRejection: Sendable, Hashable, CustomStringConvertible {
    /// The word in the answer's `code`, such as `TAPOS_ERROR`; empty when the request did not reach the node.
    public var code: String
    /// The node's reason.
    public var reason: String

    init(code: String, reason: String) {
        self.code = code
        self.reason = reason
    }

    /// The reference block is not on the node's chain: rebuild with a new one.
    public var isStaleReference: Bool { code == "TAPOS_ERROR" }
    /// It has expired, or expires too far ahead.
    public var isExpired: Bool { code == "TRANSACTION_EXPIRATION_ERROR" }
    /// State or parameters forbid it: not enough stake, balance, or a missing account.
    public var isInvalid: Bool { code == "CONTRACT_VALIDATE_ERROR" }
    /// Neither bandwidth nor TRX for bytes and fees.
    public var lacksBandwidth: Bool { code == "BANDWITH_ERROR" }

    /// Code and reason.
    public var description: String { code.isEmpty ? reason : "\(code): \(reason)" }
}

extension BroadcastOutcome {
    /// The outcome for an answer's code.
    public init(code: String, reason: String) {
        let rejection = BroadcastRejection(code: code, reason: reason)
        switch code {
        case "SUCCESS": self = .accepted
        case "DUP_TRANSACTION_ERROR": self = .duplicate
        case "SERVER_BUSY", "NO_CONNECTION", "NOT_ENOUGH_EFFECTIVE_CONNECTION", "BLOCK_UNSOLIDIFIED":
            self = .retrySameBytes(rejection)
        case "SIGERROR", "CONTRACT_VALIDATE_ERROR", "CONTRACT_EXE_ERROR", "BANDWITH_ERROR", "TAPOS_ERROR",
            "TOO_BIG_TRANSACTION_ERROR", "TRANSACTION_EXPIRATION_ERROR":
            self = .definitelyRejected(rejection)
        default: self = .unknown(reason: rejection.description)
        }
    }

    /// The outcome when there is no answer.
    init(_ error: NodeError) {
        self =
            error.wasNotSent
            ? .retrySameBytes(BroadcastRejection(code: "", reason: error.description))
            : .unknown(reason: error.description)
    }
}
