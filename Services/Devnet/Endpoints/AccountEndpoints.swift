internal import ChainModel
internal import Models

enum AccountEndpoints {
    static let all: [String: ReadEndpoint] = [
        "getaccount": account, "getaccountresource": resource, "getaccountnet": bandwidth,
        "getcandelegatedmaxsize": delegatableMaximum, "getavailableunfreezecount": unfreezeCount,
        "getcanwithdrawunfreezeamount": withdrawable, "getReward": reward, "validateaddress": validate,
    ]

    @Sendable static func account(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        guard let account = view.state.account(try query.address("address")) else { return [:] }
        return query.format.json(account, in: view.state)
    }

    @Sendable static func resource(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let state = view.state
        guard let account = state.account(try query.address("address")) else { return [:] }
        var fields = bandwidthFields(account, state)
        fields.add(unlessZero: "TotalNetLimit", state.totals(.bandwidth).limit)
        fields.add(unlessZero: "TotalNetWeight", state.totals(.bandwidth).weight)
        let votes = account.votes.reduce(Int64(0)) { $0 + $1.count }
        fields.add(unlessZero: "tronPowerUsed", votes)
        fields.add(unlessZero: "tronPowerLimit", account.tronPower.rawValue / Sun.trx.rawValue)
        fields.add(unlessZero: "EnergyUsed", account.usage.energy.recovered(at: state.slot).used)
        fields.add(unlessZero: "EnergyLimit", state.limit(of: account, .energy))
        fields.add(unlessZero: "TotalEnergyLimit", state.totals(.energy).limit)
        fields.add(unlessZero: "TotalEnergyWeight", state.totals(.energy).weight)
        return fields.json
    }

    @Sendable static func bandwidth(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let state = view.state
        guard let account = state.account(try query.address("address")) else { return [:] }
        var fields = bandwidthFields(account, state)
        fields.add(unlessZero: "TotalNetLimit", state.totals(.bandwidth).limit)
        fields.add(unlessZero: "TotalNetWeight", state.totals(.bandwidth).weight)
        return fields.json
    }

    private static func bandwidthFields(_ account: Account, _ state: ChainState) -> Fields {
        var fields = Fields()
        fields.add(unlessZero: "freeNetUsed", account.freeBandwidth.remaining(at: state.slot))
        fields.add(unlessZero: "freeNetLimit", state.parameters.freeNetLimit)
        fields.add(unlessZero: "NetUsed", account.usage.bandwidth.recovered(at: state.slot).used)
        fields.add(unlessZero: "NetLimit", state.limit(of: account, .bandwidth))
        return fields
    }

    @Sendable static func delegatableMaximum(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let resource = try query.resource("type")
        guard let account = view.state.account(try query.address("owner_address")) else { return [:] }
        var fields = Fields()
        fields.add(unlessZero: "max_size", view.state.delegatableMaximum(of: account, resource).rawValue)
        return fields.json
    }

    @Sendable static func unfreezeCount(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let account = view.state.account(try query.address("owner_address"))
        let pending = account?.unfreezing.count { $0.expires > view.state.now } ?? Account.maximumUnfreezing
        var fields = Fields()
        fields.add(unlessZero: "count", Int64(max(0, Account.maximumUnfreezing - pending)))
        return fields.json
    }

    @Sendable static func withdrawable(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let asked = try query.int("timestamp")
        let time = asked > 0 ? Timestamp(milliseconds: asked) : view.state.now
        guard let account = view.state.account(try query.address("owner_address")) else { return [:] }
        var fields = Fields()
        fields.add(unlessZero: "amount", account.withdrawable(at: time).rawValue)
        return fields.json
    }

    @Sendable static func reward(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        ["reward": .int(view.state.account(try query.address("address"))?.allowance.rawValue ?? 0)]
    }

    @Sendable static func validate(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let text = query.string("address")
        if (try? TronAddress(base58: text)) != nil { return ["result": true, "message": "Base58check format"] }
        if (try? TronAddress(hex: text)) != nil { return ["result": true, "message": "Hex string format"] }
        return ["result": false, "message": "Invalid address"]
    }
}
