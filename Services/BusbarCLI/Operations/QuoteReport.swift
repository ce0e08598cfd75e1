internal import Models

/// What `busbar quote` shows. Ages are in seconds of domain time.
struct QuoteReport: Codable, Sendable, Equatable {
    /// What each call needs.
    struct Need: Codable, Sendable, Equatable {
        /// As simulated.
        var simulatedEnergy: Energy
        /// The part of it that the contract's dynamic factor adds.
        var penalty: Energy
        /// With the margin that is promised beyond.
        var energy: Energy
        var bandwidth: Bandwidth
        var recipient: RecipientClass?
        var allowance: AllowanceClass?
        var approval: ApprovalClass?

        enum CodingKeys: String, CodingKey {
            case energy, bandwidth, recipient, allowance, approval, penalty
            case simulatedEnergy = "simulated_energy"
        }
    }

    /// What the wallet has.
    struct Wallet: Codable, Sendable, Equatable {
        var energyLimit: Energy
        var energyUsed: Energy
        /// Open promises, and what a reclaim under way will take.
        var promisedEnergy: Energy
        /// What may be promised.
        var freeEnergy: Energy
        var bandwidth: Bandwidth
        var balance: Sun
        /// How many of the calls its own energy carries.
        var carries: Int
        /// TRX it burns itself for bytes beyond its bandwidth, in all.
        var bandwidthBurn: Sun

        enum CodingKeys: String, CodingKey {
            case bandwidth, carries
            case energyLimit = "energy_limit"
            case energyUsed = "energy_used"
            case promisedEnergy = "promised_energy"
            case freeEnergy = "free_energy"
            case balance = "balance_sun"
            case bandwidthBurn = "bandwidth_burn_sun"
        }
    }

    /// Where energy would come from.
    struct Step: Codable, Sendable, Equatable {
        var source: String
        var serves: Int
        var energy: Energy
    }

    /// The price all of it is charged by.
    struct Price: Codable, Sendable, Equatable {
        /// The price's source.
        var source: String
        var price: SunPerEnergy
        var age: Int64
        var isFresh: Bool

        enum CodingKeys: String, CodingKey {
            case source
            case price = "sun_per_energy"
            case age = "age_seconds"
            case isFresh = "fresh"
        }
    }

    var at: Timestamp
    /// Until when the price holds; `nil`: there is none, or it is an estimate by an old one.
    var validUntil: Timestamp?
    var partner: PartnerID
    var from: TronAddress
    var to: TronAddress
    var holder: TronAddress?
    /// In USDT, or `unlimited`.
    var amount: String
    var call: QuoteInquiry.Call
    var count: Int
    var urgency: Urgency
    var need: Need
    var wallet: Wallet
    var missing: Energy
    /// `standing`, `own_stake`, a supplier's id, `burn` or `partner_fallback`; `nil`: none serves it.
    var source: String?
    var steps: [Step]
    /// How many nothing would be done for now.
    var unserved: Int
    var price: Price?
    /// Of one of them.
    var cost: CostSheet?
    /// Of all of them.
    var total: Sun?
    /// What burning for one costs, by the chain's price now.
    var baseline: Sun
    /// Of the baseline, in percent with one place; below zero when burning is cheaper.
    var saving: String?
    /// What does not fit above.
    var remarks: [String]

    enum CodingKeys: String, CodingKey {
        case at, partner, from, to, holder, amount, call, count, urgency, need, wallet, source, steps, unserved, price
        case cost, remarks
        case validUntil = "valid_until"
        case missing = "missing_energy"
        case total = "total_sun"
        case baseline = "baseline_sun"
        case saving = "saving_percent"
    }
}
