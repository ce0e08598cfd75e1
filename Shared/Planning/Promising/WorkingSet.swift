public import Models

/// The withdrawals and wallet positions that one transaction has locked, and everything that changed about them.
///
/// Every way to change a withdrawal goes through here: load, ``handle(_:for:now:)`` or ``promise(to:at:terms:purse:)``, book
/// ``dues(_:)`` and ``take(_:for:terms:now:)`` the answers, then store ``changes`` with one statement per kind. So the sums in
/// the positions cannot drift from the promises, nor the promises from what is charged.
public struct WorkingSet: Sendable {
    /// A withdrawal with its one allocation.
    public struct Entry: Sendable, Equatable {
        /// As locked, or as changed since.
        public var withdrawal: Withdrawal
        /// Made with the withdrawal, and the same through every promise to it.
        public var allocationID: UUIDv7
        /// Whether the position of its wallet counts its need as promised.
        public var hasOpenPromise: Bool

        /// An entry as stored, or a new one without promise.
        public init(withdrawal: Withdrawal, allocationID: UUIDv7, hasOpenPromise: Bool) {
            self.withdrawal = withdrawal
            self.allocationID = allocationID
            self.hasOpenPromise = hasOpenPromise
        }
    }

    /// What has to be stored and told.
    public struct Changes: Sendable {
        /// Withdrawals that are new, in order of arrival.
        public var inserted: [WithdrawalKey] = []
        /// Withdrawals that were there and are different now.
        public var updated: Set<WithdrawalKey> = []
        /// Events to publish with the transaction, in the order they happened.
        public var notices: [WithdrawalNotice] = []
        /// Commands that could not be followed: each is answered with `withdrawal.rejected`.
        public var refusals: [(key: WithdrawalKey, reason: RejectionReason, detail: String)] = []
        /// Promises to be inserted. Store them after ``closed``: an allocation has at most one open.
        public var opened: [(allocation: UUIDv7, wallet: TronAddress, promise: PlannedPromise, notAfter: Timestamp)] =
            []
        /// Open promises to be closed, and how they ended.
        public var closed: [(allocation: UUIDv7, end: PromiseEnd)] = []
        /// Used promises to be opened again: the transfer is in no block any more.
        public var reopened: [UUIDv7] = []
        /// Promises that stay closed, with another end than is stored.
        public var reclosed: [(allocation: UUIDv7, end: PromiseEnd)] = []
        /// Revoked promises that a transfer has used after all, and its block.
        public var usedLate: [(allocation: UUIDv7, block: Int64)] = []
        /// Those among them that nobody could be charged for.
        public var uncharged: [UUIDv7: CostSheet] = [:]
        /// The newest state of each allocation that changed.
        public var allocations: [UUIDv7: AllocationState] = [:]
        /// Positions that are different now.
        public var positions: Set<TronAddress> = []
        /// Energy newly asked of each wallet.
        public var requested: [TronAddress: Energy] = [:]
        /// Quotes that the first priced members of batches have fixed.
        public var quotes: [BatchKey: Quote] = [:]
        /// How batches have changed; empty when no withdrawal of the set is in one.
        public var batches: [BatchKey: BatchChange] = [:]

        /// Nothing to store or tell.
        public var isEmpty: Bool {
            inserted.isEmpty && updated.isEmpty && notices.isEmpty && refusals.isEmpty && positions.isEmpty
        }
    }

