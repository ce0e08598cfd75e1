public import Models

/// A withdrawal's name: unique per partner.
public struct WithdrawalKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Who asked.
    public var partner: PartnerID
    /// The partner's own id: 1-64 printable ASCII characters, unique for at least 180 days.
    public var id: WithdrawalID

    /// Both parts have been checked by their own types.
    public init(partner: PartnerID, id: WithdrawalID) {
        self.partner = partner
        self.id = id
    }

    /// By partner, then id: an order that decides between equals everywhere alike.
    public static func < (a: Self, b: Self) -> Bool { (a.partner, a.id) < (b.partner, b.id) }
    /// `partner:withdrawal`, as in the AMQP `correlation_id`.
    public var description: String { "\(partner):\(id)" }
}

/// A withdrawal that waits for energy at one wallet.
public struct Claim: Sendable, Equatable {
    /// Who claims.
    public var key: WithdrawalKey
    /// What a promise to it reserves.
    public var need: Need
    /// USDT in millionths that the wallet must have besides what it has promised.
    public var units: Int64
    /// ``Urgency/rank``: 0 normal to 2 urgent.
    public var urgency: Int16
    /// When it was stored; the earlier goes first.
    public var receivedAt: Timestamp

    /// Usually made by ``Withdrawal/claim``.
    public init(key: WithdrawalKey, need: Need, units: Int64, urgency: Int16, receivedAt: Timestamp) {
        self.key = key
        self.need = need
        self.units = units
        self.urgency = urgency
        self.receivedAt = receivedAt
    }

    /// Urgent first, then the longest waiting.
    public static func goesFirst(_ a: Claim, _ b: Claim) -> Bool {
        if a.urgency != b.urgency { return a.urgency > b.urgency }
        if a.receivedAt != b.receivedAt { return a.receivedAt < b.receivedAt }
        return a.key < b.key
    }
}

/// A promise to be recorded: what was read, what had been promised before, and what is promised now.
public struct PlannedPromise: Sendable, Equatable {
    /// To whom.
    public var key: WithdrawalKey
    /// What is promised: this much energy is reserved at the wallet.
    public var need: Need
    /// USDT in millionths that it takes of the wallet's balance.
    public var units: Int64
    /// The block of the reading it is made from.
    public var block: Int64
    /// ``WalletPosition/capacity`` at that reading.
    public var capacity: Energy
    /// Open promises before it: with its need never more than ``capacity`` (DESIGN 4, invariant 3).
    public var promisedBefore: Energy
}

/// Why a claim got no promise.
public enum Obstacle: Sendable, Equatable {
    /// The wallet's energy does not suffice; so much is missing for it and all before it.
    case energy(missing: Energy)
    /// Its tokens do not cover the amount and what is promised already.
    case tokens
    /// Neither bandwidth nor TRX for the transfer's bytes.
    case bandwidth
    /// Transfers that burn are on their way and may use up what stands at the wallet.
    case burning
    /// It costs more than it may, or than its payer has; the sheet is missing when it costs more than can be said.
    case price(ShortageReason, CostSheet?)
}

/// Where a claim's energy would come from.
public enum EnergyOrigin: Sendable, Equatable {
    /// It stands at the wallet.
    case standing
    /// It has to be brought first.
    case brought
}

/// What becomes of the claims on one wallet.
public struct PromisePlan: Sendable, Equatable {
    /// In the order of ``Claim/goesFirst(_:_:)``, each on top of those before it.
    public var promises: [PlannedPromise] = []
    /// The claims that get nothing now, in the same order, each with the one obstacle that was found first.
    public var blocked: [(claim: Claim, obstacle: Obstacle)] = []
    /// The position after the promises.
    public var position: WalletPosition
    /// Energy that has to be brought for all claims blocked by energy, with what the promises made before lack.
    public var deficit: Energy = .zero

    /// Compares all parts, `blocked` in its order; written out because tuples are not `Equatable`.
    public static func == (a: PromisePlan, b: PromisePlan) -> Bool {
        a.promises == b.promises && a.position == b.position && a.deficit == b.deficit
            && a.blocked.elementsEqual(b.blocked) { $0.claim == $1.claim && $0.obstacle == $1.obstacle }
    }
}

/// Promises a wallet's free energy to its claims, in order of urgency and arrival.
///
/// No claim passes another of the same wallet that energy is missing for: a small one behind a large one would starve it
/// when energy stays short. Tokens, bandwidth and the price block their own claim alone.
/// - Parameters:
///   - bandwidthPrice: sun burnt per byte when bandwidth is missing (`getTransactionFee`).
///   - pay: asked once for each claim that nothing else stands against, in order: what is there for it, or whether energy
///     would have to be brought. Answers why its price cannot be paid.
public func planPromises(
    _ claims: [Claim],
    at position: WalletPosition,
    bandwidthPrice: Sun,
    pay: (Claim, EnergyOrigin) -> Obstacle? = { _, _ in nil }
) -> PromisePlan {
    var plan = PromisePlan(position: position)
    var wanted = Energy.zero
    for claim in claims.sorted(by: Claim.goesFirst) {
        let now = plan.position
        let burnForBytes = claim.need.bandwidth.rawValue * bandwidthPrice.rawValue
        let pendingBurn = burnForBytes * (now.promisedCount + 1)
        let bytesAreCovered = now.bandwidthAvailable >= claim.need.bandwidth && now.promisedCount == 0
        if now.tokenUnits - now.promisedUnits < claim.units {
            plan.blocked.append((claim, .tokens))
        } else if !bytesAreCovered, now.balance.rawValue < pendingBurn {
            plan.blocked.append((claim, .bandwidth))
        } else if now.isBurning {
            plan.blocked.append((claim, .burning))
        } else if let obstacle = pay(
            claim,
            plan.deficit > .zero || now.free < claim.need.energy ? .brought : .standing
        ) {
            plan.blocked.append((claim, obstacle))
        } else if plan.deficit > .zero || now.free < claim.need.energy {
            wanted = wanted + claim.need.energy
            plan.deficit = now.missing(for: wanted)
            plan.blocked.append((claim, .energy(missing: plan.deficit)))
        } else {
            plan.promises.append(
                PlannedPromise(
                    key: claim.key,
                    need: claim.need,
                    units: claim.units,
                    block: now.block,
                    capacity: now.capacity,
                    promisedBefore: now.promisedEnergy
                )
            )
            plan.position.promisedEnergy = now.promisedEnergy + claim.need.energy
            plan.position.promisedUnits += claim.units
            plan.position.promisedCount += 1
        }
    }
    return plan
}

/// Which open promises have to be revoked because the wallet's energy fell below what was promised: the least urgent and
/// youngest first, until the rest fits: the shortest tail of the order, so that nobody keeps a promise that one before him
/// has lost.
public func planRevocations(_ open: [Claim], capacity: Energy) -> [WithdrawalKey] {
    var promised = open.reduce(Energy.zero) { $0 + $1.need.energy }
    var revoked: [WithdrawalKey] = []
    for claim in open.sorted(by: Claim.goesFirst).reversed() where promised > capacity {
        guard claim.need.energy > .zero else { continue }
        promised = promised - claim.need.energy
        revoked.append(claim.key)
    }
    return revoked
}
