internal import HashTreeCollections
internal import Models

/// The few ways state changes, each of which keeps the sums right.
extension ChainState {
    /// Changes an existing account; does nothing when there is none.
    mutating func change(_ address: TronAddress, _ body: (inout Account) -> Void) {
        guard var account = accountsByAddress[address] else { return }
        body(&account)
        accountsByAddress[address] = account
    }

    mutating func put(_ account: Account) { accountsByAddress[account.address] = account }

    /// Takes TRX out of circulation. The payer's balance has been checked.
    mutating func burn(_ amount: Sun, from address: TronAddress) {
        guard amount > .zero else { return }
        change(address) { $0.balance -= amount }
        burnt += amount
    }

    /// Changes own stake (undelegated part) and the network's weight with it.
    mutating func changeStake(of account: inout Account, _ resource: Resource, by amount: Sun) {
        let before = account.weight(resource)
        account.staked[resource] += amount
        ownWeight[resource] += account.weight(resource) - before
    }

    /// Stores a delegation record and keeps the indexes of both sides.
    mutating func store(_ record: DelegationRecord, _ pair: DelegationPair) {
        if record.isEmpty {
            delegationsByPair[pair] = nil
            receivers[pair.from]?.remove(pair.to)
            delegators[pair.to]?.remove(pair.from)
            if receivers[pair.from]?.isEmpty == true { receivers[pair.from] = nil }
            if delegators[pair.to]?.isEmpty == true { delegators[pair.to] = nil }
        } else {
            let isNew = delegationsByPair.updateValue(record, forKey: pair) == nil
            if isNew {
                receivers[pair.from, default: []].insert(pair.to)
                delegators[pair.to, default: []].insert(pair.from)
            }
        }
    }
}