    /// All loaded and inserted withdrawals, changes included.
    public internal(set) var entries: [WithdrawalKey: Entry] = [:]
    /// The positions of their wallets, changes included. A wallet without one is promised nothing.
    public internal(set) var positions: [TronAddress: WalletPosition] = [:]
    /// Everything that changed since the set was made.
    public internal(set) var changes = Changes()
    /// Promises that are reserved in ``positions`` and not paid for yet: ``take(_:for:terms:now:)`` makes or drops them.
    public internal(set) var reserved: [ReservedPromise] = []
    /// Charges that have to be ended, in the order it happened.
    var endedCharges: [EndedCharge] = []
    /// Withdrawals that are charged again, their transfers having come after the promise was revoked.
    var chargedAgain: [WithdrawalKey] = []
    /// Quotes of batches that hold: ``hold(_:of:at:)``.
    public internal(set) var quotes: [BatchKey: Quote] = [:]
    /// Batches whose quotes nobody else can fix meanwhile.
    var heldBatches: Set<BatchKey> = []
    /// When members of batches are priced here; `nil` before quotes are held, and then none is fixed.
    var pricedAt: Timestamp?
    private var insertedKeys: Set<WithdrawalKey> = []

    /// What the transaction has locked. Of two entries for one key, or positions of one wallet, the later counts.
    public init(entries: [Entry], positions: [WalletPosition]) {
        for entry in entries { self.entries[entry.withdrawal.key] = entry }
        for position in positions { self.positions[position.wallet] = position }
    }

    /// Adds a withdrawal that is not stored yet.
    /// - Parameter batchSize: what its request says of its batch's size.
    public mutating func insert(_ entry: Entry, batchSize: Int? = nil) {
        if let batch = entry.withdrawal.batch { changes.batches[batch, default: BatchChange()].arrive(size: batchSize) }
        entries[entry.withdrawal.key] = entry
        changes.inserted.append(entry.withdrawal.key)
        insertedKeys.insert(entry.withdrawal.key)
    }

    /// Leaves a withdrawal out that was refused and is not stored any more.
    public mutating func remove(_ key: WithdrawalKey) {
        entries[key] = nil
        changes.updated.remove(key)
        if insertedKeys.remove(key) != nil { changes.inserted.removeAll { $0 == key } }
    }

    /// Notes that members of batches were refused and are not stored any more.
    public mutating func reject(in batches: some Sequence<BatchKey>) {
        for batch in batches { changes.batches[batch, default: BatchChange()].reject() }
    }

    /// Adds withdrawals and positions that were locked later in the same transaction.
    public mutating func load(entries: [Entry], positions: [WalletPosition] = []) {
        for entry in entries where self.entries[entry.withdrawal.key] == nil {
            self.entries[entry.withdrawal.key] = entry
        }
        for position in positions where self.positions[position.wallet] == nil {
            self.positions[position.wallet] = position
        }
    }

    /// Replaces what is known of a wallet on chain; what is promised of it stays.
    public mutating func observe(_ reading: WalletPosition, keepWithheld: Bool) {
        var position = reading
        if let known = positions[reading.wallet] {
            guard reading.block >= known.block else { return }
            position.promisedEnergy = known.promisedEnergy
            position.promisedUnits = known.promisedUnits
            position.promisedCount = known.promisedCount
            position.energySource = known.energySource
            position.energyPrice = known.energyPrice
            position.withheld = keepWithheld ? known.withheld : .zero
            position.endingSoon = known.endingSoon
            position.promisedBeforeEnd = known.promisedBeforeEnd
        }
        set(position)
    }

    /// Keeps energy that a reclaim will take from being promised.
    public mutating func withhold(_ energy: Energy, at wallet: TronAddress) {
        guard var position = positions[wallet] else { return }
        position.withheld = energy
        set(position)
    }

    /// Notes where the energy of a wallet came from that was brought last, and what it cost: promises made from now on are
    /// charged so.
    public mutating func setEnergy(_ offer: EnergyOffer, at wallet: TronAddress) {
        guard var position = positions[wallet] else { return }
        position.energySource = offer.source
        position.energyPrice = offer.price
        set(position)
    }

