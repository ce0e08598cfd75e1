internal import Models
internal import Planning

/// A block of the head chain, reduced to what concerns us.
struct HeadBlock: Sendable {
    var number: Int64
    var id: [UInt8]
    var parent: [UInt8]
    var time: Timestamp
    /// Every transaction, and whether it was executed.
    var outcomes: [TransactionID: Bool]
    /// USDT transfers, whoever sent them.
    var transfers: [ObservedTransfer]
    /// From whom to whom tokens went.
    var moves: [(from: TronAddress, to: TronAddress)]
    /// Energy stake that was delegated, whoever did.
    var delegations: [ObservedDelegation] = []
    /// Accounts whose resources, stake or balances a transaction has changed.
    var touched: Set<TronAddress>
}

/// Energy stake that a block has delegated.
struct ObservedDelegation: Sendable, Equatable {
    var txid: TransactionID
    var block: Int64
    var at: Timestamp
    var owner: TronAddress
    var wallet: TronAddress
    var stake: Sun
}

/// What one cycle has read of the chain: new blocks, and accounts at exactly the last of them.
struct ChainView: Sendable {
    /// The processed block that the new ones follow; below the old cursor after a reorganisation.
    var base: Int64?
    /// In order, each the parent of the next.
    var blocks: [HeadBlock] = []
    /// The last processed block once this view is stored.
    var head: Int64
    var headID: [UInt8]
    /// Its time.
    var headTime: Timestamp
    /// Whether the accounts were read at `head` itself. Else they are newer, and show usage of transfers that are still
    /// promised.
    var isExact = false
    var wallets: [WalletPosition] = []
    var pools: [PoolPosition] = []
    var delegations: [DelegationStore.Row] = []
}

/// How the allocator treats the chain and its promises; from configuration.
struct AllocationPolicy: Sendable {
    var delegation = DelegationPolicy()
    /// What the pools may sign in an hour and a day.
    var limits = SigningLimits()
    /// How long after `ready` the transfer may be sent.
    var sendWindow: Duration = .seconds(300)
    /// How long after `not_after` a transfer may still turn up in the solid chain.
    var sendGrace: Duration = .seconds(60)
    /// How long a shortage lasts before it ends a withdrawal without a deadline.
    var shortageLimit: Duration = .seconds(900)
    /// How long idle energy stays at a wallet.
    var idleHold: Duration = .seconds(20)
    /// Over how long past demand is taken for what will be asked next.
    var lookAhead: Duration = .seconds(15)

    /// When a promise made now ends at the latest, the time until its transfer is seen included.
    func horizon(at now: Timestamp) -> PromiseHorizon {
        PromiseHorizon(end: now + sendWindow + sendGrace, grace: sendGrace)
    }

    /// How long energy is rented at least: a promise made of it, and the time until it arrives.
    var rentalTime: Duration { sendWindow + sendGrace + .seconds(120) }
}

/// Until when energy has to stay to be promised.
struct PromiseHorizon: Sendable, Equatable {
    var end: Timestamp
    /// How long after a promise's own end its transfer may still use energy.
    var grace: Duration
}
