public import Models

/// What the chain charges and yields at a block.
public struct ChainConditions: Sendable, Equatable {
    /// The node's newest block just before the reading.
    public var block: Int64
    /// That block's time.
    public var blockTime: Timestamp
    /// All of the chain's settings by name; what cannot be a name is left out.
    public var parameters: [String: Int64]
    /// Sun burnt for one missing energy.
    public var energyFee: Sun
    /// Sun burnt for one byte without bandwidth.
    public var bandwidthFee: Sun
    /// The network's energy of 24 hours.
    public var totalEnergy: Int64
    /// The TRX staked for it.
    public var totalWeight: Int64
    /// The USDT contract's dynamic factor in ten-thousandths.
    public var tokenFactor: Int64
    /// Proposals by number, those that have ended included as far as the node lists them; `nil` when they were not read.
    public var proposals: [Int64: Proposal]?

    /// A proposal of the chain's governance.
    public struct Proposal: Sendable, Equatable {
        /// What became of it, in the nodes' words.
        public enum State: String, Sendable, CaseIterable {
            /// Still voted on.
            case pending = "PENDING"
            /// Rejected.
            case disapproved = "DISAPPROVED"
            /// In force.
            case approved = "APPROVED"
            /// Taken back.
            case canceled = "CANCELED"
        }

        /// Parameter numbers and the values proposed.
        public var parameters: [Int64: Int64]
        /// When it was made.
        public var created: Timestamp
        /// When voting ends.
        public var expires: Timestamp
        /// What became of it.
        public var state: State

        /// Takes the fields as they are; nothing is checked.
        public init(
            parameters: [Int64: Int64],
            created: Timestamp,
            expires: Timestamp,
            state: State
        ) {
            self.parameters = parameters
            self.created = created
            self.expires = expires
            self.state = state
        }

        /// Whether its times can be meant.
        var isPossible: Bool { created.isMoment && expires.isMoment }

        /// `11=210, 74=3000`
        public var text: String {
            parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
        }
    }

    /// A factor above this, a hundred million times the price, is none.
    private static let highestFactor: Int64 = 1_000_000_000_000

    /// - Parameter proposals: with one of them at a time that cannot be, all count as not read.
    /// - Throws: ``PriceFault`` with `badAnswer` when the node does not tell what prices are made of, or of what moment.
    public init(
        block: Int64,
        blockTime: Timestamp,
        parameters: [String: Int64],
        totalEnergy: Int64,
        totalWeight: Int64,
        tokenFactor: Int64,
        proposals: [Int64: Proposal]?
    ) throws(PriceFault) {
        guard block >= 0, blockTime.isMoment else {
            throw PriceFault(.badAnswer, "the newest block cannot be number \(block) of \(blockTime.milliseconds) ms")
        }
        guard let energyFee = parameters["getEnergyFee"], energyFee > 0,
            let bandwidthFee = parameters["getTransactionFee"], bandwidthFee >= 0
        else { throw PriceFault(.badAnswer, "getEnergyFee or getTransactionFee is missing") }
        guard totalEnergy > 0, totalWeight > 0 else {
            throw PriceFault(.badAnswer, "TotalEnergyLimit or TotalEnergyWeight is missing")
        }
        guard (0...Self.highestFactor).contains(tokenFactor) else {
            throw PriceFault(.badAnswer, "the contract's factor cannot be \(tokenFactor)")
        }
        self.block = block
        self.blockTime = blockTime
        self.parameters = parameters.filter { Self.isName($0.key) }
        self.energyFee = Sun(energyFee)
        self.bandwidthFee = Sun(bandwidthFee)
        self.totalEnergy = totalEnergy
        self.totalWeight = totalWeight
        self.tokenFactor = tokenFactor
        self.proposals = proposals.flatMap { $0.values.allSatisfy(\.isPossible) ? $0 : nil }
    }

    /// Visible ASCII, which everything that stores or shows it can hold.
    private static func isName(_ name: String) -> Bool {
        (1...100).contains(name.utf8.count) && name.utf8.allSatisfy { (33...126).contains($0) }
    }

