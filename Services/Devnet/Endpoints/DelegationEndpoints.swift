internal import ChainModel
internal import Models

enum DelegationEndpoints {
    static let all: [String: ReadEndpoint] = [
        "getdelegatedresourcev2": delegation, "getdelegatedresourceaccountindexv2": index,
    ]

    /// Up to two entries: what may be reclaimed at any time, and what is locked.
    @Sendable static func delegation(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let from = try query.address("fromAddress")
        let to = try query.address("toAddress")
        guard let record = view.state.delegation(from: from, to: to) else { return [:] }
        var entries: [JSON] = []
        if record.hasUnlocked { entries.append(entry(from, to, record.unlocked, expires: nil, query.format)) }
        if record.hasLocked { entries.append(entry(from, to, record.locked, expires: record.expires, query.format)) }
        return ["delegatedResource": .array(entries)]
    }

    private static func entry(
        _ from: TronAddress,
        _ to: TronAddress,
        _ amounts: PerResource<Sun>,
        expires: PerResource<Timestamp>?,
        _ format: Format
    ) -> JSON {
        var fields = Fields()
        fields.add("from", format.address(from))
        fields.add("to", format.address(to))
        fields.add(unlessZero: "frozen_balance_for_bandwidth", amounts.bandwidth.rawValue)
        fields.add(unlessZero: "frozen_balance_for_energy", amounts.energy.rawValue)
        fields.add(unlessZero: "expire_time_for_bandwidth", expires?.bandwidth.milliseconds ?? 0)
        fields.add(unlessZero: "expire_time_for_energy", expires?.energy.milliseconds ?? 0)
        return fields.json
    }

    @Sendable static func index(_ view: View, _ query: Query) throws(NodeError) -> JSON {
        let account = try query.address("value")
        let format = query.format
        var fields = Fields()
        fields.add("account", format.address(account))
        fields.add(unlessEmpty: "fromAccounts", view.state.delegators(to: account).map(format.address))
        fields.add(unlessEmpty: "toAccounts", view.state.receivers(of: account).map(format.address))
        return fields.json
    }
}
