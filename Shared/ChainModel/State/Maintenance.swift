internal import Models

extension ChainState {
    /// Runs the maintenance boundaries the head has passed, however many: the token's factor moves, votes are rewarded,
    /// proposals that were approved take effect.
    mutating func runMaintenance() {
        guard now >= nextMaintenance else { return }
        let interval = max(1, parameters.maintenanceInterval)
        let passed = (now.milliseconds - nextMaintenance.milliseconds) / interval + 1
        moveFactor(boundaries: passed)
        rewardVotes(boundaries: passed)
        nextMaintenance = Timestamp(milliseconds: nextMaintenance.milliseconds + passed * interval)
        settleProposals()
    }

    private mutating func moveFactor(boundaries: Int64) {
        var used = token.energyUsedInCycle
        token.energyUsedInCycle = 0
        guard token.factorFollowsUse else { return }
        for _ in 0..<boundaries {
            let before = token.energyFactor
            token.energyFactor = parameters.dynamicEnergy.factor(after: before, baseEnergyUsed: used)
            if token.energyFactor == before, used == 0 { return }
            used = 0
        }
    }

    private mutating func rewardVotes(boundaries: Int64) {
        let millisecondsPerYear: Int64 = 31_536_000_000
        let time = boundaries * max(1, parameters.maintenanceInterval)
        for account in accounts where !account.votes.isEmpty {
            let votes = account.votes.reduce(Int64(0)) { $0 + $1.count }
            let perYear = scaledDown(votes * Sun.trx.rawValue, by: parameters.votingRewardRate, over: 1_000_000) ?? 0
            let reward = Sun(scaledDown(perYear, by: time, over: millisecondsPerYear) ?? 0)
            guard reward > .zero, let total = issued.adding(reward) else { continue }
            change(account.address) { $0.allowance += reward }
            issued = total
        }
    }

    private mutating func settleProposals() {
        for index in proposals.indices where proposals[index].state == .pending && proposals[index].expires <= now {
            proposals[index].state = .approved
            for (number, value) in proposals[index].parameters.sorted(by: { $0.key < $1.key }) {
                guard let path = ChainParameters.numbered[number] else { continue }
                var changed = parameters
                changed[keyPath: path] = value
                // Other changes since it was proposed may have made the combination impossible.
                if changed.problem == nil { set(changed) }
            }
        }
    }

    /// Replaces the parameters; a changed price is entered into its history.
    mutating func set(_ changed: ChainParameters) {
        if changed.energyFee != parameters.energyFee {
            energyPrices.append(PriceStep(since: now, price: changed.energyFee))
        }
        if changed.transactionFee != parameters.transactionFee {
            bandwidthPrices.append(PriceStep(since: now, price: changed.transactionFee))
        }
        parameters = changed
    }
}

extension ChainParameters {
    /// Proposal number of each parameter that proposals may change here.
    public static let numbered: [Int64: any WritableKeyPath<ChainParameters, Int64> & Sendable] = [
        0: \.maintenanceInterval, 2: \.createAccountFee, 3: \.transactionFee, 7: \.createNewAccountFee,
        11: \.energyFee, 19: \.totalEnergyLimit, 47: \.maxFeeLimit, 61: \.freeNetLimit, 62: \.totalNetLimit,
        68: \.memoFee, 70: \.unfreezeDelayDays, 73: \.dynamicEnergy.threshold, 74: \.dynamicEnergy.increase,
        75: \.dynamicEnergy.maximum, 78: \.maxDelegateLockPeriod,
    ]
}
