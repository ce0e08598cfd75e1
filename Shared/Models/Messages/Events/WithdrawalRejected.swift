/// Why a message was refused. The partner is told; what it names is left as it was.
public enum RejectionReason: String, Codable, Sendable, CaseIterable {
    /// A field is missing or of the wrong type; `detail` names it.
    case malformed
    /// The AMQP `type` is not the one that this queue takes.
    case unsupportedType = "unsupported_type"
    /// The body has 64 KiB or more.
    case tooLarge = "too_large"
    /// `withdrawal_id` is missing or not 1 to 64 printable ASCII characters.
    case badWithdrawalID = "bad_withdrawal_id"
    /// `from_address` or `to_address` is not a TRON address in base58check.
    case badAddress = "bad_address"
    /// `to_address` is `from_address`.
    case sameAddress = "same_address"
    /// `from_address` is not a registered hot wallet of the partner.
    case hotWalletNotRegistered = "hot_wallet_not_registered"
    /// `token` is not `USDT`.
    case unknownToken = "unknown_token"
    /// `amount` is not a decimal in a JSON string.
    case amountNotDecimal = "amount_not_decimal"
    /// `amount` begins with a minus.
    case amountNegative = "amount_negative"
    /// `amount` is zero.
    case amountZero = "amount_zero"
    /// `amount` has more than six decimal places.
    case amountTooManyPlaces = "amount_too_many_places"
    /// `amount` is larger than any balance can be: its millionths do not fit 64 bits.
    case amountTooLarge = "amount_too_large"
    /// `deadline` had passed when the request was read.
    case deadlinePassed = "deadline_passed"
    /// The partner is paused: nothing new is taken from it.
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
    /// An event; the routing key is `withdrawal.rejected.<partner>`.
    public static let name = MessageName.event("withdrawal.rejected")

    /// Who is answered; the end of the routing key.
    public var partnerID: PartnerID
    /// As the message had it; absent where it had none.
    public var withdrawalID: String?
    /// The AMQP `message_id` of the message that is answered.
    public var messageID: String?
    /// The AMQP `type` of the message that is answered.
    public var messageType: String
    /// For programs: what was wrong.
    public var reason: RejectionReason
    /// For people: which field, and what was wrong with it.
    public var detail: String

    /// Takes the fields as they are; nothing is checked.
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

    /// The partner who is answered.
    public var routingPartner: PartnerID? { partnerID }
    /// `partner:withdrawal`; `nil` when the message named no withdrawal.
    public var correlationID: String? { withdrawalID.map { "\(partnerID):\($0)" } }
}
