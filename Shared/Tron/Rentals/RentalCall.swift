public import ChainModel
public import Models

/// A call of JustLend DAO's Energy Rental, as it stands in the data of a ``TriggerSmartContract``. Energy only.
public enum RentalCall: Sendable, Hashable {
    /// `rentResource(address,uint256,uint256)`: rents `stake` for `receiver`; the TRX sent along are the prepayment.
    case rent(receiver: TronAddress, stake: Sun)
    /// `returnResource(address,uint256,uint256)`: gives `stake` back, called by who rented it.
    case giveBack(receiver: TronAddress, stake: Sun)

    /// Reads call data.
    /// - Returns: `nil` for another function, missing or extra bytes, or another resource than energy.
    public init?(data: some Collection<UInt8>) {
        let bytes = Array(data)
        guard bytes.count == 4 + 3 * 32 else { return nil }
        let words = (0..<3).map { Word(bytes: bytes[4 + 32 * $0..<36 + 32 * $0]) }
        guard let receiver = words[0].address, words[0] == Word(receiver), let stake = words[1].int64,
            words[2] == Self.energy
        else { return nil }
        switch RentalMarket.Function(rawValue: bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) }) {
        case .rentResource: self = .rent(receiver: receiver, stake: Sun(stake))
        case .returnResource: self = .giveBack(receiver: receiver, stake: Sun(stake))
        default: return nil
        }
    }

    /// The call data.
    public var data: [UInt8] {
        switch self {
        case .rent(let receiver, let stake): Self.data(.rentResource, receiver, stake)
        case .giveBack(let receiver, let stake): Self.data(.returnResource, receiver, stake)
        }
    }

    /// The resource type of energy.
    static let energy = Word(1)

    private static func data(_ function: RentalMarket.Function, _ receiver: TronAddress, _ stake: Sun) -> [UInt8] {
        function.selector + Word(receiver).bytes + Word(UInt64(max(0, stake.rawValue))).bytes + energy.bytes
    }
}

/// What the rental market reported about a rental: the only proof that a call did what it was for.
public enum RentalEvent: Sendable, Hashable {
    /// Stake was added to a rental, and so much paid in.
    case rented(renter: TronAddress, receiver: TronAddress, stake: Sun, paid: Sun)
    /// Stake was given back, and so much paid out; `remaining` is still rented.
    case givenBack(renter: TronAddress, receiver: TronAddress, stake: Sun, refund: Sun, remaining: Sun)

    /// Reads a log of `RentResource` or `ReturnResource`.
    /// - Returns: `nil` for any other log.
    public init?(_ log: EventLog) {
        guard log.topics.count == 3, let renter = log.topics[1].address, let receiver = log.topics[2].address else {
            return nil
        }
        let values = stride(from: 0, to: log.data.count, by: 32).map {
            Word(bytes: log.data[$0..<min($0 + 32, log.data.count)]).int64.map { Sun($0) }
        }
        if log.topics[0] == EventLog.rentTopic, values.count == 4, let stake = values[0], let paid = values[2] {
            self = .rented(renter: renter, receiver: receiver, stake: stake, paid: paid)
        } else if log.topics[0] == EventLog.returnTopic, values.count == 5, let stake = values[0],
            let refund = values[3], let remaining = values[4]
        {
            self = .givenBack(renter: renter, receiver: receiver, stake: stake, refund: refund, remaining: remaining)
        } else {
            return nil
        }
    }
}

extension TransactionReceipt {
    /// What a market reported in this transaction.
    public func rentalEvents(of market: TronAddress) -> [RentalEvent] {
        logs.filter { $0.address == market }.compactMap { RentalEvent($0) }
    }
}
