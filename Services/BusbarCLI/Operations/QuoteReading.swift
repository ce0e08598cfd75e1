internal import ChainModel
internal import Models
internal import Planning
internal import Tron

/// What the nodes say about an inquiry.
struct QuoteReading: Sendable {
    var callClass: CallClass
    /// All energy of the simulation, and the part of it that the dynamic factor adds.
    var energy: Energy
    var penalty: Energy
    /// With what is promised of it.
    var position: WalletPosition
    var pools: [PoolPosition]
    /// All stake for energy of each pool, delegated or not.
    var stakes: [String: Sun]
    /// `getEnergyFee`.
    var burnPrice: SunPerEnergy
    /// `getTransactionFee`.
    var bandwidthPrice: Sun

    /// - Throws: ``OperationError`` when the wallet is not on chain or the call reverts, `NodeError`.
    static func read(
        _ inquiry: QuoteInquiry,
        _ view: QuoteView,
        _ nodes: TronClient,
        _ token: TronAddress
    ) async throws -> QuoteReading {
        let parameters = try await nodes.networkParameters()
        guard let energyFee = parameters.energyPrice, let bandwidthPrice = parameters.bandwidthPrice,
            let burnPrice = SunPerEnergy(sun: energyFee.rawValue)
        else { throw OperationError("the node does not say getEnergyFee or getTransactionFee") }
        let position = try await position(of: inquiry.from, view, nodes, token)
        guard position.activated else {
            throw OperationError(
                "the wallet \(inquiry.from) is not activated: nothing can be delegated to it",
                hint: "a transfer of TRX to it activates it"
            )
        }
        let trigger = TriggerSmartContract(
            owner: inquiry.from,
            contractAddress: token,
            data: inquiry.tokenCall.data
        )
        let simulation = try await nodes.simulate(trigger)
        guard !simulation.isReverted else {
            throw OperationError(
                "the call would revert: \(try await whyReverts(inquiry, position, simulation, nodes, token))"
            )
        }
        guard let callClass = try await nodes.callClass(of: inquiry.tokenCall, by: inquiry.from, token: token) else {
            throw OperationError("this call only reads")
        }
        var pools: [PoolPosition] = []
        var stakes: [String: Sun] = [:]
        for pool in view.pools {
            let totals = try await nodes.accountResources(of: pool.address)?.energyTotals
            pools.append(
                PoolPosition(
                    id: pool.id,
                    address: pool.address,
                    block: position.block,
                    delegatable: try await nodes.maximumDelegation(of: pool.address, .energy),
                    totalEnergy: totals?.limit ?? 0,
                    totalWeight: totals?.weight ?? 0
                )
            )
            if let account = try await nodes.account(pool.address) {
                stakes[pool.id] = account.staked[.energy] + account.delegatedOut[.energy]
            }
        }
        return QuoteReading(
            callClass: callClass,
            energy: simulation.energy,
            penalty: simulation.penalty,
            position: position,
            pools: pools,
            stakes: stakes,
            burnPrice: burnPrice,
            bandwidthPrice: bandwidthPrice
        )
    }

    private static func position(
        of wallet: TronAddress,
        _ view: QuoteView,
        _ nodes: TronClient,
        _ token: TronAddress
    ) async throws(NodeError) -> WalletPosition {
        try await nodes.onSameNode { node throws(NodeError) in
            let resources = try await node.accountResources(of: wallet)
            let account = try await node.account(wallet)
            return WalletPosition(
                wallet: wallet,
                block: try await node.blockSummary()?.number ?? 0,
                activated: account != nil,
                energyLimit: resources?.energyLimit ?? .zero,
                energyUsed: resources?.energyUsed ?? .zero,
                bandwidthAvailable: max(
                    resources?.bandwidthAvailable ?? .zero,
                    resources?.freeBandwidthAvailable ?? .zero
                ),
                balance: account?.balance ?? .zero,
                tokenUnits: try await node.tokenBalance(of: wallet, token: token).int64 ?? .max,
                withheld: view.withheld,
                promisedEnergy: view.promised
            )
        }
    }

    private static func whyReverts(
        _ inquiry: QuoteInquiry,
        _ position: WalletPosition,
        _ simulation: CallSimulation,
        _ nodes: TronClient,
        _ token: TronAddress
    ) async throws(NodeError) -> String {
        switch inquiry.call {
        case .transfer:
            guard let asked = inquiry.amount.word.int64, position.tokenUnits < asked else { break }
            return "the wallet has \(Self.tokens(position.tokenUnits)) USDT"
        case .approve:
            let allowed = try await nodes.allowance(from: inquiry.from, to: inquiry.to, token: token)
            guard allowed != .zero else { break }
            return "\(inquiry.to) may spend already; Tether lets an allowance be changed by way of zero alone"
        case .transferFrom:
            guard let holder = inquiry.holder else { break }
            let allowed = try await nodes.allowance(from: holder, to: inquiry.from, token: token)
            if allowed < inquiry.amount.word {
                return "\(inquiry.from) may take \(Self.tokens(allowed.int64 ?? .max)) USDT from \(holder)"
            }
            let held = try await nodes.tokenBalance(of: holder, token: token)
            guard held < inquiry.amount.word else { break }
            return "\(holder) has \(Self.tokens(held.int64 ?? .max)) USDT"
        }
        return simulation.message.isEmpty ? "the contract gives no reason" : simulation.message
    }

    private static func tokens(_ units: Int64) -> String { TokenAmount(units: units).map { "\($0)" } ?? "\(units)" }
}
