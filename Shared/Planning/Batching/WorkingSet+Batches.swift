public import Models

extension WorkingSet {
    /// Batches whose quotes are not held yet and whose members may be priced next: those that wait and have a claim, or, when
    /// nothing is promised any more, those that are charged again.
    public func batchesToPrice(promising: Bool) -> Set<BatchKey> {
        var batches: Set<BatchKey> = []
        func add(_ withdrawal: Withdrawal?) {
            if let batch = withdrawal?.batch, !heldBatches.contains(batch) { batches.insert(batch) }
        }
        if promising {
            for entry in entries.values where entry.withdrawal.claim != nil { add(entry.withdrawal) }
        } else {
            for key in chargedAgain { add(entries[key]?.withdrawal) }
        }
        return batches
    }

    /// Takes the stored quotes of batches, those that hold. The first member that is priced of a batch without one fixes it from
    /// then on (``Changes/quotes``): nobody else must fix one meanwhile.
    public mutating func hold(_ stored: [BatchKey: Quote], of batches: some Sequence<BatchKey>, at now: Timestamp) {
        pricedAt = now
        heldBatches.formUnion(batches)
        for (batch, quote) in stored where batch.isPriced(by: quote, at: now) { quotes[batch] = quote }
    }

    /// The quote of a withdrawal's batch.
    func quote(for withdrawal: Withdrawal) -> Quote? { withdrawal.batch.flatMap { quotes[$0] } }

    /// Fixes the quotes of batches whose first member was priced.
    mutating func fix(_ fixed: [BatchKey: Quote]) {
        for (batch, quote) in fixed where quotes[batch] == nil {
            quotes[batch] = quote
            changes.quotes[batch] = quote
        }
    }
}
