public import Models

/// How energy is chosen for a partner's withdrawals.
public struct SourcePolicy: Sendable, Equatable, Codable {
    /// By what sources are ordered.
    public enum Order: String, Sendable, Codable, CaseIterable {
        /// Own stake, then suppliers by rank, the partner himself last.
        case priority
        /// By what everything costs together.
        case cheapest
    }

    /// By what sources are ordered.
    public var order: Order
    /// No energy is bought above this price per unit; `nil`: any that the other rules allow.
    public var maximumPrice: SunPerEnergy?
    /// Whether a purchase may cost more than burning TRX for what is missing.
    public var mayExceedBurning: Bool
    /// The share of a pool's energy that only urgent withdrawals may use, in thousandths.
    public var reservePerMille: Int64
    /// Whether what is missing is burnt for where that is cheaper than the smallest purchase.
    public var burnsRemainder: Bool
    /// Whether, when every source fails, the partner burns TRX by himself without being asked.
    public var partnerFallback: Bool
    /// Withdrawals of one wallet that one purchase may be for.
    public var blockLimit: Int
    /// Whether a second rental may stand at a wallet beside another. Ending takes usage along pro rata (DOMAIN 7.1), which
    /// promises allow for (``WalletPosition/losing``): the second has to be larger when the first is about to end.
    public var mayOverlap: Bool

    /// The house's default: the documents' order, never above burning, a fifth of each pool for urgent withdrawals, small
    /// remainders burnt, no fallback without consent, and rentals that overlap: a wallet that waits for an hour's rental to
    /// end before it gets another serves nobody.
    public init(
        order: Order = .priority,
        maximumPrice: SunPerEnergy? = nil,
        mayExceedBurning: Bool = false,
        reservePerMille: Int64 = 200,
        burnsRemainder: Bool = true,
        partnerFallback: Bool = false,
        blockLimit: Int = 50,
        mayOverlap: Bool = true
    ) {
        self.order = order
        self.maximumPrice = maximumPrice
        self.mayExceedBurning = mayExceedBurning
        self.reservePerMille = reservePerMille
        self.burnsRemainder = burnsRemainder
        self.partnerFallback = partnerFallback
        self.blockLimit = blockLimit
        self.mayOverlap = mayOverlap
    }

    enum CodingKeys: String, CodingKey {
        case order
        case maximumPrice = "maximum_price"
        case mayExceedBurning = "may_exceed_burning"
        case reservePerMille = "reserve_per_mille"
        case burnsRemainder = "burns_remainder"
        case partnerFallback = "partner_fallback"
        case blockLimit = "block_limit"
        case mayOverlap = "may_overlap"
    }
}
