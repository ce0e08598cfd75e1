/// `withdrawal.request.v1`: the upstream asks for a withdrawal's energy. Hears: allocator.
public struct WithdrawalRequest: Message, Equatable {
    /// A command; its queue is `allocator.withdrawal.request`.
    public static let name = MessageName.command("withdrawal.request", for: "allocator")

    /// The upstream's own name for the withdrawal, unique per partner for at least 180 days.
    public var withdrawalID: WithdrawalID
    /// Whose withdrawal it is; the sending broker user must be registered to speak for that partner.
    public var partnerID: PartnerID
    /// The partner's own user, passed through to events; at most 128 bytes without control characters.
    public var userID: String?
    /// The registered hot wallet that will send: the energy goes to the sender.
    public var fromAddress: TronAddress
    /// Who gets the tokens; not the sender itself.
    public var toAddress: TronAddress
    /// `USDT`.
    public var token: String
    /// What is sent; more than zero.
    public var amount: TokenAmount
    /// Who goes first where energy is short; `normal` when absent.
    public var urgency: Urgency
    /// After it the withdrawal is not wanted any more; `nil` is never.
    public var deadline: Timestamp?
    /// Options accepted without asking when energy is short, in order.
    public var fallback: [ShortageOption]
    /// The most it may cost, in sun: 0 to 2^53 - 1; `nil` sets no limit.
    public var maxCost: Sun?
    /// Groups requests: all of a batch have one price, and `batch.completed` sums it up. At most 128 bytes without control
    /// characters.
    public var batchID: String?
    /// How many requests the batch has in all, 1 to 1,000,000; `nil` leaves its end to time.
    public var batchSize: Int?

    /// Takes the fields as they are: what they may be is checked where the request is admitted.
    public init(
        withdrawalID: WithdrawalID,
        partnerID: PartnerID,
        userID: String? = nil,
        fromAddress: TronAddress,
        toAddress: TronAddress,
        token: String = "USDT",
        amount: TokenAmount,
        urgency: Urgency = .normal,
        deadline: Timestamp? = nil,
        fallback: [ShortageOption] = [],
        maxCost: Sun? = nil,
        batchID: String? = nil,
        batchSize: Int? = nil
    ) {
        self.withdrawalID = withdrawalID
        self.partnerID = partnerID
        self.userID = userID
        self.fromAddress = fromAddress
        self.toAddress = toAddress
        self.token = token
        self.amount = amount
        self.urgency = urgency
        self.deadline = deadline
        self.fallback = fallback
        self.maxCost = maxCost
        self.batchID = batchID
        self.batchSize = batchSize
    }

    enum CodingKeys: String, CodingKey {
        case withdrawalID = "withdrawal_id"
        case partnerID = "partner_id"
        case userID = "user_id"
        case fromAddress = "from_address"
        case toAddress = "to_address"
        case token
        case amount
        case urgency
        case deadline
        case fallback
        case maxCost = "max_cost_sun"
        case batchID = "batch_id"
        case batchSize = "batch_size"
    }

    /// `urgency` and `fallback` may be absent. Throws `DecodingError` for a missing or malformed field.
    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        withdrawalID = try body.decode(WithdrawalID.self, forKey: .withdrawalID)
        partnerID = try body.decode(PartnerID.self, forKey: .partnerID)
        userID = try body.decodeIfPresent(String.self, forKey: .userID)
        fromAddress = try body.decode(TronAddress.self, forKey: .fromAddress)
        toAddress = try body.decode(TronAddress.self, forKey: .toAddress)
        token = try body.decode(String.self, forKey: .token)
        amount = try body.decode(TokenAmount.self, forKey: .amount)
        urgency = try body.decodeIfPresent(Urgency.self, forKey: .urgency) ?? .normal
        deadline = try body.decodeIfPresent(Timestamp.self, forKey: .deadline)
        fallback = try body.decodeIfPresent([ShortageOption].self, forKey: .fallback) ?? []
        maxCost = try body.decodeIfPresent(Sun.self, forKey: .maxCost)
        batchID = try body.decodeIfPresent(String.self, forKey: .batchID)
        batchSize = try body.decodeIfPresent(Int.self, forKey: .batchSize)
    }

    /// Leaves out what is `nil`, and an empty `fallback`.
    public func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        try body.encode(withdrawalID, forKey: .withdrawalID)
        try body.encode(partnerID, forKey: .partnerID)
        try body.encodeIfPresent(userID, forKey: .userID)
        try body.encode(fromAddress, forKey: .fromAddress)
        try body.encode(toAddress, forKey: .toAddress)
        try body.encode(token, forKey: .token)
        try body.encode(amount, forKey: .amount)
        try body.encode(urgency, forKey: .urgency)
        try body.encodeIfPresent(deadline, forKey: .deadline)
        if !fallback.isEmpty { try body.encode(fallback, forKey: .fallback) }
        try body.encodeIfPresent(maxCost, forKey: .maxCost)
        try body.encodeIfPresent(batchID, forKey: .batchID)
        try body.encodeIfPresent(batchSize, forKey: .batchSize)
    }

    /// `partner:withdrawal`.
    public var correlationID: String? { "\(partnerID):\(withdrawalID)" }
}
