public import Models

/// Who may ask for what, as of one revision of the registry. A value: replaced as a whole when the registry changes.
public struct RegistrySnapshot: Sendable, Equatable {
    /// A partner as far as admission needs it.
    public struct Partner: Sendable, Equatable {
        /// 1-32 of `a-z 0-9 _ -`.
        public var id: PartnerID
        /// New requests are rejected with ``RejectionReason/partnerPaused``; settling and cancelling go on.
        public var paused: Bool
        /// What it pays beyond the base cost, and for what comes to nothing.
        public var terms: PricingTerms
        /// How far its prepaid balance may go below zero.
        public var creditLimit: Sun

        /// A partner as `registry.v1_partner` and `registry.v1_partner_terms` show it; by default with neither margin, fee
        /// nor credit.
        public init(
            id: PartnerID,
            paused: Bool,
            terms: PricingTerms = PricingTerms(marginPermille: 0, fee: .zero),
            creditLimit: Sun = .zero
        ) {
            self.id = id
            self.paused = paused
            self.terms = terms
            self.creditLimit = creditLimit
        }
    }

    /// A wallet of ours whose stake is delegated.
    public struct Pool: Sendable, Equatable {
        /// Its name in events, logs and the books: 1-32 of `a-z 0-9 _ -`.
        public var id: String
        /// The account that holds the stake.
        public var address: TronAddress
        /// The active permission the allocator signs with.
        public var permissionID: Int32
        /// `nil`: the house's, serves everyone.
        public var partner: PartnerID?
        /// Lower is asked first.
        public var rank: Int32

        /// A pool as `registry.v1_pool` shows it; the chain is not asked.
        public init(id: String, address: TronAddress, permissionID: Int32, partner: PartnerID?, rank: Int32) {
            self.id = id
            self.address = address
            self.permissionID = permissionID
            self.partner = partner
            self.rank = rank
        }
    }

    /// Moved by every change of the registry; 0 before the first reading.
    public var revision: Int64
    /// Every partner, paused ones included. Who is not here is not told anything.
    public var partners: [PartnerID: Partner]
    /// Broker user → partners it may speak for.
    public var entitlements: [String: Set<PartnerID>]
    /// Hot wallet → its partner. Disabled wallets are left out.
    public var hotWallets: [TronAddress: PartnerID]
    /// In rank order. Disabled pools are left out.
    public var pools: [Pool]
    /// In rank order, disabled ones included.
    public var suppliers: [RegisteredSupplier]
    /// How energy is chosen for each partner; one without goes by the house's default.
    public var policies: [PartnerID: SourcePolicy]

    /// Puts pools in order of rank, then id.
    /// - Precondition: no partner's id comes twice.
    public init(
        revision: Int64 = 0,
        partners: [Partner] = [],
        entitlements: [String: Set<PartnerID>] = [:],
        hotWallets: [TronAddress: PartnerID] = [:],
        pools: [Pool] = [],
        suppliers: [RegisteredSupplier] = [],
        policies: [PartnerID: SourcePolicy] = [:]
    ) {
        self.revision = revision
        self.partners = Dictionary(uniqueKeysWithValues: partners.map { ($0.id, $0) })
        self.entitlements = entitlements
        self.hotWallets = hotWallets
        self.pools = pools.sorted { ($0.rank, $0.id) < ($1.rank, $1.id) }
        self.suppliers = suppliers.sorted { ($0.rank, $0.id) < ($1.rank, $1.id) }
        self.policies = policies
    }

    /// The pools that may serve a partner: its own before the house's, each in rank order.
    public func pools(for partner: PartnerID) -> [Pool] {
        pools.filter { $0.partner == partner } + pools.filter { $0.partner == nil }
    }
}
