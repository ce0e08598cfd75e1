/// What is common to the events about energy being brought to one hot wallet.
public struct AcquisitionEventBody: Codable, Sendable, Equatable {
    public var acquisitionID: UUIDv7
    /// The hot wallet.
    public var wallet: TronAddress
    /// `own_stake`.
    public var source: String
    public var pool: String
    public var energy: Energy
    /// The stake that is delegated for it.
    public var stake: Sun
    /// The newest transaction of it.
    public var txid: TransactionID?

    public init(
        acquisitionID: UUIDv7,
        wallet: TronAddress,
        source: String,
        pool: String,
        energy: Energy,
        stake: Sun,
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
    var body: AcquisitionEventBody { get }
    init(_ body: AcquisitionEventBody)
}

extension AcquisitionEvent {
    public init(from decoder: any Decoder) throws { self.init(try AcquisitionEventBody(from: decoder)) }
    public func encode(to encoder: any Encoder) throws { try body.encode(to: encoder) }
    public var correlationID: String? { body.acquisitionID.description }
}

/// `acquisition.started.v1`: a delegation is signed and stored and goes out.
public struct AcquisitionStarted: AcquisitionEvent {
    public static let name = MessageName.event("acquisition.started")
    public var body: AcquisitionEventBody
    public init(_ body: AcquisitionEventBody) { self.body = body }
}

/// `acquisition.proven.v1`: an account read shows the energy at the wallet.
public struct AcquisitionProven: AcquisitionEvent {
    public static let name = MessageName.event("acquisition.proven")
    public var body: AcquisitionEventBody
    public init(_ body: AcquisitionEventBody) { self.body = body }
}

/// `acquisition.failed.v1`: nothing was delegated and nothing will be.
public struct AcquisitionFailed: AcquisitionEvent {
    public static let name = MessageName.event("acquisition.failed")
    public var body: AcquisitionEventBody
    public init(_ body: AcquisitionEventBody) { self.body = body }
}

/// `acquisition.reclaimed.v1`: the chain reports nothing of it any more.
public struct AcquisitionReclaimed: AcquisitionEvent {
    public static let name = MessageName.event("acquisition.reclaimed")
    public var body: AcquisitionEventBody
    public init(_ body: AcquisitionEventBody) { self.body = body }
}
