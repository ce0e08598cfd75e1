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
            case .ready where withdrawal.transfer == nil && withdrawal.reported == nil && need.lacks(for: other):
                handle(.promiseBroke(allocation: entry.allocationID, reason: .needRose), for: key, now: now)
            default: continue
            }
            handle(.needed(other), for: key, now: now)
            renewed += 1
        }
        return renewed
    }
}