    /// Energy of 24 hours that one TRX of stake yields, rounded down to a millionth.
    public var energyPerTRX: EnergyPerTRX {
        EnergyPerTRX(rawValue: scaledDown(totalEnergy, by: 1_000_000, over: totalWeight) ?? 0)
    }

    /// The highest dynamic factor there can be, in ten-thousandths.
    public var maximumFactor: Int64? { parameters["getDynamicEnergyMaxFactor"] }

    /// Proposals still voted on, by number.
    public var openProposals: [(id: Int64, proposal: Proposal)] {
        (proposals ?? [:]).filter { $0.value.state == .pending }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

/// What was last told about the chain, to find out what is new.
public struct ToldConditions: Sendable, Equatable {
    /// All of the chain's settings by name.
    public var parameters: [String: Int64]
    /// The USDT contract's dynamic factor.
    public var tokenFactor: Int64
    /// What one TRX of stake yielded. Left as it was while it only drifts, so that drift adds up.
    public var energyPerTRX: EnergyPerTRX
    /// Proposals that were open, by number, as ``ChainConditions/Proposal/text``.
    public var openProposals: [Int64: String]

    /// Takes the fields as they are; nothing is checked.
    public init(
        parameters: [String: Int64],
        tokenFactor: Int64,
        energyPerTRX: EnergyPerTRX,
        openProposals: [Int64: String]
    ) {
        self.parameters = parameters
        self.tokenFactor = tokenFactor
        self.energyPerTRX = energyPerTRX
        self.openProposals = openProposals
    }

    /// Everything of a first reading.
    public init(_ chain: ChainConditions) {
        self.init(
            parameters: chain.parameters,
            tokenFactor: chain.tokenFactor,
            energyPerTRX: chain.energyPerTRX,
            openProposals: Dictionary(uniqueKeysWithValues: chain.openProposals.map { ($0.id, $0.proposal.text) })
        )
    }

    /// More differences at once are cut off, so that a message stays within its size.
    private static let maximumChanges = 200

    /// Takes over a new reading and says what is different.
    /// - Parameter drift: from how much on a change of ``energyPerTRX`` is told, in hundredths of a percent; it moves
    ///   with every stake.
    public mutating func update(to chain: ChainConditions, drift: Int64) -> [ParameterChange] {
        var changes: [ParameterChange] = []
        for name in Set(parameters.keys).union(chain.parameters.keys).sorted() {
            let (old, new) = (parameters[name], chain.parameters[name])
            if old != new {
                changes.append(ParameterChange(parameter: name, old: old.map(String.init), new: new.map(String.init)))
            }
        }
        if tokenFactor != chain.tokenFactor {
            changes.append(
                ParameterChange(
                    parameter: "usdt_energy_factor",
                    old: String(tokenFactor),
                    new: String(chain.tokenFactor)
                )
            )
        }
        let (before, after) = (energyPerTRX, chain.energyPerTRX)
        let moved = scaledUp(abs(after.rawValue - before.rawValue), by: 10_000, over: max(1, before.rawValue)) ?? .max
        if moved >= max(1, drift) {
            changes.append(ParameterChange(parameter: "energy_per_trx", old: "\(before)", new: "\(after)"))
            energyPerTRX = after
        }
        changes += proposalChanges(chain)
        parameters = chain.parameters
        tokenFactor = chain.tokenFactor
        openProposals = Dictionary(uniqueKeysWithValues: chain.openProposals.map { ($0.id, $0.proposal.text) })
        return Array(changes.prefix(Self.maximumChanges))
    }

    private func proposalChanges(_ chain: ChainConditions) -> [ParameterChange] {
        let open = Dictionary(uniqueKeysWithValues: chain.openProposals.map { ($0.id, $0.proposal.text) })
        return Set(openProposals.keys).union(open.keys).sorted().compactMap { id in
            let (old, new) = (openProposals[id], open[id])
            guard old != new else { return nil }
            // One that is no longer open says what became of it.
            let end = chain.proposals?[id]?.state.rawValue.lowercased()
            return ParameterChange(parameter: "proposal.\(id)", old: old, new: new ?? end)
        }
    }
}
