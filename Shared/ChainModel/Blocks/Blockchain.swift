internal import DequeModule
public import Models

/// A chain of blocks over a ``ChainState``: takes transactions into a pool, makes blocks, keeps what is needed to answer
/// for head and solid state, and can lose its newest blocks.
///
/// A value without locks or clocks: one owner calls it, and says what time it is.
public struct Blockchain: Sendable {
    /// A transaction in a block and what it did.
    public struct Entry: Sendable, Hashable {
        /// The transaction.
        public let transaction: ChainTransaction
        /// What it did.
        public let receipt: Receipt
    }

    /// Bounds and choices.
    public struct Limits: Sendable {
        /// Transactions that may wait; more get `SERVER_BUSY`.
        public var pending = 2000
        /// How long a transaction may wait for a block.
        public var pendingTime = Duration.seconds(60)
        /// Bytes of transactions in one block.
        public var blockBytes = 2_000_000
        /// Bytes of one transaction.
        public var transactionBytes = 500 * 1024
        /// Blocks to remember; at least the 65,536 of the reference check.
        public var blocks = 65_536
        /// Transactions in blocks to remember. Unexpired ones are never forgotten.
        public var transactions = 200_000

        /// A full node's bounds.
        public init() {}
    }

    /// A block is solid when it and 18 after it were made: 19 of 27 witnesses have confirmed it.
    public static let confirmations: Int64 = 19

    /// The state after the head block.
    public private(set) var head: ChainState
    /// Bounds and choices.
    public let limits: Limits

    private(set) var pool = Pool()
    private var blocks: Deque<Block>
    private var states: Deque<ChainState>
    private var entries: [TransactionID: Entry] = [:]
    private var order: Deque<TransactionID> = []
    private var forks: UInt64 = 0

    /// A chain of one block, number 0, over `state`.
    public init(_ state: ChainState, limits: Limits = Limits()) {
        self.limits = limits
        head = state
        let id = Self.blockID(number: 0, parent: nil, time: state.now, root: [], forks: 0)
        let first = Block(
            id: id,
            parent: id,
            time: state.now,
            witness: state.witnesses.first ?? state.token.creator,
            transactions: [],
            transactionsRoot: [UInt8](repeating: 0, count: 32)
        )
        blocks = [first]
        states = [state]
        pool.reset(to: state)
    }

    /// The newest block.
    public var headBlock: Block { blocks[blocks.count - 1] }

    /// The newest block that can no longer be lost.
    public var solidBlock: Block { block(number: solidNumber) ?? blocks[0] }

    /// Its number.
    public var solidNumber: Int64 { max(0, head.number - (Self.confirmations - 1)) }

    /// The state after the block that many before the head; at most back to the solid block.
    public func state(blocksBack: Int64) -> ChainState {
        states[max(0, states.count - 1 - Int(clamping: max(0, blocksBack)))]
    }

    /// The state after the solid block.
    public var solid: ChainState { states[0] }

    /// The block of that number, or `nil` when there is none or it is forgotten.
    public func block(number: Int64) -> Block? {
        guard number >= blocks[0].number, number <= headBlock.number else { return nil }
        return blocks[Int(number - blocks[0].number)]
    }

    /// The block of that id, or `nil`.
    public func block(_ id: BlockID) -> Block? {
        block(number: id.number).flatMap { $0.id == id ? $0 : nil }
    }

    /// A transaction that is in a block, or `nil`.
    public func entry(_ id: TransactionID) -> Entry? { entries[id] }

    /// A transaction that waits for a block, or `nil`.
    public func pending(_ id: TransactionID) -> ChainTransaction? { pool.waiting[id]?.transaction }

    /// Ids of the transactions that wait, oldest first.
    public var pendingIDs: [TransactionID] { pool.order.filter { pool.waiting[$0] != nil } }

    /// How many transactions wait.
    public var pendingCount: Int { pool.waiting.count }

    /// The state as it would be if all waiting transactions were in a block now: what new ones are checked against.
    public var pendingState: ChainState { pool.state ?? head }

    /// Takes a transaction into the pool, or says why not.
    /// - Parameter nextBlock: the earliest time the next block may have; a transaction that expires before is refused.
    public mutating func submit(_ transaction: ChainTransaction, nextBlock: Timestamp) throws(Rejection) {
        guard pool.waiting.count < limits.pending else { throw Rejection(.serverBusy, "Server busy.") }
        let expiration = transaction.body.expiration
        guard expiration >= nextBlock else {
            throw Rejection(
                .expiration,
                "Transaction expiration, transaction expiration time is \(expiration.milliseconds), but next slot time"
                    + " is \(nextBlock.milliseconds)"
            )
        }
        var state = pendingState
        try state.checkSignatures(transaction)
        try checkReference(transaction.body.referenceBlock)
        try checkCommon(transaction)
        guard entries[transaction.id] == nil, pool.waiting[transaction.id] == nil else {
            throw Rejection(.duplicate, "dup trans : \(transaction.id)")
        }
        _ = try state.apply(transaction, block: head.number + 1, time: nextBlock)
        pool.add(transaction, leadingTo: state, at: head.now)
    }

