/// `withdrawal.settle.v1`: the upstream says which transfer it sent, or that it gave up. Hears: allocator.
///
/// Reporting is a help, not a need: the allocator sees transfers on chain by itself.
public struct WithdrawalSettle: Message, Equatable {
    /// A command; its queue is `allocator.withdrawal.settle`.
    public static let name = MessageName.command("withdrawal.settle", for: "allocator")

    /// The upstream's own name for the withdrawal, unique per partner.
    public var withdrawalID: WithdrawalID
    /// Whose withdrawal it is; the sending broker user must be registered to speak for that partner.
    public var partnerID: PartnerID
    /// The transfer's transaction; `nil` when it gave up.
    public var txid: TransactionID?
    /// `true`: nothing was sent and nothing will be.
    public var givenUp: Bool

    /// Takes the fields as they are. Give a `txid` or `givenUp`, not both: decoding refuses anything else.
    public init(withdrawalID: WithdrawalID, partnerID: PartnerID, txid: TransactionID?, givenUp: Bool = false) {
        self.withdrawalID = withdrawalID
        self.partnerID = partnerID
        self.txid = txid
        self.givenUp = givenUp
    }

    enum CodingKeys: String, CodingKey {
        case withdrawalID = "withdrawal_id"
        case partnerID = "partner_id"
        case txid
        case givenUp = "given_up"
    }

    /// `given_up` may be absent. Throws `DecodingError` unless exactly one of `txid` and `given_up` says something.
    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        withdrawalID = try body.decode(WithdrawalID.self, forKey: .withdrawalID)
        partnerID = try body.decode(PartnerID.self, forKey: .partnerID)
        txid = try body.decodeIfPresent(TransactionID.self, forKey: .txid)
        givenUp = try body.decodeIfPresent(Bool.self, forKey: .givenUp) ?? false
        guard (txid == nil) == givenUp else {
            let reason = "exactly one of txid and given_up must be there"
            throw DecodingError.dataCorruptedError(forKey: .txid, in: body, debugDescription: reason)
        }
    }

    /// `partner:withdrawal`.
    public var correlationID: String? { "\(partnerID):\(withdrawalID)" }
}

/// `withdrawal.cancel.v1`: the upstream does not want the withdrawal any more. Hears: allocator.
public struct WithdrawalCancel: Message, Equatable {
    /// A command; its queue is `allocator.withdrawal.cancel`.
    public static let name = MessageName.command("withdrawal.cancel", for: "allocator")

    /// The upstream's own name for the withdrawal, unique per partner.
    public var withdrawalID: WithdrawalID
    /// Whose withdrawal it is; the sending broker user must be registered to speak for that partner.
    public var partnerID: PartnerID

    /// Takes the fields as they are; nothing is checked.
    public init(withdrawalID: WithdrawalID, partnerID: PartnerID) {
        self.withdrawalID = withdrawalID
        self.partnerID = partnerID
    }

    enum CodingKeys: String, CodingKey {
        case withdrawalID = "withdrawal_id"
        case partnerID = "partner_id"
    }

    /// `partner:withdrawal`.
    public var correlationID: String? { "\(partnerID):\(withdrawalID)" }
}
