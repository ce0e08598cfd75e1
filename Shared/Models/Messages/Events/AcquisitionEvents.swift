/// What is common to the events about energy being brought to one hot wallet.
public struct AcquisitionEventBody: Codable, Sendable, Equatable {
    /// The same in every event about it.
    public var acquisitionID: UUIDv7
    /// The hot wallet.
    public var wallet: TronAddress
    /// Where the energy comes from: `own_stake`, or a supplier's id.
    public var source: String
    /// The registry's id of the pool whose stake is delegated; absent where energy is bought.
    public var pool: String?
    /// What the stake was to bring when the order was planned, the chain's rate moves; or what was ordered.
    public var energy: Energy
    /// The stake that is delegated for it, in sun; absent where energy is bought.
    public var stake: Sun?
    /// The delegation, when it is `started`; absent from the other events.
    public var txid: TransactionID?

    /// Takes the fields as they are; nothing is checked.
    public init(
        acquisitionID: UUIDv7,
        wallet: TronAddress,
        source: String,
        pool: String?,
        energy: Energy,
        stake: Sun?,
        txid: TransactionID?
    ) {
        self.acquisitionID = acquisitionID
        self.wallet = wallet
        self.source = source
        self.pool = pool
        self.energy = energy
        self.stake = stake
        self.txid = txid
    }

    enum CodingKeys: String, CodingKey {
        case acquisitionID = "acquisition_id"
        case wallet
        case source
        case pool
        case energy
        case stake = "stake_sun"
        case txid
    }
}

/// A message whose JSON body is an ``AcquisitionEventBody``.
public protocol AcquisitionEvent: Message, Equatable {
    /// The whole content.
    var body: AcquisitionEventBody { get }
    /// Wraps a body.
    init(_ body: AcquisitionEventBody)
}

extension AcquisitionEvent {
    /// From the fields of the body, without a level between; `DecodingError` as they throw it.
    public init(from decoder: any Decoder) throws { self.init(try AcquisitionEventBody(from: decoder)) }
    /// As the fields of the body, without a level between.
    public func encode(to encoder: any Encoder) throws { try body.encode(to: encoder) }
    /// The acquisition: it may serve several withdrawals.
    public var correlationID: String? { body.acquisitionID.description }
}

/// `acquisition.started.v1`: a delegation is signed and stored and goes out, or energy is about to be ordered.
public struct AcquisitionStarted: AcquisitionEvent {
    /// An event for the house, bound to no partner; the routing key is `acquisition.started`.
    public static let name = MessageName.event("acquisition.started")
    /// Its `txid` is the signed delegation; none where energy is bought.
    public var body: AcquisitionEventBody
    /// Wraps a body.
    public init(_ body: AcquisitionEventBody) { self.body = body }
}

/// `acquisition.proven.v1`: an account read shows the energy at the wallet, or its delegation is in a solid block.
public struct AcquisitionProven: AcquisitionEvent {
    /// An event for the house, bound to no partner; the routing key is `acquisition.proven`.
    public static let name = MessageName.event("acquisition.proven")
    /// Without a `txid`.
    public var body: AcquisitionEventBody
    /// Wraps a body.
    public init(_ body: AcquisitionEventBody) { self.body = body }
}

/// `acquisition.failed.v1`: nothing was delegated and nothing will be.
public struct AcquisitionFailed: AcquisitionEvent {
    /// An event for the house, bound to no partner; the routing key is `acquisition.failed`.
    public static let name = MessageName.event("acquisition.failed")
    /// Without a `txid`.
    public var body: AcquisitionEventBody
    /// Wraps a body.
    public init(_ body: AcquisitionEventBody) { self.body = body }
}

/// `acquisition.reclaimed.v1`: the chain reports nothing of it any more.
public struct AcquisitionReclaimed: AcquisitionEvent {
    /// An event for the house, bound to no partner; the routing key is `acquisition.reclaimed`.
    public static let name = MessageName.event("acquisition.reclaimed")
    /// Without a `txid`.
    public var body: AcquisitionEventBody
    /// Wraps a body.
    public init(_ body: AcquisitionEventBody) { self.body = body }
}
