public import Models

/// Who delegated to whom.
public struct DelegationPair: Sendable, Hashable {
    /// The owner of the stake.
    public let from: TronAddress
    /// The receiver.
    public let to: TronAddress

    /// From the owner of the stake to the receiver.
    public init(from: TronAddress, to: TronAddress) {
        self.from = from
        self.to = to
    }
}

/// All that one account has delegated to another: the protocol keeps one unlocked and one locked record a pair.
public struct DelegationRecord: Sendable, Hashable {
    /// Stake that may be reclaimed at any time.
    public var unlocked: PerResource<Sun>
    /// Stake that may be reclaimed after ``expires``.
    public var locked: PerResource<Sun>
    /// When the whole locked part comes free; 0 where nothing is locked.
    public var expires: PerResource<Timestamp>

    /// Nothing delegated.
    public init() {
        unlocked = PerResource(.zero)
        locked = PerResource(.zero)
        expires = PerResource(Timestamp(milliseconds: 0))
    }

    /// What may be reclaimed at `now`: the unlocked part, and the locked one once its time has passed.
    public func reclaimable(_ resource: Resource, at now: Timestamp) -> Sun {
        unlocked[resource] + (expires[resource] < now ? locked[resource] : .zero)
    }

    /// Moves locked stake whose time has passed to the unlocked part.
    public mutating func unlockExpired(at now: Timestamp) {
        for resource in Resource.allCases where expires[resource] < now {
            unlocked[resource] += locked[resource]
            locked[resource] = .zero
            expires[resource] = Timestamp(milliseconds: 0)
        }
    }

    /// Everything delegated of one resource, locked or not.
    public func total(_ resource: Resource) -> Sun { unlocked[resource] + locked[resource] }

    /// Whether anything is in the unlocked record.
    public var hasUnlocked: Bool { unlocked.bandwidth > .zero || unlocked.energy > .zero }
    /// Whether anything is in the locked record.
    public var hasLocked: Bool { locked.bandwidth > .zero || locked.energy > .zero }
    /// Whether nothing is left.
    public var isEmpty: Bool { !hasUnlocked && !hasLocked }
}
