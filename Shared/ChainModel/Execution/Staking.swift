internal import Models

extension ChainState {
    mutating func freeze(_ contract: FreezeBalanceV2) throws(Rejection) {
        var owner = try existing(contract.owner)
        guard contract.amount > .zero else { throw .invalid("frozenBalance must be positive") }
        guard contract.amount >= .trx else {
            throw .invalid("frozenBalance must be greater than or equal to 1 TRX")
        }
        guard contract.amount <= owner.balance else {
            throw .invalid("frozenBalance must be less than or equal to accountBalance")
        }
        owner.balance -= contract.amount
        changeStake(of: &owner, contract.resource, by: contract.amount)
        put(owner)
    }

    mutating func unfreeze(_ contract: UnfreezeBalanceV2, _ receipt: inout Receipt) throws(Rejection) {
        var owner = try existing(contract.owner)
        let staked = owner.staked[contract.resource]
        guard staked > .zero else {
            throw .invalid("no frozenBalance(\(contract.resource == .energy ? "Energy" : "BANDWIDTH"))")
        }
        guard contract.amount > .zero, contract.amount <= staked else {
            throw .invalid("Invalid unfreeze_balance, [\(contract.amount)] is error")
        }
        guard owner.unfreezing.count(where: { $0.expires > now }) < Account.maximumUnfreezing else {
            throw .invalid("Invalid unfreeze operation, unfreezing times is over limit")
        }
        receipt.withdrawnExpired = withdrawMatured(&owner)
        let expires = now + .seconds(86_400 * parameters.unfreezeDelayDays)
        owner.unfreezing.append(.init(resource: contract.resource, amount: contract.amount, expires: expires))
        changeStake(of: &owner, contract.resource, by: Sun.zero - contract.amount)
        scaleVotes(of: &owner)
        put(owner)
    }

    mutating func withdrawExpired(_ contract: WithdrawExpireUnfreeze, _ receipt: inout Receipt) throws(Rejection) {
        var owner = try existing(contract.owner)
        guard owner.withdrawable(at: now) > .zero else { throw .invalid("no unFreeze balance to withdraw ") }
        receipt.withdrawnExpired = withdrawMatured(&owner)
        put(owner)
    }

    mutating func cancelUnfreezing(_ contract: CancelAllUnfreezeV2, _ receipt: inout Receipt) throws(Rejection) {
        var owner = try existing(contract.owner)
        guard !owner.unfreezing.isEmpty else { throw .invalid("No unfreezeV2 list to cancel") }
        receipt.withdrawnExpired = withdrawMatured(&owner)
        for pending in owner.unfreezing {
            changeStake(of: &owner, pending.resource, by: pending.amount)
            receipt.cancelledUnfreezing[pending.resource] += pending.amount
        }
        owner.unfreezing = []
        put(owner)
    }

    private func withdrawMatured(_ account: inout Account) -> Sun {
        let matured = account.withdrawable(at: now)
        account.balance += matured
        account.unfreezing.removeAll { $0.expires <= now }
        return matured
    }

    /// Unstaking takes votes away in proportion when less stake is left than votes were cast.
    private func scaleVotes(of account: inout Account) {
        let total = account.votes.reduce(Int64(0)) { $0 + $1.count }
        let power = account.tronPower.rawValue
        guard total > 0, power < total * Sun.trx.rawValue else { return }
        account.votes = account.votes.compactMap { vote in
            let count = whole(Double(vote.count) / Double(total) * Double(power) / 1_000_000)
            return count > 0 ? VoteWitness.Vote(witness: vote.witness, count: count) : nil
        }
    }
}
