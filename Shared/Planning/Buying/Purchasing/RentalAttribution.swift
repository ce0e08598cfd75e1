public import Models

/// Energy stake that somebody outside the house was seen to delegate to a hot wallet.
public struct SeenDelegation: Sendable, Equatable {
    /// The transaction.
    public var txid: TransactionID
    /// Its block; later ones come after it.
    public var block: Int64
    /// When that was.
    public var at: Timestamp
    /// Whose stake.
    public var owner: TronAddress
    /// How much.
    public var stake: Sun
    /// The purchase it was found to be part of.
    public var acquisition: UUIDv7?

    /// - Parameters: as the properties.
    public init(
        txid: TransactionID,
        block: Int64,
        at: Timestamp,
        owner: TronAddress,
        stake: Sun,
        acquisition: UUIDv7? = nil
    ) {
        self.txid = txid
        self.block = block
        self.at = at
        self.owner = owner
        self.stake = stake
        self.acquisition = acquisition
    }
}

/// A purchase that looks for its energy among what was delegated to its wallet.
public struct RentalClaimant: Sendable, Equatable {
    /// Which.
    public var acquisition: UUIDv7
    /// The transactions that delegate, by the supplier's word.
    public var delegations: [TransactionID]
    /// When it was first placed: nothing before can be its.
    public var placedAt: Timestamp?
    /// Whether it may take what nobody named: it is live and not proven.
    public var isWaiting: Bool
    /// What was ordered.
    public var ordered: Energy

    /// - Parameters: as the properties.
    public init(
        acquisition: UUIDv7,
        delegations: [TransactionID],
        placedAt: Timestamp?,
        isWaiting: Bool,
        ordered: Energy
    ) {
        self.acquisition = acquisition
        self.delegations = delegations
        self.placedAt = placedAt
        self.isWaiting = isWaiting
        self.ordered = ordered
    }
}

/// What of a wallet's foreign delegations belongs to which purchase.
public struct RentalAttribution: Sendable, Equatable {
    /// Transactions newly found to be part of a purchase, or of another than was thought.
    public var found: [TransactionID: UUIDv7] = [:]
    /// Stake of each purchase that stands now; zero for one of which nothing does.
    public var standing: [UUIDv7: Sun] = [:]
}

/// Tells which purchase brought what stands at a wallet.
///
/// A delegation belongs to the purchase whose supplier names its transaction, also when it was taken for that of another
/// which still waits; one that nobody names, to the oldest purchase that waits since before it and was told no transaction,
/// as long as that has not all it ordered: suppliers may deliver before, or without, saying so. Of one owner the chain keeps
/// one record a wallet: what stands of it are the newest delegations, since rentals of one length end in the order they began.
/// - Parameters:
///   - claimants: the wallet's purchases that are neither failed nor ended, in the order they were made.
///   - seen: what was delegated to the wallet and not taken back as a whole before, oldest first.
///   - records: what stands by owner now.
///   - stakeOf: stake that brings so much energy, at the chain's present rate; `nil` while that is not known.
public func attributeRentals(
    to claimants: [RentalClaimant],
    seen: [SeenDelegation],
    records: [TronAddress: Sun],
    stakeOf: (Energy) -> Sun?
) -> RentalAttribution {
    var result = RentalAttribution()
    var owners = Dictionary(seen.map { ($0.txid, $0.acquisition) }, uniquingKeysWith: { first, _ in first })
    var guessing: [UUIDv7: [TransactionID]] = [:]
    for claimant in claimants where claimant.isWaiting { guessing[claimant.acquisition] = claimant.delegations }
    for claimant in claimants {
        result.standing[claimant.acquisition] = .zero
        for txid in claimant.delegations {
            guard let holder = owners[txid], holder != claimant.acquisition else { continue }
            if let holder, guessing[holder]?.contains(txid) ?? true { continue }
            owners[txid] = .some(claimant.acquisition)
            result.found[txid] = claimant.acquisition
        }
    }
    for claimant in claimants where claimant.isWaiting && claimant.delegations.isEmpty {
        guard let placed = claimant.placedAt, let ordered = stakeOf(claimant.ordered) else { continue }
        var has = seen.reduce(Sun.zero) { owners[$1.txid] == claimant.acquisition ? $0 + $1.stake : $0 }
        for delegation in seen where delegation.at >= placed && delegation.stake > .zero && has < ordered {
            guard case .some(.none) = owners[delegation.txid] else { continue }
            owners[delegation.txid] = .some(claimant.acquisition)
            result.found[delegation.txid] = claimant.acquisition
            has = has + delegation.stake
        }
    }
    var left = records
    for delegation in seen.reversed() where delegation.stake > .zero {
        let stands = min(delegation.stake, left[delegation.owner] ?? .zero)
        left[delegation.owner] = (left[delegation.owner] ?? .zero) - stands
        guard case .some(.some(let acquisition)) = owners[delegation.txid], result.standing[acquisition] != nil else {
            continue
        }
        result.standing[acquisition] = (result.standing[acquisition] ?? .zero) + stands
    }
    return result
}
