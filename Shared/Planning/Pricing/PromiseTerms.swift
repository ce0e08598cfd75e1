public import Models

/// What holds for every promise of one transaction: how long it lasts, what is burnt on chain where something is missing, and
/// what partners pay.
public struct PromiseTerms: Sendable {
    /// Whose terms each partner has.
    public var registry: RegistrySnapshot
    /// `getEnergyFee`: what burning for one energy costs.
    public var energyFee: Sun
    /// `getTransactionFee`: what burning for a byte costs.
    public var bandwidthFee: Sun
    /// The latest expiration that transfers may have.
    public var notAfter: Timestamp
    /// When a shortage that begins now ends a withdrawal.
    public var shortUntil: Timestamp
    /// What energy costs that would have to be brought now; `nil` where none is, or nobody knows.
    public var bringing: EnergyOffer?

    /// Takes the terms as they are.
    public init(
        registry: RegistrySnapshot,
        energyFee: Sun,
        bandwidthFee: Sun,
        notAfter: Timestamp,
        shortUntil: Timestamp,
        bringing: EnergyOffer? = nil
    ) {
        self.registry = registry
        self.energyFee = energyFee
        self.bandwidthFee = bandwidthFee
        self.notAfter = notAfter
        self.shortUntil = shortUntil
        self.bringing = bringing
    }

    /// A partner's terms. One that the registry does not have (any more) pays neither margin nor fee.
    public func pricing(of partner: PartnerID) -> PricingTerms {
        registry.partners[partner]?.terms ?? PricingTerms(marginPermille: 0, fee: .zero)
    }

    /// Whose balance a withdrawal is charged to.
    public func payer(of withdrawal: Withdrawal) -> PayerAccount {
        let partner = withdrawal.key.partner
        return PayerAccount(partner: partner, user: pricing(of: partner).payer.user(of: withdrawal.userID))
    }

    /// The most that energy for a withdrawal may cost before margin and fee, so that it costs its partner no more than its
    /// request allows and its payer has; `nil` for no limit. And which of the two it is that limits.
    public func costLimit(of withdrawal: Withdrawal, _ purse: Purse) -> (base: Sun, reason: ShortageReason)? {
        let limits = [
            withdrawal.maxCost.map { ($0, ShortageReason.maxCost) },
            purse.left(of: payer(of: withdrawal)).map { ($0, ShortageReason.insufficientBalance) },
        ].compactMap(\.self)
        guard let (limit, reason) = limits.min(by: { $0.0 < $1.0 }) else { return nil }
        let pricing = pricing(of: withdrawal.key.partner)
        let base = scaledDown(
            (limit - pricing.fee).clamped.rawValue,
            by: 1000,
            over: 1000 + Int64(pricing.marginPermille)
        )
        return (Sun(base ?? 0), reason)
    }

    /// What a withdrawal costs whose energy comes from there. The hot wallet burns its own TRX for bytes, and is active.
    /// - Parameter quote: of its batch, which counts instead of what the offer and the partner's terms say now. The sheet names
    ///   the source that the energy really has; energy that we did not bring costs nothing all the same.
    /// - Returns: `nil` when a figure is larger than a message can carry: nobody could pay it.
    public func sheet(for withdrawal: Withdrawal, of offer: EnergyOffer, quote: Quote? = nil) -> CostSheet? {
        guard let need = withdrawal.need, let burnPrice = SunPerEnergy(sun: energyFee.rawValue) else { return nil }
        let isStanding = offer.source == WalletPosition.standing
        return try? priceAllocation(
            BaseCost(
                source: offer.source,
                energy: need.energy,
                energyPrice: isStanding ? offer.price : quote?.energyPrice ?? offer.price,
                burnPrice: quote?.burnPrice ?? burnPrice
            ),
            quote?.terms ?? pricing(of: withdrawal.key.partner)
        )
    }

    /// The quote that a partner gets for energy from there.
    /// - Returns: `nil` when `getEnergyFee` is beyond all measure.
    public func quote(for partner: PartnerID, of offer: EnergyOffer, at now: Timestamp) -> Quote? {
        SunPerEnergy(sun: energyFee.rawValue).map { burnPrice in
            Quote(
                source: offer.source,
                energyPrice: offer.price,
                burnPrice: burnPrice,
                bandwidthPrice: .zero,
                activationPrice: .zero,
                terms: pricing(of: partner),
                at: now
            )
        }
    }
}

/// Energy at a price.
public struct EnergyOffer: Sendable, Equatable {
    /// `own_stake`, a supplier's id, or `standing`.
    public var source: String
    /// What one energy costs.
    public var price: SunPerEnergy

    /// Takes the price as it is; pricing checks it.
    public init(source: String, price: SunPerEnergy) {
        self.source = source
        self.price = price
    }

    /// Energy that we did not bring.
    public static let standing = EnergyOffer(source: WalletPosition.standing, price: SunPerEnergy(rawValue: 0))
}

/// Whose balance pays.
public struct PayerAccount: Hashable, Sendable {
    /// The partner, or the one whose user it is.
    public var partner: PartnerID
    /// `nil` for the partner's prepaid balance.
    public var user: String?

    /// A partner's balance, or that of one of its users.
    public init(partner: PartnerID, user: String?) {
        self.partner = partner
        self.user = user
    }
}

/// What payers can still spend, as it was read without locking it: to pass over those who cannot pay. The ledger decides.
public struct Purse: Sendable, Equatable {
    private var left: [PayerAccount: Sun]

    /// - Parameter left: balance and credit of each payer. One that is not named is not limited here.
    public init(_ left: [PayerAccount: Sun] = [:]) { self.left = left }

    /// What a payer has left; `nil` when that is not limited here.
    public func left(of payer: PayerAccount) -> Sun? { left[payer] }

    /// Whether a payer has so much, besides what is `reserved` for others.
    public func covers(_ sum: Sun, of payer: PayerAccount, besides reserved: Sun = .zero) -> Bool {
        guard let left = left[payer] else { return true }
        return sum.adding(reserved).map { $0 <= left } ?? false
    }

    /// Takes what will be charged.
    public mutating func take(_ sum: Sun, of payer: PayerAccount) {
        if let before = left[payer] { left[payer] = before - sum }
    }
}
