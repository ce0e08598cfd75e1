public import Models

/// What a hot wallet has at one block, and what has been promised of it: the aggregate that promises are made from.
public struct WalletPosition: Sendable, Equatable {
    /// The hot wallet: whose energy its transfers use.
    public var wallet: TronAddress
    /// The block of the reading.
    public var block: Int64
    /// Whether the account exists on chain: nothing can be delegated to one that does not.
    public var activated: Bool
    /// `EnergyLimit`: what its own stake and all delegations to it bring together.
    public var energyLimit: Energy
    /// `EnergyUsed`, recovered up to the block: used, not available.
    public var energyUsed: Energy
    /// Free bandwidth of the kind that has more: a transaction is paid from one kind alone (DOMAIN 1.4).
    public var bandwidthAvailable: Bandwidth
    /// TRX that is neither staked nor being unstaked.
    public var balance: Sun
    /// USDT in millionths.
    public var tokenUnits: Int64
    /// What a reclaim under way will take: not to be promised any more.
    public var withheld: Energy
    /// Sum of the open promises.
    public var promisedEnergy: Energy
    /// USDT in millionths of the open promises.
    public var promisedUnits: Int64
    /// How many promises are open; each may burn TRX for its bytes.
    public var promisedCount: Int64
    /// Where the energy came from that was brought last: `own_stake`, a supplier's id; `standing` when we brought none.
    public var energySource: String
    /// What it cost to bring it; zero when we brought none.
    public var energyPrice: SunPerEnergy

    /// The source of energy that we did not bring.
    public static let standing = "standing"
    /// Of ``energyLimit``, what is rented and ends before a promise made now would.
    public var endingSoon: Energy
    /// Of ``promisedEnergy``, the promises that end before any of ``endingSoon`` does.
    public var promisedBeforeEnd: Energy

    /// A fresh reading by the defaults, with nothing promised, or a position as stored.
    public init(
        wallet: TronAddress,
        block: Int64,
        activated: Bool,
        energyLimit: Energy,
        energyUsed: Energy,
        bandwidthAvailable: Bandwidth,
        balance: Sun,
        tokenUnits: Int64,
        withheld: Energy = .zero,
        promisedEnergy: Energy = .zero,
        promisedUnits: Int64 = 0,
        promisedCount: Int64 = 0,
        energySource: String = WalletPosition.standing,
        energyPrice: SunPerEnergy = SunPerEnergy(rawValue: 0),
        endingSoon: Energy = .zero,
        promisedBeforeEnd: Energy = .zero
    ) {
        self.wallet = wallet
        self.block = block
        self.activated = activated
        self.energyLimit = energyLimit
        self.energyUsed = energyUsed
        self.bandwidthAvailable = bandwidthAvailable
        self.balance = balance
        self.tokenUnits = tokenUnits
        self.withheld = withheld
        self.promisedEnergy = promisedEnergy
        self.promisedUnits = promisedUnits
        self.promisedCount = promisedCount
        self.energySource = energySource
        self.energyPrice = energyPrice
        self.endingSoon = endingSoon
        self.promisedBeforeEnd = promisedBeforeEnd
    }

    /// Energy the wallet has and keeps, promised or not. Negative readings (a limit that shrank below the usage) count as
    /// none.
    public var capacity: Energy { (energyLimit - energyUsed - withheld).clamped }

    /// What the wallet loses of ``capacity`` when the rentals that end soon have ended. Usage goes along pro rata (DOMAIN 7.1),
    /// so that of `L - U` the share `d / L` is lost, whoever's energy was used: of what promises that end before use, as of
    /// all usage, that share alone comes off the loss. Rounded up.
    public var losing: Energy {
        let limit = energyLimit - withheld
        guard endingSoon > .zero, limit > .zero else { return .zero }
        let unused = (capacity - min(promisedBeforeEnd, promisedEnergy)).clamped
        let share = min(endingSoon, limit)
        return Energy(scaledUp(unused.rawValue, by: share.rawValue, over: limit.rawValue) ?? unused.rawValue)
    }

    /// What is left after all promises for another one that outlives the rentals that end soon. Negative: so much has to be
    /// brought before anything is free.
    public var surplus: Energy { energyLimit - energyUsed - withheld - losing - promisedEnergy }

    /// The least energy that has to be brought before so much more can be promised. What ends soon takes of what is brought
    /// too, so that more than the difference may be needed.
    public func missing(for need: Energy) -> Energy {
        let linear = (need - surplus).clamped
        guard endingSoon > .zero, linear > .zero else { return linear }
        // No more than the rentals themselves is ever lost.
        var (low, high) = (linear.rawValue, max(linear, need - surplus - losing + endingSoon).rawValue)
        while low < high {
            let middle = low + (high - low) / 2
            var later = self
            later.energyLimit = energyLimit + Energy(middle)
            if later.surplus >= need { high = middle } else { low = middle + 1 }
        }
        return Energy(low)
    }

    /// Whether all transfers that may be on their way burn: each uses what energy there is before it burns.
    public var isBurning: Bool { promisedCount > 0 && promisedEnergy == .zero }

    /// Energy that may still be promised; none while transfers that burn may use it up.
    public var free: Energy { isBurning ? .zero : surplus.clamped }
}
