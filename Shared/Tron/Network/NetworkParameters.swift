public import ChainModel
public import Models

/// The chain's settings by name, as `getchainparameters` lists them. Zeros come without a value.
public struct NetworkParameters: Sendable, Hashable {
    /// All settings.
    public var values: [String: Int64]

    /// Settings by name.
    public init(values: [String: Int64]) { self.values = values }

    /// One setting; `nil` when the node does not know it.
    public subscript(name: String) -> Int64? { values[name] }

    /// Sun burnt for one missing energy.
    public var energyPrice: Sun? { values["getEnergyFee"].map { Sun(rawValue: $0) } }
    /// Sun burnt for one byte without bandwidth.
    public var bandwidthPrice: Sun? { values["getTransactionFee"].map { Sun(rawValue: $0) } }
    /// The highest fee limit a call may name.
    public var maximumFeeLimit: Sun? { values["getMaxFeeLimit"].map { Sun(rawValue: $0) } }

    /// The same as the pure model's settings; what the node does not list keeps the model's value.
    public var chainParameters: ChainParameters {
        var parameters = ChainParameters()
        for (key, path) in ChainParameters.named {
            if let value = values[key] { parameters[keyPath: path] = value }
        }
        return parameters
    }
}

extension TronNode {
    /// The chain's settings.
    public func networkParameters() async throws(NodeError) -> NetworkParameters {
        let answer = try await require(WireParameters.self, "/wallet/getchainparameters")
        let pairs = answer.chainParameter.map { ($0.key, $0.value ?? 0) }
        return NetworkParameters(values: Dictionary(pairs, uniquingKeysWith: { $1 }))
    }

    /// What one energy has cost since when, oldest first.
    public func energyPrices() async throws(NodeError) -> [PriceStep] {
        try await prices("/wallet/getenergyprices")
    }

    /// What one byte has cost since when, oldest first.
    public func bandwidthPrices() async throws(NodeError) -> [PriceStep] {
        try await prices("/wallet/getbandwidthprices")
    }

    /// Governance proposals, newest first as the node lists them. They show price changes days ahead.
    public func proposals() async throws(NodeError) -> [Proposal] {
        let path = "/wallet/listproposals"
        let answer = try await ask(WireProposals.self, path)
        return (answer?.proposals ?? []).map { proposal in
            Proposal(
                id: proposal.proposal_id ?? 0,
                proposer: proposal.proposer_address.value,
                parameters: Dictionary(
                    (proposal.parameters ?? []).map { ($0.key ?? 0, $0.value ?? 0) },
                    uniquingKeysWith: { $1 }
                ),
                expires: Timestamp(milliseconds: proposal.expiration_time ?? 0),
                created: Timestamp(milliseconds: proposal.create_time ?? 0),
                state: proposal.state.flatMap { Proposal.State(rawValue: $0) } ?? .pending
            )
        }
    }

    private func prices(_ path: String) async throws(NodeError) -> [PriceStep] {
        let answer = try await require(WirePrices.self, path)
        var steps: [PriceStep] = []
        for part in answer.prices.split(separator: ",") {
            let pair = part.split(separator: ":")
            guard pair.count == 2, let time = Int64(pair[0]), let price = Int64(pair[1]) else {
                throw NodeError(.malformed, path: path, "not time:price: \(part)")
            }
            steps.append(PriceStep(since: Timestamp(milliseconds: time), price: price))
        }
        return steps
    }
}

private struct WireParameters: Decodable {
    struct Entry: Decodable {
        var key: String
        var value: Int64?
    }

    var chainParameter: [Entry]
}

private struct WirePrices: Decodable { var prices: String }

private struct WireProposals: Decodable {
    struct Proposal: Decodable {
        struct Parameter: Decodable {
            var key: Int64?
            var value: Int64?
        }

        var proposal_id: Int64?
        var proposer_address: WireAddress
        var parameters: [Parameter]?
        var expiration_time: Int64?
        var create_time: Int64?
        var state: String?
    }

    var proposals: [Proposal]?
}
