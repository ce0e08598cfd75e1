internal import Models

/// What `busbar price` shows. Ages are in seconds of domain time.
struct PriceReport: Codable, Sendable {
    /// A source of anything.
    struct Source: Codable, Sendable {
        var source: String
        var isEnabled: Bool
        var trxUSD: USDPerTRX?
        var age: Int64?
        /// What became of its quote.
        var verdict: String?
        var why: String?
        var triedAge: Int64?
        /// What was wrong at the last try.
        var fault: String?
        var faultDetail: String?
        var failures: Int

        enum CodingKeys: String, CodingKey {
            case source, verdict, why, fault, failures
            case isEnabled = "enabled"
            case trxUSD = "trx_usd"
            case age = "age_seconds"
            case triedAge = "tried_age_seconds"
            case faultDetail = "fault_detail"
        }
    }

    /// A price of energy, in sun.
    struct Energy: Codable, Sendable {
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

    /// A proposal under vote.
    struct Proposal: Codable, Sendable {
        var id: Int64
        var parameters: [String: Int64]
        var expiresAt: Timestamp

        enum CodingKeys: String, CodingKey {
            case id, parameters
            case expiresAt = "expires_at"
        }
    }

    /// What the chain charges.
    struct Chain: Codable, Sendable {
        var block: Int64
        var blockAt: Timestamp
        var age: Int64
        var energyFee: Sun
        var bandwidthFee: Sun
        var energyPerTRX: EnergyPerTRX
        /// In ten-thousandths.
        var tokenFactor: Int64
        var openProposals: [Proposal]

        enum CodingKeys: String, CodingKey {
            case block
            case blockAt = "block_at"
            case age = "age_seconds"
            case energyFee = "energy_fee_sun"
            case bandwidthFee = "bandwidth_fee_sun"
            case energyPerTRX = "energy_per_trx"
            case tokenFactor = "usdt_energy_factor"
            case openProposals = "open_proposals"
        }
    }

    /// A change of the chain that was told.
    struct Change: Codable, Sendable {
        var at: Timestamp
        var block: Int64
        var parameter: String
        var old: String?
        var new: String?
    }

    /// A value of the history.
    struct Value: Codable, Sendable {
        var at: Timestamp
        var last: String
        var low: String
        var high: String

        /// In the series' own unit; prices as decimals.
        init(at: Timestamp, last: Int64, low: Int64, high: Int64, series: String) {
            let isDecimal = ["trx_usd", "source.", "energy.", "chain.energy_per_trx"].contains { series.hasPrefix($0) }
            func text(_ value: Int64) -> String { isDecimal ? "\(SunPerEnergy(rawValue: value))" : String(value) }
            self.at = at
            self.last = text(last)
            self.low = text(low)
            self.high = text(high)
        }
    }

    var at: Timestamp
    var trxUSD: USDPerTRX?
    var trxState: PriceState
    var trxAsOf: Timestamp?
    var trxAge: Int64?
    var trxSources: Int
    var sources: [Source]
    var energy: [Energy]
    var chain: Chain?
    var congestion: Int?
    var factorShare: Int?
    var blockUse: Int?
    var marketDemand: String?
    /// The newest first.
    var changes: [Change]

    enum CodingKeys: String, CodingKey {
        case at, sources, energy, chain, congestion, changes
        case trxUSD = "trx_usd"
        case trxState = "trx_usd_state"
        case trxAsOf = "trx_usd_as_of"
        case trxAge = "trx_usd_age_seconds"
        case trxSources = "trx_usd_sources"
        case factorShare = "factor_share"
        case blockUse = "block_use"
        case marketDemand = "market_demand"
    }
}
