internal import Models

extension ChainState {
    mutating func delegate(_ contract: DelegateResource) throws(Rejection) {
        var owner = try existing(contract.owner)
        let resource = contract.resource
        guard contract.stake >= Delegation.minimum else {
            throw .invalid("delegateBalance must be greater than or equal to 1 TRX")
        }
        let tied = Delegation.stakeInUse(
            usage: owner.usage[resource].recovered(at: slot).used,
            acquired: owner.acquired[resource],
            totals: totals(resource)
        )
        guard contract.stake <= owner.staked[resource] - tied else {
            let name = resource == .energy ? "FreezeEnergyV2" : "FreezeBandwidthV2"
            throw .invalid("delegateBalance must be less than or equal to available \(name) balance")
        }
        guard contract.receiver != contract.owner else {
            throw .invalid("receiverAddress must not be the same as ownerAddress")
        }
        var receiver = try existing(contract.receiver)
        let pair = DelegationPair(from: contract.owner, to: contract.receiver)
        var record = delegation(from: pair.from, to: pair.to) ?? DelegationRecord()
        let period = contract.lockPeriod == 0 ? Delegation.defaultLockPeriod : contract.lockPeriod
        if contract.lock {
            guard (0...parameters.maxDelegateLockPeriod).contains(period) else {
                throw .invalid(
                    "The lock period of delegate resource cannot be less than 0 and cannot exceed "
                        + "\(parameters.maxDelegateLockPeriod)!"
                )
            }
            let remaining = record.expires[resource].milliseconds - now.milliseconds
            guard period * 3000 >= remaining else {
                throw .invalid(
                    "The lock period for \(resource.code) this time cannot be less than the remaining time["
                        + "\(remaining)ms] of the last lock period for \(resource.code)!"
                )
            }
        }
        guard !receiver.isContract else {
            throw .invalid("Do not allow delegate resources to contract addresses")
        }
        record.unlockExpired(at: now)
        if contract.lock {
            record.locked[resource] += contract.stake
            record.expires[resource] = now + .milliseconds(period * 3000)
        } else {
            record.unlocked[resource] += contract.stake
        }
        owner.staked[resource] -= contract.stake
        owner.delegated[resource] += contract.stake
        receiver.acquired[resource] += contract.stake
        put(owner)
        put(receiver)
        store(record, pair)
    }

    mutating func reclaim(_ contract: UnDelegateResource) throws(Rejection) {
        var owner = try existing(contract.owner)
        let resource = contract.resource
        guard contract.receiver != contract.owner else {
            throw .invalid("receiverAddress must not be the same as ownerAddress")
        }
        let pair = DelegationPair(from: contract.owner, to: contract.receiver)
        guard var record = delegation(from: pair.from, to: pair.to) else {
            throw .invalid("delegated Resource does not exist")
        }
        guard contract.stake > .zero else { throw .invalid("unDelegateBalance must be more than 0 TRX") }
        let reclaimable = record.reclaimable(resource, at: now)
        guard contract.stake <= reclaimable else {
            let name = resource == .energy ? "delegateFrozenBalance(Energy)" : "delegatedFrozenBalance(BANDWIDTH)"
            throw .invalid("insufficient \(name), request=\(contract.stake), unlock_balance=\(reclaimable)")
        }
        var receiver = try existing(contract.receiver)
        var usage = receiver.usage[resource].recovered(at: slot)
        let moved = Delegation.transferredUsage(
            stake: contract.stake,
            receiverUsage: usage.used,
            receiverStake: receiver.effectiveStake(resource),
            totals: totals(resource)
        )
        usage.used -= moved
        receiver.usage[resource] = usage
        receiver.acquired[resource] -= contract.stake
        record.unlockExpired(at: now)
        record.unlocked[resource] -= contract.stake
        owner.delegated[resource] -= contract.stake
        owner.staked[resource] += contract.stake
        if moved > 0 { owner.usage[resource].takeOver(moved, from: usage, at: slot) }
        put(receiver)
        put(owner)
        store(record, pair)
    }
}
