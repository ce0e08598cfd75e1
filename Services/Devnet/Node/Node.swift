internal import ChainModel
internal import Models

/// The one owner of the chain: answers reads, takes transactions, makes blocks, obeys the control API.
actor Node {
    /// How a node is started, and what a reset goes back to.
    struct Configuration: Sendable {
        var blockInterval: Duration
        var seed: UInt64
    }

    let configuration: Configuration
    /// The sources of prices that are played beside the chain.
    nonisolated let prices = PriceSandbox()
    /// The receivers of webhooks, and the chat services.
    nonisolated let sink = WebhookSink()
    nonisolated let chats = ChatSandboxes()
    private let wallClock: any WallClock
    private(set) var chain: Blockchain
    private(set) var faults: Faults
    /// How far domain time is ahead of the machine's clock.
    private(set) var offset = Duration.zero
    /// How often the chain was begun anew.
    private(set) var generation = 0
    private var listeners: [AsyncStream<Void>.Continuation] = []

    init(_ configuration: Configuration, wallClock: any WallClock = SystemClock()) {
        self.configuration = configuration
        self.wallClock = wallClock
        chain = Genesis.chain(at: wallClock.now())
        faults = Faults(seed: configuration.seed)
    }

    /// The present moment of domain time.
    var now: Timestamp { wallClock.now() + offset }

    func read(_ endpoint: ReadEndpoint, _ query: Query, solid: Bool) throws(NodeError) -> JSON {
        let lag = solid ? 0 : faults.lag(at: now)
        return try endpoint(solid ? .solid(chain) : .head(chain, lagging: lag), query)
    }

    /// Takes a transaction into the pool.
    /// - Returns: why not, or `nil` when it waits for a block now.
    func submit(_ transaction: ChainTransaction) -> Rejection? {
        if faults.isBusy(at: now) { return Rejection(.serverBusy, "Server busy.") }
        do {
            try chain.submit(transaction, nextBlock: chain.head.now + configuration.blockInterval)
            return nil
        } catch {
            return error
        }
    }

    /// Makes a block unless production is stuck.
    func produce() {
        guard !faults.isStuck(at: now) else { return }
        chain.produce(at: now)
        tell()
    }

    /// Tells of each change of the head; changes that nobody has looked at yet are one.
    func changes() -> AsyncStream<Void> {
        let (stream, listener) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        listeners.append(listener)
        return stream
    }

    private func tell() {
        listeners.removeAll { listener in
            if case .terminated = listener.yield() { true } else { false }
        }
    }

    /// What a fault has in store for a request to this path.
    func disturbance(of path: String) -> Disturbance { faults.disturbance(of: path, at: now) }

    /// Moves domain time forward and makes a block at the new time.
    func advance(by duration: Duration) {
        offset += duration
        produce()
    }

    /// Makes blocks at once; each moves domain time by the block interval.
    func mine(_ blocks: Int) {
        for _ in 0..<blocks {
            offset += configuration.blockInterval
            chain.produce(at: now)
        }
        tell()
    }

    func reorganize(depth: Int, keepingTransactions: Bool) -> Int {
        defer { tell() }
        return chain.reorganize(depth: depth, keepingTransactions: keepingTransactions)
    }

    func change<Result: Sendable, Failure: Error>(
        _ body: (inout Blockchain) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(&chain)
    }

    /// Looks at the chain where it lives: a copy that outlives the call would make the next change copy everything.
    func inspect<Result: Sendable>(_ body: @Sendable (borrowing Blockchain) -> Result) -> Result { body(chain) }

    func change(faults body: @Sendable (inout Faults) -> Void) { body(&faults) }

    /// A new chain, no faults, the machine's time.
    func reset() {
        offset = .zero
        faults = Faults(seed: configuration.seed)
        chain = Genesis.chain(at: now)
        generation += 1
        tell()
    }
}

/// What a devnet begins with.
enum Genesis {
    /// Mainnet's address of Tether's token, so that clients need no other configuration.
    static let token = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"

    /// Mainnet's address of JustLend DAO's Energy Rental.
    static let market = "TU2MJ5Veik1LRAgjeSzEdvmDYx7mefJZvd"
    /// What it rents out: energy of about 950 million a day.
    static let marketStake = Sun(100_000_000 * Sun.trx.rawValue)

    /// The chain a devnet begins with. The market's stake is part of the network's weight, not in addition to it.
    static func chain(at now: Timestamp) -> Blockchain {
        var chain = Blockchain(state(at: now))
        guard let market = chain.head.rentals?.address else { return chain }
        let weight = chain.head.totals(.energy).weight
        do throws(InterventionError) {
            try chain.stake(market, .energy, marketStake)
            try chain.setTotalWeight(.energy, weight)
        } catch {
            preconditionFailure("a pool within the network's weight: \(error)")
        }
        return chain
    }

    private static func state(at now: Timestamp) -> ChainState {
        guard let token = try? TronAddress(base58: token), let market = try? TronAddress(base58: market) else {
            preconditionFailure("constant addresses")
        }
        return ChainState(
            at: now,
            parameters: ChainParameters(),
            foreignWeight: PerResource(bandwidth: 26_500_000_000, energy: 18_961_880_220),
            token: TokenContract(address: token, creator: address(0)),
            witnesses: (1...27).map(address),
            rentals: RentalMarket(address: market, creator: address(28), liquidator: address(29), at: now)
        )
    }

    /// Addresses nobody has a key for.
    private static func address(_ number: UInt8) -> TronAddress {
        guard let address = TronAddress(evm: Array("devnet witness 0000".utf8) + [number]) else {
            preconditionFailure("twenty bytes")
        }
        return address
    }
}
