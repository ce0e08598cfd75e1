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
        /// The solid chain has reached this block and time; `succeeded` says whether it has executed the transaction, and is
        /// `nil` when it does not know it.
        case solid(block: Int64, time: Timestamp, succeeded: Bool?)
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
        case (.included, .solid(let solid, _, let succeeded)),
            (.reverted, .solid(let solid, _, let succeeded)):
            guard let block, block <= solid else { return [] }
            guard succeeded != nil else {
                // Seen in a block that was replaced, and the replacement was missed.
                state = .live
                self.block = nil
                return [.readAccounts]
            }
            return end(succeeded, solid: solid)
        case (.live, .solid(let solid, let time, let succeeded)):
            guard succeeded != nil || time > expiration else { return [] }
            return end(succeeded, solid: solid)
        default: return []
        }
    }

    /// The solid chain decides, whatever the head chain showed before: it may have been another fork.
    private mutating func end(_ succeeded: Bool?, solid: Int64) -> [Effect] {
        switch succeeded {
        case true?:
            let wasRead = state == .included
            state = .final
            block = block ?? solid
            return wasRead ? [.finished] : [.readAccounts, .finished]
        case false?:
            state = .reverted
            block = nil
            return [.replace]
        case nil:
            state = .expired
            block = nil
            return [.replace]
        }
    }
}