    /// Runs a withdrawal's life cycle and folds what follows.
    public mutating func handle(_ event: Withdrawal.Event, for key: WithdrawalKey, now: Timestamp) {
        guard var entry = entries[key] else { return }
        let before = entry.withdrawal
        let effects = entry.withdrawal.handle(event, now: now)
        if case .needed(let need) = event, before.need == nil {
            changes.requested[before.from, default: .zero] =
                changes.requested[before.from, default: .zero] + need.energy
            changes.positions.insert(before.from)
        }
        entries[key] = entry
        if entry.withdrawal != before { touch(key) }
        if !before.state.isOutcome, entry.withdrawal.state.isOutcome, let batch = before.batch {
            changes.batches[batch, default: BatchChange()].end()
        }
        for effect in effects { fold(effect, key: key) }
    }

    /// Revokes what a wallet cannot keep any more.
    public mutating func revokeExcess(
        at wallet: TronAddress,
        reason: WithdrawalRevoked.Reason,
        now: Timestamp
    ) {
        guard let position = positions[wallet], position.promisedEnergy > position.capacity else { return }
        let open = entries.values.compactMap { entry -> Claim? in
            let withdrawal = entry.withdrawal
            guard entry.hasOpenPromise, withdrawal.from == wallet, withdrawal.state == .ready,
                withdrawal.method == .energy, let need = withdrawal.need
            else { return nil }
            return Claim(
                key: withdrawal.key,
                need: need,
                units: withdrawal.units,
                urgency: withdrawal.urgency,
                receivedAt: withdrawal.receivedAt
            )
        }
        for key in planRevocations(open, capacity: position.capacity) {
            guard let entry = entries[key] else { continue }
            handle(.promiseBroke(allocation: entry.allocationID, reason: reason), for: key, now: now)
        }
    }

    private mutating func fold(_ effect: Withdrawal.Effect, key: WithdrawalKey) {
        guard var entry = entries[key] else { return }
        switch effect {
        case .tell(let notice): changes.notices.append(notice)
        case .refuse(let reason, let detail): changes.refusals.append((key, reason, detail))
        case .allocation(let state): changes.allocations[entry.allocationID] = state
        case .closePromise(let end):
            guard entry.hasOpenPromise else { return }
            entry.hasOpenPromise = false
            entries[key] = entry
            if let index = changes.reopened.firstIndex(of: entry.allocationID) {
                // The transfer is in another block than before: as stored, the promise was closed all the time.
                changes.reopened.remove(at: index)
                changes.reclosed.append((entry.allocationID, end))
            } else {
                changes.closed.append((entry.allocationID, end))
            }
            addPromised(of: entry.withdrawal, times: -1)
        case .endCharge(let end): endCharge(of: entry, end)
        case .promiseUsedAfterAll(let block):
            changes.usedLate.append((entry.allocationID, block))
            chargedAgain.append(key)
        case .reopenPromise:
            guard !entry.hasOpenPromise else { return }
            entry.hasOpenPromise = true
            entries[key] = entry
            if let index = changes.closed.firstIndex(where: { $0.allocation == entry.allocationID }) {
                changes.closed.remove(at: index)
            } else {
                changes.reclosed.removeAll { $0.allocation == entry.allocationID }
                changes.reopened.append(entry.allocationID)
            }
            addPromised(of: entry.withdrawal, times: 1)
        }
    }

    private mutating func addPromised(of withdrawal: Withdrawal, times: Int64) {
        guard var position = positions[withdrawal.from] else { return }
        let energy = withdrawal.promisedEnergy
        position.promisedEnergy = position.promisedEnergy + Energy(energy.rawValue * times)
        position.promisedUnits += withdrawal.units * times
        position.promisedCount += times
        // Which promises end before a rental does is known as of the lock: what closes may have been one of them.
        if times < 0 { position.promisedBeforeEnd = (position.promisedBeforeEnd - energy).clamped }
        set(position)
    }

    private mutating func touch(_ key: WithdrawalKey) {
        if !insertedKeys.contains(key) { changes.updated.insert(key) }
    }

    mutating func set(_ position: WalletPosition) {
        positions[position.wallet] = position
        changes.positions.insert(position.wallet)
    }
}
