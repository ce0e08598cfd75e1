public import Models

/// One signed transaction on its way to the chain. Its bytes never change, so sending them again is safe; a replacement
/// is signed only when this one can never land (DESIGN 3).
public struct Attempt: Sendable, Equatable {
    /// Follows from the bytes, so it is known before anything is sent.
    public let txid: TransactionID
    /// The chain takes it into no block after this, by the time of blocks.
    public let expiration: Timestamp
    /// Changed by ``handle(_:)`` alone.
    public internal(set) var state: AttemptState
    /// The block that has it, while it is included or more; `nil` again when its failure is solid.
    public internal(set) var block: Int64?

    /// A new one by the defaults, stored before it is sent, or one as stored.
    public init(txid: TransactionID, expiration: Timestamp, state: AttemptState = .live, block: Int64? = nil) {
        self.txid = txid
        self.expiration = expiration
        self.state = state
        self.block = block
    }

    /// What can happen to it.
    public enum Event: Sendable, Equatable {
        /// A block of the head chain has it.
        case seen(block: Int64, succeeded: Bool)
        /// That block was replaced.
        case lost
        /// The solid chain has reached this block and time; `known` says whether the solid chain has the transaction.
        case solid(block: Int64, time: Timestamp, known: Bool)
    }

    /// What follows.
    public enum Effect: Sendable, Equatable {
        /// The chain executed it: read the accounts it concerns.
        case readAccounts
        /// It can never change again.
        case finished
        /// It will never land: what it was for may be attempted anew.
        case replace
    }

    /// Takes an event.
    public mutating func handle(_ event: Event) -> [Effect] {
        switch (state, event) {
        case (.live, .seen(let block, let succeeded)):
            self.block = block
            state = succeeded ? .included : .reverted
            return succeeded ? [.readAccounts] : []
        case (.included, .lost),
            (.reverted, .lost) where block != nil:
            state = .live
            block = nil
            return [.readAccounts]
        case (.included, .solid(let solid, _, let known)):
            guard let block, block <= solid else { return [] }
            guard known else {
                // Seen in a block that was replaced, and the replacement was missed.
                state = .live
                self.block = nil
                return [.readAccounts]
            }
            state = .final
            return [.finished]
        case (.reverted, .solid(let solid, _, _)):
            // Until then another fork may still execute it.
            guard let block, block <= solid else { return [] }
            self.block = nil
            return [.replace]
        case (.live, .solid(_, let time, let known)):
            guard time > expiration, !known else { return [] }
            state = .expired
            return [.replace]
        default: return []
        }
    }
}
