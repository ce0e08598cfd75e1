/// One thing the chain decides, before and after.
public struct ParameterChange: Codable, Sendable, Equatable {
    /// A chain parameter by its own name (`getEnergyFee`), `usdt_energy_factor`, `energy_per_trx`, or `proposal.` and a
    /// number.
    public var parameter: String
    /// What it was; absent when it was not there.
    public var old: String?
    /// What it is; absent when it is gone.
    public var new: String?

    /// Takes the fields as they are; nothing is checked.
    public init(parameter: String, old: String?, new: String?) {
        self.parameter = parameter
        self.old = old
        self.new = new
    }
}

/// `chain.parameters_changed.v1`: the chain charges or yields something else than before.
public struct ChainParametersChanged: Message, Equatable {
    /// An event for the house, bound to no partner; the routing key is `chain.parameters_changed`.
    public static let name = MessageName.event("chain.parameters_changed")
    /// The node's newest block just before the reading.
    public var blockNumber: Int64
    /// When it was read.
    public var at: Timestamp
    /// Sun burnt for one missing energy, now.
    public var energyFee: Sun
    /// Sun burnt for one byte without bandwidth, now.
    public var bandwidthFee: Sun
    /// What one TRX of stake yields, now.
    public var energyPerTRX: EnergyPerTRX
    /// The dynamic factor of the USDT contract in ten-thousandths, now.
    public var tokenFactor: Int64
    /// What has changed, never empty.
    public var changes: [ParameterChange]

    /// Takes the fields as they are; nothing is checked.
    public init(
        blockNumber: Int64,
        at: Timestamp,
        energyFee: Sun,
        bandwidthFee: Sun,
        energyPerTRX: EnergyPerTRX,
        tokenFactor: Int64,
        changes: [ParameterChange]
    ) {
        self.blockNumber = blockNumber
        self.at = at
        self.energyFee = energyFee
        self.bandwidthFee = bandwidthFee
        self.energyPerTRX = energyPerTRX
        self.tokenFactor = tokenFactor
        self.changes = changes
    }

    enum CodingKeys: String, CodingKey {
        case blockNumber = "block_number"
        case at
        case energyFee = "energy_fee_sun"
        case bandwidthFee = "bandwidth_fee_sun"
        case energyPerTRX = "energy_per_trx"
        case tokenFactor = "usdt_energy_factor"
        case changes
    }
}
