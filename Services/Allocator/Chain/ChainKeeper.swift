internal import Logging
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Telemetry

/// Follows the head chain on one replica: reads what is new, runs one ``CycleTransaction``, sends what was signed.
///
/// Everything it needs to go on is in the database, so another replica continues where it stopped.
struct ChainKeeper {
    let service: ServiceHost
    let chain: any ChainGateway
    let registry: RegistryReader
    let needs: NeedBook
    let prices: PriceReader
    let energyPrices: EnergyPriceReader
    let signer: DelegationSigner
    let sender: AttemptSender
    let policy: AllocationPolicy
    let desk: SupplierDesk
    let wakeUp: WakeUp
    /// Rings whoever runs purchases.
    let purchased: WakeUp
    let pollInterval: Duration

    /// Idle wallets are read again once in so many blocks, for recovery and foreign changes.
    private static let refreshBlocks: Int64 = 20

    /// Runs until cancelled. Each cycle is a trace of its own.
    func run() async throws {
        var known = try await service.postgres.withConnection { try await BlockStore.newest(256, in: $0) }
        var demand = DemandMeter(window: policy.lookAhead)
        var limits = SigningLimitWatch()
        var factors = RenewalWatch<Int64>()
        var fees = RenewalWatch<Sun>()
        var refreshedAt: Int64 = .min
        var revision: Int64 = .min
        while !Task.isCancelled {
            let isUpToDate = try await TraceContext.begin {
                // Before each block: a transfer out of a wallet that is not known to be ours would be passed over for ever.
                try await self.registry.refresh()
                let registry = registry.snapshot
                let now = service.clock.now()
                let (open, watched) = try await service.postgres.withConnection {
                    (try await AcquisitionStore.open(in: $0), try await PurchaseStore.watched(now: now, in: $0))
                }
                let everyWallet =
                    registry.revision != revision || refreshedAt + Self.refreshBlocks <= (known.first?.number ?? .max)
                let reader = ChainViewReader(chain: chain, registry: registry, limit: 40)
                let view = try await reader.read(
                    after: known,
                    open: open,
                    watched: watched,
                    everyWallet: everyWallet
                )
                let prices = try await self.prices.current()
                let result = try await store(
                    view,
                    registry: registry,
                    prices: prices,
                    lately: demand.lately,
                    newFactor: factors.renewing(by: needs.factor, at: .now),
                    newEnergyFee: fees.renewing(by: prices.energyPrice, at: .now)
                )
                if result.renewedNeeds > 0 {
                    factors.extend(at: .now)
                    service.logger.info(
                        "the contract's factor is another one: needs of open withdrawals were renewed",
                        metadata: ["withdrawals": "\(result.renewedNeeds)"]
                    )
                }
                if result.outgrownLimits > 0 {
                    fees.extend(at: .now)
                    service.logger.info(
                        "energy's fee has risen: promises whose fee limits would not do were revoked",
                        metadata: ["withdrawals": "\(result.outgrownLimits)"]
                    )
                }
                if result.uncharged > 0 {
                    service.logger.warning(
                        "transfers used promises after they were revoked, and the balances do not suffice to charge them again",
                        metadata: ["withdrawals": "\(result.uncharged)"]
                    )
                }
                if result.buys { purchased.ring() }
                if let change = limits.note(held: result.held > 0, now: service.clock.now()) { report(change, result) }

                if everyWallet { (revision, refreshedAt) = (registry.revision, view.head) }
                if let base = view.base { known.removeAll { $0.number > base } }
                known = Array(
                    (view.blocks.reversed().map { BlockStore.Processed(number: $0.number, id: $0.id) } + known).prefix(
                        256
                    )
                )
                if result.signed > 0 {
                    CrashPoint.hit(.store)
                    try await sender.sendUnsent()
                }
                demand.sample(try await service.postgres.withConnection { try await PositionStore.requested(in: $0) })
                return result.signed == 0 && view.blocks.count < reader.limit
            }
            if isUpToDate { await wakeUp.wait(atMost: pollInterval) }
        }
    }

    private func report(_ change: SigningLimitWatch.Change, _ result: CycleTransaction.Result) {
        switch change {
        case .began:
            service.logger.warning(
                "withdrawals wait: their pools have delegated as much as they may within an hour or a day",
                metadata: [
                    "withdrawals": "\(result.held)",
                    "hourly_limit_sun": "\(policy.limits.hourly?.description ?? "none")",
                    "daily_limit_sun": "\(policy.limits.daily?.description ?? "none")",
                ]
            )
        case .ended: service.logger.info("no withdrawal waits for the pools' signing limits any more")
        }
    }

    private func store(
        _ view: ChainView,
        registry: RegistrySnapshot,
        prices: ChainPrices,
        lately: [TronAddress: Energy],
        newFactor: Int64?,
        newEnergyFee: Sun?
    ) async throws -> CycleTransaction.Result {
        let ownStake = try await energyPrices.ownStake()
        let sign = try await signer.prepare(at: view.headTime)
        let rules = desk.rules
        return try await service.transaction { work in
            let cycle = CycleTransaction(
                view: view,
                registry: registry,
                prices: prices,
                ownStake: ownStake,
                policy: policy,
                lately: lately,
                newFactor: newFactor,
                newEnergyFee: newEnergyFee,
                purchaseRules: rules,
                now: work.now,
                sign: sign
            )
            let result = try await cycle.run(in: work.database)
            for notice in result.notices { try work.publish(notice.event) }
            for answer in result.rejected { try work.publish(answer) }
            for event in result.acquisitions { try work.publish(event) }
            return result
        }
    }
}
