internal import ChainModel
internal import Models

extension Format {
    /// The `value` of a contract's parameter.
    func json(_ contract: Contract) -> JSON {
        var fields = Fields()
        fields.add("owner_address", address(contract.owner))
        switch contract {
        case .transfer(let transfer):
            fields.add("to_address", address(transfer.recipient))
            fields.add(unlessZero: "amount", transfer.amount.rawValue)
        case .triggerSmartContract(let call):
            fields.add("contract_address", address(call.contractAddress))
            fields.add(unlessZero: "call_value", call.callValue.rawValue)
            fields.add(unlessEmpty: "data", call.data.hex)
            fields.add(unlessZero: "call_token_value", call.callTokenValue)
            fields.add(unlessZero: "token_id", call.tokenID)
        case .freezeBalanceV2(let freeze):
            fields.add(unlessZero: "frozen_balance", freeze.amount.rawValue)
            add(freeze.resource, to: &fields)
        case .unfreezeBalanceV2(let unfreeze):
            fields.add(unlessZero: "unfreeze_balance", unfreeze.amount.rawValue)
            add(unfreeze.resource, to: &fields)
        case .delegateResource(let delegation):
            add(delegation.resource, to: &fields)
            fields.add(unlessZero: "balance", delegation.stake.rawValue)
            fields.add("receiver_address", address(delegation.receiver))
            if delegation.lock { fields.add("lock", .bool(true)) }
            fields.add(unlessZero: "lock_period", delegation.lockPeriod)
        case .unDelegateResource(let reclaim):
            add(reclaim.resource, to: &fields)
            fields.add(unlessZero: "balance", reclaim.stake.rawValue)
            fields.add("receiver_address", address(reclaim.receiver))
        case .accountPermissionUpdate(let update):
            fields.add("owner", update.ownerPermission.map(json))
            fields.add("witness", update.witnessPermission.map(json))
            fields.add(unlessEmpty: "actives", update.activePermissions.map(json))
        case .voteWitness(let vote):
            fields.add(unlessEmpty: "votes", vote.votes.map(json))
        case .withdrawBalance, .withdrawExpireUnfreeze, .cancelAllUnfreezeV2: break
        }
        return fields.json
    }

    func json(_ permission: Permission) -> JSON {
        var fields = Fields()
        if permission.kind != .owner { fields.add("type", permission.kind.name) }
        fields.add(unlessZero: "id", Int64(permission.id))
        fields.add(unlessEmpty: "permission_name", permission.name)
        fields.add(unlessZero: "threshold", permission.threshold)
        fields.add(unlessEmpty: "operations", permission.operations.hex)
        fields.add(
            unlessEmpty: "keys",
            permission.keys.map { ["address": address($0.address), "weight": .int($0.weight)] }
        )
        return fields.json
    }

    func json(_ vote: VoteWitness.Vote) -> JSON {
        ["vote_address": address(vote.witness), "vote_count": .int(vote.count)]
    }

    private func add(_ resource: Resource, to fields: inout Fields) {
        if resource == .energy { fields.add("resource", resource.code) }
    }
}
