internal import Models

/// Something about the state that can never be. Found by ``ChainState/violations()``.
public struct InvariantViolation: Error, Sendable, CustomStringConvertible {
    /// What is wrong, with both numbers.
    public let description: String
}

extension ChainState {
    /// Checks that nothing was made or lost. Costs a walk over all accounts and delegations.
    ///
    /// - All TRX: issued = balances + stake (own and delegated out) + on its way out of stake + rewards + burnt.
    /// - Each account's delegated-out and acquired stake is the sum of the records on that side.
    /// - The network's own weight is the sum of the accounts' weights.
    /// - The token's supply is the sum of its balances.
    /// - The rental market holds every deposit and all its income, and has delegated exactly what is rented.
    /// - No amount, and no usage, is negative.
    public func violations() -> [InvariantViolation] {
        var found: [InvariantViolation] = []
        func check(_ isTrue: Bool, _ text: @autoclosure () -> String) {
            if !isTrue { found.append(InvariantViolation(description: text())) }
        }
        var delegatedOut: [TronAddress: PerResource<Sun>] = [:]
        var acquired: [TronAddress: PerResource<Sun>] = [:]
        for (pair, record) in delegations {
            check(!record.isEmpty, "an empty delegation \(pair.from) to \(pair.to)")
            for resource in Resource.allCases {
                check(
                    record.unlocked[resource] >= .zero && record.locked[resource] >= .zero,
                    "a negative delegation \(pair.from) to \(pair.to)"
                )
                delegatedOut[pair.from, default: PerResource(.zero)][resource] += record.total(resource)
                acquired[pair.to, default: PerResource(.zero)][resource] += record.total(resource)
            }
        }
        var inCirculation = burnt
        var weight = PerResource<Int64>(0)
        for account in accounts {
            let unfreezing = account.unfreezing.reduce(Sun.zero) { $0 + $1.amount }
            inCirculation += account.balance + account.tronPower + unfreezing + account.allowance
            check(account.balance >= .zero, "\(account.address) has a balance of \(account.balance)")
            check(account.allowance >= .zero, "\(account.address) has an allowance of \(account.allowance)")
            check(account.unfreezing.count <= Account.maximumUnfreezing, "\(account.address) unfreezes too often")
            check(account.freeBandwidth.used >= 0, "\(account.address) has negative free bandwidth usage")
            for resource in Resource.allCases {
                weight[resource] += account.weight(resource)
                let out = delegatedOut[account.address]?[resource] ?? .zero
                let received = acquired[account.address]?[resource] ?? .zero
                check(
                    out == account.delegated[resource],
                    "\(account.address) delegates \(account.delegated[resource]), records say \(out)"
                )
                check(
                    received == account.acquired[resource],
                    "\(account.address) acquired \(account.acquired[resource]), records say \(received)"
                )
                check(account.staked[resource] >= .zero, "\(account.address) has negative stake")
                check(account.usage[resource].used >= 0, "\(account.address) has negative usage")
                check(available(to: account, resource) >= 0, "\(account.address) has negative \(resource)")
            }
        }
        check(inCirculation == issued, "issued \(issued), accounted for \(inCirculation)")
        check(weight == ownWeight, "weight \(ownWeight), accounts say \(weight)")
        let held = token.holders.reduce(Int64(0)) { $0 + $1.1 }
        check(held == token.totalSupply, "token supply \(token.totalSupply), held \(held)")
        check(token.holders.allSatisfy { $0.1 > 0 }, "a token holder with nothing or less")
        return found + rentalViolations()
    }

    private func rentalViolations() -> [InvariantViolation] {
        guard let market = rentals, let account = account(market.address) else { return [] }
        var found: [InvariantViolation] = []
        func check(_ isTrue: Bool, _ text: @autoclosure () -> String) {
            if !isTrue { found.append(InvariantViolation(description: text())) }
        }
        var deposits = Sun.zero
        var stakes: [TronAddress: Sun] = [:]
        for (key, rental) in market.rentals {
            deposits += rental.deposit
            stakes[key.receiver, default: .zero] += rental.stake
            check(rental.stake > .zero && rental.deposit >= .zero, "a rental of nothing for \(key.receiver)")
            check(rental.index <= market.index, "a rental for \(key.receiver) from the future")
        }
        check(account.balance >= deposits + market.income, "the market has \(account.balance), owes \(deposits)")
        check(stakes.values.reduce(.zero, +) == market.rented, "rented \(market.rented), rentals say \(stakes)")
        check(account.delegated.energy == market.rented, "rented \(market.rented), delegated otherwise")
        for (receiver, stake) in stakes {
            let delegated = delegation(from: market.address, to: receiver)?.total(.energy) ?? .zero
            check(delegated == stake, "\(receiver) rents \(stake), is delegated \(delegated)")
        }
        return found
    }
}
