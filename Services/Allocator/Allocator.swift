internal import Messaging
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Suppliers
internal import Telemetry
internal import Tron

/// What the allocator is made of, put together once.
struct Allocator {
    let service: ServiceHost
    let registry: RegistryReader
    let prices: PriceReader
    let requests: RequestHandler
    let commands: CommandHandler
    let resolver: NeedResolver
    let recipients: NeedKeeper
    let keeper: ChainKeeper
    let solidity: SolidityKeeper
    let teller: Teller
    let sweeper: DelegationSweep
    let pruning: BatchPruning
    let desk: SupplierDesk
    let purchases: PurchaseKeeper
    let quotes: QuoteKeeper
    let refunds: RefundKeeper

    private let unresolved: UnresolvedNeeds
    private let pollInterval: Duration

    init(
        service: ServiceHost,
        configuration: AllocatorConfiguration,
        chain: NodeGateway,
        key: PrivateKey,
        purchasingKey: PrivateKey?
    ) {
        let policy = configuration.policy
        let wakeUp = WakeUp()
        let needs = NeedBook()
        let sender = AttemptSender(service: service, chain: chain)
        self.service = service
        pollInterval = configuration.pollInterval
        unresolved = UnresolvedNeeds()
        registry = RegistryReader(service: service)
        prices = PriceReader { try await chain.prices() }
        requests = RequestHandler(
            registry: registry,
            needs: needs,
            prices: prices,
            policy: policy,
            unresolved: unresolved,
            wakeUp: wakeUp
        )
        commands = CommandHandler(registry: registry, prices: prices)
        resolver = NeedResolver(service: service, chain: chain, book: needs, registry: registry, wakeUp: wakeUp)
        recipients = NeedKeeper(chain: chain, book: needs, wakeUp: wakeUp)
        solidity = SolidityKeeper(service: service, chain: chain, registry: registry, sender: sender, policy: policy)
        teller = Teller(service: service, quiet: configuration.batchQuiet)
        sweeper = DelegationSweep(service: service, chain: chain, registry: registry)
        pruning = BatchPruning(service: service)
        let signer = DelegationSigner(
            chain: chain,
            key: key,
            registry: registry,
            clock: service.clock,
            maximumStake: configuration.maximumStake
        )
        let purchased = WakeUp()
        desk = SupplierDesk(
            service: service,
            registry: registry,
            node: chain.client,
            key: purchasingKey,
            maximumPayment: configuration.maximumPayment,
            maximumStake: configuration.maximumStake
        )
        let calls = PurchaseCalls(service: service, desk: desk, chain: chain, registry: registry)
        purchases = PurchaseKeeper(
            service: service,
            calls: calls,
            desk: desk,
            wakeUp: purchased,
            supplyChanged: wakeUp
        )
        refunds = RefundKeeper(service: service, desk: desk, chain: chain)
        quotes = QuoteKeeper(
            service: service,
            desk: desk,
            chain: chain,
            registry: registry,
            policy: policy,
            interval: configuration.quoteInterval
        )
        keeper = ChainKeeper(
            service: service,
            chain: chain,
            registry: registry,
            needs: needs,
            prices: prices,
            energyPrices: EnergyPriceReader(service: service),
            signer: signer,
            sender: sender,
            policy: policy,
            desk: desk,
            wakeUp: wakeUp,
            purchased: purchased,
            pollInterval: configuration.pollInterval
        )
    }

    /// Simulates what this process has stored without knowing its need.
    func resolveNeeds() async throws {
        let entries = await unresolved.take(500, waitingAtMost: .seconds(1))
        if !entries.isEmpty { try await resolver.resolve(entries) }
    }

    /// Tells of batches and the registry, books what becomes irreversible, and takes up what other replicas left behind, until cancelled.
    func keepSolid() async throws {
        while !Task.isCancelled {
            try await TraceContext.begin {
                // First, for it needs no node.
                try await teller.run()
                try await solidity.run()
                try await resolver.resolveLeftBehind(after: .seconds(5))
            }
            try await Task.sleep(for: max(pollInterval, .milliseconds(200)))
        }
    }

    /// Deletes delegations of others that are older than any rental, in short batches.
    private func prune() async throws {
        let limit = 1000
        let moment = service.clock.now() - .seconds(40 * 86_400)
        while !Task.isCancelled {
            let pruned = try await service.postgres.withConnection {
                try await ForeignDelegationStore.prune(before: moment, limit: limit, in: $0)
            }
            if pruned < limit { return }
        }
    }

    /// Compares what the chain shows as delegated with the books, and forgets what can stand no more, until cancelled.
    func sweep() async throws {
        var prunedAt = ContinuousClock.now
        while !Task.isCancelled {
            try await TraceContext.begin {
                // First, for it needs no node.
                try await pruning.run()
                try await sweeper.run()
            }
            if ContinuousClock.now >= prunedAt {
                try await prune()
                prunedAt = .now + .seconds(600)
            }
            try await Task.sleep(for: .seconds(30))
        }
    }
}

extension ServiceHost {
    /// Consumes a command of the catalogue.
    func consume<Command: Message>(
        _: Command.Type,
        _ configuration: AllocatorConfiguration,
        _ handler: @escaping @Sendable ([Delivery], UnitOfWork) async throws -> BatchResult
    ) {
        guard let queue = Command.name.queue else { return }
        consume(queue, prefetch: configuration.prefetch, batch: configuration.batch, handler)
    }
}
