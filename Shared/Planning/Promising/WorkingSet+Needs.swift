public import Models

extension WorkingSet {
    /// Makes the needs of all its withdrawals right for the contract's factor. Those that wait claim the new need. A promise
    /// that would not do any more is revoked, unless its transfer is known to be under way; one that holds too much stands.
    /// - Returns: how many needs were wrong.
    public mutating func renewNeeds(factor: Int64, now: Timestamp) -> Int {
        var renewed = 0
        for key in entries.keys.sorted() {
            guard let entry = entries[key], let need = entry.withdrawal.need, need.factor != factor,
                let other = need.under(factor: factor)
            else { continue }
            let withdrawal = entry.withdrawal
            switch withdrawal.state {
            case .received, .acquiring, .short: break
            case .ready where withdrawal.isUnused && need.lacks(for: other):
                handle(.promiseBroke(allocation: entry.allocationID, reason: .needRose), for: key, now: now)
            default: continue
            }
            handle(.needed(other), for: key, now: now)
            renewed += 1
        }
        return renewed
    }

    /// Revokes the promises whose transfers would run out of energy at the fee limits they were told, because energy's fee has
    /// risen since. One whose transfer is known to be under way stands. A fee that falls revokes nothing.
    /// - Returns: how many were revoked.
    public mutating func revokeOutgrownLimits(energyFee: Sun, now: Timestamp) -> Int {
        var revoked = 0
        for key in entries.keys.sorted() {
            guard let entry = entries[key], entry.withdrawal.isUnused,
                entry.withdrawal.outgrowsLimit(energyFee: energyFee)
            else { continue }
            handle(.promiseBroke(allocation: entry.allocationID, reason: .needRose), for: key, now: now)
            revoked += 1
        }
        return revoked
    }
}
