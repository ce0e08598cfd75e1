internal import Models

extension ChainState {
    mutating func vote(_ contract: VoteWitness) throws(Rejection) {
        guard !contract.votes.isEmpty else { throw .invalid("VoteNumber must more than 0") }
        guard contract.votes.count <= 30 else { throw .invalid("VoteNumber more than maxVoteNumber 30") }
        var sum: Int64 = 0
        for vote in contract.votes {
            guard vote.count > 0 else { throw .invalid("vote count must be greater than 0") }
            _ = try existing(vote.witness)
            guard witnesses.contains(vote.witness) else {
                throw .invalid("Witness[\(vote.witness.hex)] does not exist")
            }
            let (next, overflow) = sum.addingReportingOverflow(vote.count)
            guard !overflow else { throw .invalid("overflow: checkedAdd") }
            sum = next
        }
        let owner = try existing(contract.owner)
        let (needed, overflow) = sum.multipliedReportingOverflow(by: Sun.trx.rawValue)
        guard !overflow else { throw .invalid("overflow: checkedMultiply") }
        guard needed <= owner.tronPower.rawValue else {
            throw .invalid("The total number of votes[\(needed)] is greater than the tronPower[\(owner.tronPower)]")
        }
        change(contract.owner) { $0.votes = contract.votes }
    }

    mutating func withdrawReward(_ contract: WithdrawBalance, _ receipt: inout Receipt) throws(Rejection) {
        let owner = try existing(contract.owner)
        guard now - owner.lastWithdrawal >= .seconds(86_400) else {
            throw .invalid("The last withdraw time is \(owner.lastWithdrawal.milliseconds), less than 24 hours")
        }
        guard owner.allowance > .zero else { throw .invalid("witnessAccount does not have any reward") }
        receipt.withdrawn = owner.allowance
        let now = now
        change(contract.owner) {
            $0.balance += $0.allowance
            $0.allowance = .zero
            $0.lastWithdrawal = now
        }
    }

    mutating func updatePermissions(
        _ contract: AccountPermissionUpdate,
        _ receipt: inout Receipt
    ) throws(Rejection) {
        guard account(contract.owner) != nil else { throw .invalid("ownerAddress account does not exist") }
        guard let ownerPermission = contract.ownerPermission else { throw .invalid("owner permission is missed") }
        guard contract.witnessPermission == nil else {
            throw .invalid("account isn't witness can't set witness permission")
        }
        guard !contract.activePermissions.isEmpty else { throw .invalid("active permission is missed") }
        guard contract.activePermissions.count <= 8 else { throw .invalid("active permission is too many") }
        guard ownerPermission.kind == .owner else { throw .invalid("owner permission type is error") }
        try check(ownerPermission)
        for permission in contract.activePermissions {
            guard permission.kind == .active else { throw .invalid("active permission type is error") }
            try check(permission)
        }
        let fee = Sun(parameters.updateAccountPermissionFee)
        let balance = account(contract.owner)?.balance ?? .zero
        guard balance >= fee else {
            throw Rejection(
                .contractExecution,
                "\(contract.owner.hex) insufficient balance, balance: \(balance), amount: \(fee)"
            )
        }
        setPermissions(of: contract.owner, owner: ownerPermission, actives: contract.activePermissions)
        burn(fee, from: contract.owner)
        receipt.fee += fee
    }

    /// Permission ids follow from the order: 0 owner, then 2, 3 …
    mutating func setPermissions(of address: TronAddress, owner: Permission, actives: [Permission]) {
        change(address) {
            $0.owner = owner
            $0.owner.id = 0
            $0.actives = actives
            for index in actives.indices { $0.actives[index].id = index + 2 }
        }
    }

    func check(_ permission: Permission) throws(Rejection) {
        let most = Self.maximumSignatures
        guard permission.keys.count <= most else {
            throw .invalid("number of keys in permission should not be greater than \(most)")
        }
        guard !permission.keys.isEmpty else { throw .invalid("key's count should be greater than 0") }
        guard permission.threshold > 0 else { throw .invalid("permission's threshold should be greater than 0") }
        guard permission.name.utf16.count <= 32 else { throw .invalid("permission's name is too long") }
        guard Set(permission.keys.map(\.address)).count == permission.keys.count else {
            throw .invalid("address should be distinct in permission \(permission.kind.name)")
        }
        var sum: Int64 = 0
        for key in permission.keys {
            guard key.weight > 0 else { throw .invalid("key's weight should be greater than 0") }
            let (next, overflow) = sum.addingReportingOverflow(key.weight)
            guard !overflow else { throw .invalid("long overflow") }
            sum = next
        }
        guard sum >= permission.threshold else {
            throw .invalid(
                "sum of all key's weight should not be less than threshold in permission \(permission.kind.name)"
            )
        }
        guard permission.kind == .active else {
            guard permission.operations.isEmpty else {
                throw .invalid("\(permission.kind.name) permission needn't operations")
            }
            return
        }
        guard permission.operations.count == 32 else { throw .invalid("operations size must 32") }
        for type in 0..<256 {
            let bit = UInt8(1) << UInt8(type % 8)
            if permission.operations[type / 8] & bit != 0, Permission.availableOperations[type / 8] & bit == 0 {
                throw .invalid("\(type) isn't a validate ContractType")
            }
        }
    }
}
