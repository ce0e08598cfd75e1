public import ChainModel
public import Models

/// What an account can use right now, recovered to the node's present block (`getaccountresource`).
public struct AccountResources: Sendable, Hashable {
    /// Energy used and not yet recovered.
    public var energyUsed: Energy
    /// Energy that own and acquired stake yield.
    public var energyLimit: Energy
    /// Staked bandwidth used and not yet recovered.
    public var bandwidthUsed: Bandwidth
    /// Bandwidth that own and acquired stake yield.
    public var bandwidthLimit: Bandwidth
    /// Free bandwidth used and not yet recovered.
    public var freeBandwidthUsed: Bandwidth
    /// The daily free bandwidth.
    public var freeBandwidthLimit: Bandwidth
    /// The network's energy and the stake it is shared over.
    public var energyTotals: ResourceTotals
    /// The network's bandwidth and the stake it is shared over.
    public var bandwidthTotals: ResourceTotals

    /// All fields.
    public init(
        energyUsed: Energy,
        energyLimit: Energy,
        bandwidthUsed: Bandwidth,
        bandwidthLimit: Bandwidth,
        freeBandwidthUsed: Bandwidth,
        freeBandwidthLimit: Bandwidth,
        energyTotals: ResourceTotals,
        bandwidthTotals: ResourceTotals
    ) {
        self.energyUsed = energyUsed
        self.energyLimit = energyLimit
        self.bandwidthUsed = bandwidthUsed
        self.bandwidthLimit = bandwidthLimit
        self.freeBandwidthUsed = freeBandwidthUsed
        self.freeBandwidthLimit = freeBandwidthLimit
        self.energyTotals = energyTotals
        self.bandwidthTotals = bandwidthTotals
    }

    /// Energy that is left.
    public var energyAvailable: Energy { (energyLimit - energyUsed).clamped }
    /// Staked bandwidth that is left. A transaction is paid from it or from the free one, never from both.
    public var bandwidthAvailable: Bandwidth { (bandwidthLimit - bandwidthUsed).clamped }
    /// Free bandwidth that is left.
    public var freeBandwidthAvailable: Bandwidth { (freeBandwidthLimit - freeBandwidthUsed).clamped }

    /// The network's totals of one resource.
    public func totals(_ resource: Resource) -> ResourceTotals {
        resource == .energy ? energyTotals : bandwidthTotals
    }
}

/// Resources together with a block they are at least as new as.
public struct ResourceReading: Sendable, Hashable {
    /// The head the same node had just before the reading.
    public var head: BlockSummary
    /// What the account had, or `nil` when it is not activated.
    public var resources: AccountResources?

    /// Resources and a block they are at least as new as.
    public init(head: BlockSummary, resources: AccountResources?) {
        self.head = head
        self.resources = resources
    }
}

extension AccountResources: Decodable {
    private enum CodingKeys: String, CodingKey {
        case freeNetUsed, freeNetLimit
        case NetUsed, NetLimit, EnergyUsed, EnergyLimit
        case TotalNetLimit, TotalNetWeight, TotalEnergyLimit, TotalEnergyWeight
    }

    /// Reads the node's JSON, in which zeros are absent.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func number(_ key: CodingKeys) throws -> Int64 { try container.decodeIfPresent(Int64.self, forKey: key) ?? 0 }
        energyUsed = Energy(rawValue: try number(.EnergyUsed))
        energyLimit = Energy(rawValue: try number(.EnergyLimit))
        bandwidthUsed = Bandwidth(rawValue: try number(.NetUsed))
        bandwidthLimit = Bandwidth(rawValue: try number(.NetLimit))
        freeBandwidthUsed = Bandwidth(rawValue: try number(.freeNetUsed))
        freeBandwidthLimit = Bandwidth(rawValue: try number(.freeNetLimit))
        energyTotals = ResourceTotals(limit: try number(.TotalEnergyLimit), weight: try number(.TotalEnergyWeight))
        bandwidthTotals = ResourceTotals(limit: try number(.TotalNetLimit), weight: try number(.TotalNetWeight))
    }
}