    /// Makes a block of the waiting transactions, oldest first. Those that no longer apply are dropped.
    /// - Parameter time: its time; a block is at least one millisecond younger than its parent.
    @discardableResult
    public mutating func produce(at time: Timestamp) -> Block {
        let time = max(time, head.now + .milliseconds(1))
        let number = head.number + 1
        var state = head
        var taken: [Entry] = []
        var bytes = 0
        for id in pool.order {
            guard let waiting = pool.waiting[id] else { continue }
            let transaction = waiting.transaction
            guard bytes + transaction.size <= limits.blockBytes else { break }
            pool.waiting[id] = nil
            guard transaction.body.expiration >= time, time - waiting.since <= limits.pendingTime,
                (try? checkReference(transaction.body.referenceBlock)) != nil, entries[id] == nil,
                let receipt = try? state.apply(transaction, block: number, time: time)
            else { continue }
            bytes += transaction.size
            taken.append(Entry(transaction: transaction, receipt: receipt))
        }
        state.now = time
        state.number = number
        state.runMaintenance()
        state.liquidateRentals()
        append(taken, leadingTo: state)
        resubmitPool()
        return headBlock
    }

    /// Makes the newest `depth` blocks not to have been, as a fork does. The state is as before them.
    /// - Parameter keepingTransactions: whether their transactions wait for a block again, or are lost.
    /// - Returns: how many blocks were lost: at most those after the solid block.
    @discardableResult
    public mutating func reorganize(depth: Int, keepingTransactions: Bool) -> Int {
        let depth = min(max(0, depth), states.count - 1)
        guard depth > 0 else { return 0 }
        var lost: [ChainTransaction] = []
        for _ in 0..<depth {
            states.removeLast()
            let block = blocks.removeLast()
            for id in block.transactions.reversed() {
                if let entry = entries.removeValue(forKey: id) { lost.append(entry.transaction) }
                order.removeLast()
            }
        }
        forks += 1
        head = states[states.count - 1]
        if keepingTransactions { pool.putBack(lost.reversed(), at: head.now) }
        resubmitPool()
        return depth
    }

    /// Changes the state from outside the protocol: funding, parameters and the like. Recent states change along, so
    /// that neither a reorganisation nor a solid read forgets it.
    mutating func intervene<Failure: Error>(
        _ change: (inout ChainState) throws(Failure) -> Void
    ) throws(Failure) {
        var changed = Deque<ChainState>()
        for state in states {
            var copy = state
            try change(&copy)
            changed.append(copy)
        }
        states = changed
        head = states[states.count - 1]
        resubmitPool()
    }

    private mutating func append(_ taken: [Entry], leadingTo state: ChainState) {
        let ids = taken.map(\.transaction.id)
        var mixer = Mixer()
        for id in ids { mixer.add(id.bytes) }
        let root = ids.isEmpty ? [UInt8](repeating: 0, count: 32) : mixer.digest
        let parent = headBlock.id
        let id = Self.blockID(number: state.number, parent: parent, time: state.now, root: root, forks: forks)
        let witness =
            state.witnesses.isEmpty ? state.token.creator : state.witnesses[Int(state.number) % state.witnesses.count]
        blocks.append(
            Block(
                id: id,
                parent: parent,
                time: state.now,
                witness: witness,
                transactions: ids,
                transactionsRoot: root
            )
        )
        for entry in taken {
            entries[entry.transaction.id] = entry
            order.append(entry.transaction.id)
        }
        head = state
        states.append(state)
        if states.count > Int(Self.confirmations) { states.removeFirst() }
        forget()
    }

    private mutating func forget() {
        while blocks.count > max(limits.blocks, 65_536) { blocks.removeFirst() }
        while order.count > limits.transactions, let oldest = order.first {
            if let entry = entries[oldest] {
                guard entry.transaction.body.expiration < head.now, entry.receipt.block <= solidNumber else { break }
                entries[oldest] = nil
            }
            order.removeFirst()
        }
    }

    private mutating func resubmitPool() {
        pool.reset(to: head)
        pool.dropExpired(head: head.now, after: limits.pendingTime)
        var state = head
        for id in pool.order {
            guard let waiting = pool.waiting[id] else { continue }
            if (try? state.apply(waiting.transaction, block: head.number + 1, time: head.now)) == nil {
                pool.waiting[id] = nil
            }
        }
        pool.reset(to: state)
        pool.compact()
    }

    private func checkReference(_ reference: ReferenceBlock) throws(Rejection) {
        let bits = Int64(reference.numberBits)
        let candidate = head.number - (head.number - bits) & 0xffff
        guard let block = block(number: candidate), ReferenceBlock(block.id) == reference else {
            throw Rejection(.tapos, "Tapos failed, block not found, ref block \(bits)")
        }
    }

    private func checkCommon(_ transaction: ChainTransaction) throws(Rejection) {
        guard transaction.size + 2 * Int(BandwidthCharge.resultBytes) <= limits.transactionBytes else {
            throw Rejection(
                .tooBig,
                "Too big transaction with result, TxId \(transaction.id), the size is \(transaction.size) bytes,"
                    + " maxTxSize \(limits.transactionBytes)"
            )
        }
        let expiration = transaction.body.expiration
        guard expiration > head.now, expiration <= head.now + .seconds(86_400) else {
            throw Rejection(
                .expiration,
                "Transaction expiration, transaction expiration time is \(expiration.milliseconds), but headBlockTime"
                    + " is \(head.now.milliseconds)"
            )
        }
    }

    private static func blockID(
        number: Int64,
        parent: BlockID?,
        time: Timestamp,
        root: [UInt8],
        forks: UInt64
    ) -> BlockID {
        var mixer = Mixer()
        mixer.add(parent?.bytes ?? [])
        mixer.add(UInt64(bitPattern: time.milliseconds))
        mixer.add(root)
        mixer.add(forks)
        let prefix = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(bitPattern: number) >> (56 - 8 * UInt64($0))) }
        guard let id = BlockID(bytes: prefix + mixer.digest.prefix(24)) else {
            preconditionFailure("eight and twenty-four bytes are thirty-two")
        }
        return id
    }
}
