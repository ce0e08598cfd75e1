internal import Models

/// Transactions that wait for a block, and the state they lead to.
struct Pool: Sendable {
    struct Waiting: Sendable {
        let transaction: ChainTransaction
        let since: Timestamp
    }

    /// The waiting transactions.
    var waiting: [TransactionID: Waiting] = [:]
    /// Their ids in order of arrival; may still name some that are gone.
    private(set) var order: [TransactionID] = []
    /// The state after all of them.
    private(set) var state: ChainState?

    mutating func reset(to state: ChainState) { self.state = state }

    mutating func add(_ transaction: ChainTransaction, leadingTo state: ChainState, at now: Timestamp) {
        waiting[transaction.id] = Waiting(transaction: transaction, since: now)
        order.append(transaction.id)
        self.state = state
    }

    /// Puts transactions of lost blocks before all others.
    mutating func putBack(_ transactions: some Sequence<ChainTransaction>, at now: Timestamp) {
        var front: [TransactionID] = []
        for transaction in transactions where waiting[transaction.id] == nil {
            waiting[transaction.id] = Waiting(transaction: transaction, since: now)
            front.append(transaction.id)
        }
        order = front + order
    }

    mutating func dropExpired(head: Timestamp, after time: Duration) {
        for (id, entry) in waiting
        where entry.transaction.body.expiration <= head || head - entry.since > time {
            waiting[id] = nil
        }
    }

    mutating func compact() { order.removeAll { waiting[$0] == nil } }
}
