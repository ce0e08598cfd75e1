/// Why a message was refused. The partner is told; what it names is left as it was.
public enum RejectionReason: String, Codable, Sendable, CaseIterable {
    /// A field is missing or of the wrong type; `detail` names it.
    case malformed
    case unsupportedType = "unsupported_type"
    case tooLarge = "too_large"
    case badWithdrawalID = "bad_withdrawal_id"
    case badAddress = "bad_address"
    case sameAddress = "same_address"
    case hotWalletNotRegistered = "hot_wallet_not_registered"
    case unknownToken = "unknown_token"
    case amountNotDecimal = "amount_not_decimal"
    case amountNegative = "amount_negative"
    case amountZero = "amount_zero"
    case amountTooManyPlaces = "amount_too_many_places"
    case amountTooLarge = "amount_too_large"
    case deadlinePassed = "deadline_passed"
    case partnerPaused = "partner_paused"
    /// The same id was used before with another content.
    case conflictingDuplicate = "conflicting_duplicate"
    /// The hot wallet has not the USDT.
    case insufficientBalance = "insufficient_balance"
    /// The simulated transfer reverts for another reason.
    case wouldRevert = "would_revert"
    /// A command names a withdrawal that is not there.
    case unknownWithdrawal = "unknown_withdrawal"
    /// A command that the withdrawal's state does not allow.
    case wrongState = "wrong_state"
}

/// `withdrawal.rejected.v1`: the answer to a message that cannot be followed. It never ends a withdrawal.
public struct WithdrawalRejected: Message, Equatable {
    public static let name = MessageName.event("withdrawal.rejected")

    public var partnerID: PartnerID
    /// As the message had it; absent where it had none.
    public var withdrawalID: String?
    /// The AMQP `message_id` of the message that is answered.
    public var messageID: String?
    /// The AMQP `type` of the message that is answered.
    public var messageType: String
    public var reason: RejectionReason
    /// For people: which field, and what was wrong with it.
    public var detail: String

    public init(
        partnerID: PartnerID,
        withdrawalID: String?,
        messageID: String?,
        messageType: String,
        reason: RejectionReason,
        detail: String
    ) {
        self.partnerID = partnerID
        self.withdrawalID = withdrawalID
        self.messageID = messageID
        self.messageType = messageType
        self.reason = reason
        self.detail = detail
    }

    enum CodingKeys: String, CodingKey {
        case partnerID = "partner_id"
        case withdrawalID = "withdrawal_id"
        case messageID = "message_id"
        case messageType = "message_type"
        case reason
        case detail
    }

    public var routingPartner: PartnerID? { partnerID }
    public var correlationID: String? { withdrawalID.map { "\(partnerID):\($0)" } }
}
