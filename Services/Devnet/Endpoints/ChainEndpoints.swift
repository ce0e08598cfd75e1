internal import ChainModel
internal import Models

enum ChainEndpoints {
    static let all: [String: ReadEndpoint] = [
        "getchainparameters": parameters, "getenergyprices": energyPrices, "getbandwidthprices": bandwidthPrices,
        "getnodeinfo": nodeInfo, "listproposals": proposals, "listwitnesses": witnesses,
        "getnextmaintenancetime": maintenance, "getburntrx": burnt,
    ]

    /// Switches that are on here and on mainnet, and that clients look at.
    private static let switches: [(key: String, value: Int64)] = [
        ("getAllowMultiSign", 1), ("getAllowAdaptiveEnergy", 1), ("getAllowTvmConstantinople", 1),
        ("getForbidTransferToContract", 1), ("getAllowDynamicEnergy", 1), ("getAllowTvmShangHai", 1),
        ("getAllowCancelAllUnfreezeV2", 1), ("getAllowNewReward", 1),
    ]

    @Sendable static func parameters(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        func entry(_ key: String, _ value: Int64) -> JSON {
            var fields = Fields()
            fields.add("key", key)
            fields.add(unlessZero: "value", value)
            return fields.json
        }
        let set = ChainParameters.named.map { entry($0.key, view.state.parameters[keyPath: $0.path]) }
        return ["chainParameter": .array(set + switches.map { entry($0.key, $0.value) })]
    }

    @Sendable static func energyPrices(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        prices(view.state.energyPrices)
    }

    @Sendable static func bandwidthPrices(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        prices(view.state.bandwidthPrices)
    }

    private static func prices(_ steps: [PriceStep]) -> JSON {
        ["prices": .string(steps.map { "\($0.since.milliseconds):\($0.price)" }.joined(separator: ","))]
    }

    @Sendable static func nodeInfo(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        func text(_ block: Block) -> JSON { .string("Num:\(block.number),ID:\(block.id)") }
        return [
            "beginSyncNum": .int(view.number), "block": text(view.block),
            "solidityBlock": text(view.blockSeen(view.chain.solidNumber) ?? view.block), "currentConnectCount": 1,
            "activeConnectCount": 1, "passiveConnectCount": 0, "totalFlow": 0,
            "configNodeInfo": ["codeVersion": "4.8.0", "allowAdaptiveEnergy": 1],
        ]
    }

    @Sendable static func proposals(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        var fields = Fields()
        fields.add(
            unlessEmpty: "proposals",
            view.state.proposals.reversed().map { proposal in
                var fields = Fields()
                fields.add("proposal_id", proposal.id)
                fields.add("proposer_address", query.format.address(proposal.proposer))
                let sorted = proposal.parameters.sorted { $0.key < $1.key }
                fields.add("parameters", .array(sorted.map { ["key": .int($0.key), "value": .int($0.value)] }))
                fields.add("expiration_time", proposal.expires.milliseconds)
                fields.add("create_time", proposal.created.milliseconds)
                fields.add("approvals", .array(view.state.witnesses.map(query.format.address)))
                if proposal.state != .pending { fields.add("state", proposal.state.rawValue) }
                return fields.json
            }
        )
        return fields.json
    }

    @Sendable static func witnesses(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let list = view.state.witnesses.enumerated().map { index, witness -> JSON in
            [
                "address": query.format.address(witness), "voteCount": .int(Int64(1_000_000 - index)),
                "url": .string("http://witness\(index).devnet"), "isJobs": true,
            ]
        }
        return ["witnesses": .array(list)]
    }

    @Sendable static func maintenance(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        ["num": .int(view.state.nextMaintenance.milliseconds)]
    }

    @Sendable static func burnt(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        ["burnTrxAmount": .int(view.state.burnt.rawValue)]
    }
}
