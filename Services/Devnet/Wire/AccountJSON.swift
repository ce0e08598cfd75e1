internal import ChainModel
internal import Models

extension Format {
    /// An account as `getaccount` shows it: usage already recovered to the head's slot.
    func json(_ account: Account, in state: ChainState) -> JSON {
        var fields = Fields()
        fields.add("address", address(account.address))
        if account.isContract { fields.add("type", "Contract") }
        fields.add(unlessZero: "balance", account.balance.rawValue)
        fields.add(unlessEmpty: "votes", account.votes.map(json))
        fields.add("create_time", account.created.milliseconds)
        fields.add(unlessZero: "latest_opration_time", account.lastOperation.milliseconds)
        fields.add(unlessZero: "allowance", account.allowance.rawValue)
        fields.add(unlessZero: "latest_withdraw_time", account.lastWithdrawal.milliseconds)
        let net = account.usage.bandwidth.recovered(at: state.slot)
        fields.add(unlessZero: "net_usage", net.used)
        fields.add(unlessZero: "latest_consume_time", account.usage.bandwidth.slot * 3000)
        fields.add(unlessZero: "free_net_usage", account.freeBandwidth.remaining(at: state.slot))
        fields.add(unlessZero: "latest_consume_free_time", account.freeBandwidth.slot * 3000)
        fields.add("net_window_size", net.preciseWindow)
        fields.add("net_window_optimized", true)
        fields.add("account_resource", energy(account, in: state))
        fields.add("owner_permission", json(account.owner))
        fields.add("active_permission", .array(account.actives.map(json)))
        fields.add("frozenV2", frozen(account))
        fields.add(unlessEmpty: "unfrozenV2", account.unfreezing.map(json))
        fields.add(unlessZero: "delegated_frozenV2_balance_for_bandwidth", account.delegated.bandwidth.rawValue)
        fields.add(
            unlessZero: "acquired_delegated_frozenV2_balance_for_bandwidth",
            account.acquired.bandwidth.rawValue
        )
        return fields.json
    }

    private func energy(_ account: Account, in state: ChainState) -> JSON {
        var fields = Fields()
        let usage = account.usage.energy.recovered(at: state.slot)
        fields.add(unlessZero: "energy_usage", usage.used)
        fields.add(unlessZero: "latest_consume_time_for_energy", account.usage.energy.slot * 3000)
        fields.add("energy_window_size", usage.preciseWindow)
        fields.add(unlessZero: "delegated_frozenV2_balance_for_energy", account.delegated.energy.rawValue)
        fields.add(unlessZero: "acquired_delegated_frozenV2_balance_for_energy", account.acquired.energy.rawValue)
        fields.add("energy_window_optimized", true)
        return fields.json
    }

    private func frozen(_ account: Account) -> JSON {
        var bandwidth = Fields()
        bandwidth.add(unlessZero: "amount", account.staked.bandwidth.rawValue)
        var energy = Fields()
        energy.add("type", "ENERGY")
        energy.add(unlessZero: "amount", account.staked.energy.rawValue)
        return .array([bandwidth.json, energy.json, ["type": "TRON_POWER"]])
    }

    private func json(_ unfreezing: Account.Unfreezing) -> JSON {
        var fields = Fields()
        if unfreezing.resource == .energy { fields.add("type", "ENERGY") }
        fields.add("unfreeze_amount", unfreezing.amount.rawValue)
        fields.add("unfreeze_expire_time", unfreezing.expires.milliseconds)
        return fields.json
    }
}
