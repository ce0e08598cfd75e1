internal import ChainModel
internal import Models

extension Query {
    /// Reads a contract from its parameter's `value`, or from the fields of a builder's request.
    func contract(_ type: ContractType) throws(NodeError) -> Contract {
        let owner = try address("owner_address")
        switch type {
        case .transfer:
            return .transfer(
                Transfer(owner: owner, recipient: try address("to_address"), amount: Sun(try int("amount")))
            )
        case .triggerSmartContract:
            return .triggerSmartContract(
                TriggerSmartContract(
                    owner: owner,
                    contractAddress: try address("contract_address"),
                    callValue: Sun(try int("call_value")),
                    data: try bytes("data"),
                    callTokenValue: try int("call_token_value"),
                    tokenID: try int("token_id")
                )
            )
        case .freezeBalanceV2:
            return .freezeBalanceV2(
                FreezeBalanceV2(
                    owner: owner,
                    amount: Sun(try int("frozen_balance")),
                    resource: try resource("resource")
                )
            )
        case .unfreezeBalanceV2:
            return .unfreezeBalanceV2(
                UnfreezeBalanceV2(
                    owner: owner,
                    amount: Sun(try int("unfreeze_balance")),
                    resource: try resource("resource")
                )
            )
        case .delegateResource:
            return .delegateResource(
                DelegateResource(
                    owner: owner,
                    receiver: try address("receiver_address"),
                    resource: try resource("resource"),
                    stake: Sun(try int("balance")),
                    lock: bool("lock"),
                    lockPeriod: try int("lock_period")
                )
            )
        case .unDelegateResource:
            return .unDelegateResource(
                UnDelegateResource(
                    owner: owner,
                    receiver: try address("receiver_address"),
                    resource: try resource("resource"),
                    stake: Sun(try int("balance"))
                )
            )
        case .withdrawExpireUnfreeze: return .withdrawExpireUnfreeze(WithdrawExpireUnfreeze(owner: owner))
        case .cancelAllUnfreezeV2: return .cancelAllUnfreezeV2(CancelAllUnfreezeV2(owner: owner))
        case .withdrawBalance: return .withdrawBalance(WithdrawBalance(owner: owner))
        case .voteWitness:
            var votes: [VoteWitness.Vote] = []
            for vote in fields["votes"]?.array ?? [] {
                let query = within(vote)
                votes.append(
                    VoteWitness.Vote(witness: try query.address("vote_address"), count: try query.int("vote_count"))
                )
            }
            return .voteWitness(VoteWitness(owner: owner, votes: votes))
        case .accountPermissionUpdate:
            var actives: [Permission] = []
            for permission in fields["actives"]?.array ?? [] {
                actives.append(try within(permission).permission(.active))
            }
            var ownerPermission: Permission?
            if let permission = fields["owner"] { ownerPermission = try within(permission).permission(.owner) }
            var witness: Permission?
            if let permission = fields["witness"] { witness = try within(permission).permission(.witness) }
            return .accountPermissionUpdate(
                AccountPermissionUpdate(
                    owner: owner,
                    ownerPermission: ownerPermission,
                    witnessPermission: witness,
                    activePermissions: actives
                )
            )
        }
    }

    /// A permission. A `type` given by word or number must be the one that stands in its place.
    func permission(_ kind: Permission.Kind) throws(NodeError) -> Permission {
        var stated = Permission.Kind.owner
        if let word = fields["type"]?.string {
            switch word {
            case "Owner": stated = .owner
            case "Witness": stated = .witness
            case "Active": stated = .active
            default: throw .argument("unknown permission type \(word)")
            }
        } else if let number = fields["type"]?.int {
            guard let known = Permission.Kind(rawValue: Int(clamping: number)) else {
                throw .argument("unknown permission type \(number)")
            }
            stated = known
        }
        var keys: [Permission.Key] = []
        for key in fields["keys"]?.array ?? [] {
            let query = within(key)
            keys.append(Permission.Key(address: try query.address("address"), weight: try query.int("weight")))
        }
        return Permission(
            kind: stated,
            id: Int(clamping: try int("id")),
            name: string("permission_name"),
            threshold: try int("threshold"),
            operations: try bytes("operations"),
            keys: keys
        )
    }

    private func within(_ json: JSON) -> Query { Query(json, format: format) }

    init(_ fields: JSON, format: Format) {
        self.fields = fields
        self.format = format
    }
}
