public import ChainModel
public import Models

/// What a contract call would do and take, executed by a node on its present state without a transaction.
public struct CallSimulation: Sendable, Hashable {
    /// All energy, the penalty included.
    public var energy: Energy
    /// The part that the dynamic energy model adds.
    public var penalty: Energy
    /// What the call returns.
    public var output: [UInt8]
    /// Whether the contract refuses (REVERT) or fails otherwise.
    public var isReverted: Bool
    /// The node's words about a failure.
    public var message: String

    /// The output as a number, when it is one word.
    public var word: Word? { output.count == 32 ? Word(bytes: output) : nil }
}

/// How dear a contract is at present (`getcontractinfo`).
public struct ContractInfo: Sendable, Hashable {
    /// What dynamic energy adds to each unit, in ten-thousandths: 34,000 stands for 3.4 on top of 1.
    public var energyFactor: Int64
    /// Base energy the contract has taken in the present maintenance period.
    public var energyUsage: Energy
}

extension TronNode {
    /// Executes a call without a transaction.
    /// - Throws: `refused` when the node cannot execute it at all. A revert is an answer, not an error.
    public func simulate(
        _ call: TriggerSmartContract,
        in view: StateView = .head
    ) async throws(NodeError) -> CallSimulation {
        let path = view.path("triggerconstantcontract")
        let answer = try await require(WireSimulation.self, path, fields(of: call))
        guard answer.result?.result == true else { throw answer.result.refusal(path: path) }
        let result = answer.transaction?.ret?.first?.ret
        let message = NodeAnswer.message(answer.result?.message)
        return CallSimulation(
            energy: Energy(rawValue: answer.energy_used ?? 0),
            penalty: Energy(rawValue: answer.energy_penalty ?? 0),
            output: answer.constant_result?.first?.value ?? [],
            isReverted: result == "FAILED" || !message.isEmpty,
            message: message
        )
    }

    /// The node's own estimate of a call's energy, or `nil` when it does not offer one (many do not: use
    /// ``simulate(_:in:)``).
    public func estimateEnergy(_ call: TriggerSmartContract) async throws(NodeError) -> Energy? {
        let path = "/wallet/estimateenergy"
        let answer: WireEstimate
        do {
            answer = try await require(WireEstimate.self, path, fields(of: call))
        } catch {
            if error.code == .notOffered || error.reason.contains("not support estimate") { return nil }
            throw error
        }
        if answer.result?.result == true { return Energy(rawValue: answer.energy_required ?? 0) }
        let refusal = answer.result.refusal(path: path)
        if refusal.reason.contains("not support estimate") { return nil }
        throw refusal
    }

    /// A token balance in the token's smallest unit.
    public func tokenBalance(
        of owner: TronAddress,
        token: TronAddress,
        in view: StateView = .head
    ) async throws(NodeError) -> Word {
        try await word(.balanceOf(owner: owner), by: owner, token: token, in: view, "balance")
    }

    /// What a spender may still take from an owner's tokens.
    public func allowance(
        from owner: TronAddress,
        to spender: TronAddress,
        token: TronAddress,
        in view: StateView = .head
    ) async throws(NodeError) -> Word {
        try await word(.allowance(owner: owner, spender: spender), by: spender, token: token, in: view, "allowance")
    }

    private func word(
        _ call: TRC20Call,
        by caller: TronAddress,
        token: TronAddress,
        in view: StateView,
        _ what: String
    ) async throws(NodeError) -> Word {
        let trigger = TriggerSmartContract(owner: caller, contractAddress: token, data: call.data)
        let simulation = try await simulate(trigger, in: view)
        guard !simulation.isReverted, let word = simulation.word else {
            throw NodeError(.refused, path: view.path("triggerconstantcontract"), "no \(what): \(simulation.message)")
        }
        return word
    }

    /// How dear a contract is at present, or `nil` when there is none at the address.
    public func contractInfo(_ address: TronAddress) async throws(NodeError) -> ContractInfo? {
        try await ask(WireContractInfo.self, "/wallet/getcontractinfo", ["value": .address(address)]).map {
            ContractInfo(
                energyFactor: $0.contract_state?.energy_factor ?? 0,
                energyUsage: Energy(rawValue: $0.contract_state?.energy_usage ?? 0)
            )
        }
    }
}

private func fields(of call: TriggerSmartContract) -> [String: NodeRequest.Value] {
    var fields: [String: NodeRequest.Value] = [
        "owner_address": .address(call.owner), "contract_address": .address(call.contractAddress),
        "data": .text(call.data.hex),
    ]
    if call.callValue != .zero { fields["call_value"] = .number(call.callValue.rawValue) }
    return fields
}

struct WireReturn: Decodable {
    var result: Bool?
    var code: String?
    var message: String?
}

extension WireReturn? {
    fileprivate func refusal(path: String) -> NodeError {
        NodeError(.refused, path: path, "\(self?.code ?? "OTHER_ERROR") \(NodeAnswer.message(self?.message))")
    }
}

private struct WireSimulation: Decodable {
    struct Transaction: Decodable {
        struct Result: Decodable { var ret: String? }
        var ret: [Result]?
    }

    var result: WireReturn?
    var energy_used: Int64?
    var energy_penalty: Int64?
    var constant_result: [WireBytes]?
    var transaction: Transaction?
}

private struct WireEstimate: Decodable {
    var result: WireReturn?
    var energy_required: Int64?
}

private struct WireContractInfo: Decodable {
    struct State: Decodable {
        var energy_factor: Int64?
        var energy_usage: Int64?
    }

    var contract_state: State?
}
