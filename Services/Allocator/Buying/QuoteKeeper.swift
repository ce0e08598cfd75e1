internal import Logging
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Suppliers

/// Asks suppliers what they want and what our balance there is, on one replica, for plans to choose by.
///
/// Prices are kept per energy: what an order really costs is checked when it is prepared, and one that has become dearer is
/// not sent.
struct QuoteKeeper {
    let service: ServiceHost
    let desk: SupplierDesk
    let chain: any ChainGateway
    let registry: RegistryReader
    let policy: AllocationPolicy
    /// How old a price may become before it is asked for again.
    let interval: Duration

    /// What prices are asked for, unless a supplier sells no less: two transfers to new recipients.
    private static let sample = Energy(131_000)

    private struct Answer: Sendable {
        var supplier: SupplierID
        var offer: Result<StoredOffer, SupplierFault>
        var balance: Sun?
    }

    /// Asks all suppliers that may be asked and whose prices are old.
    func run() async throws {
        let now = service.clock.now()
        let snapshot = registry.snapshot
        let suppliers = desk.suppliers
        guard !snapshot.hotWallets.isEmpty, !suppliers.isEmpty else { return }
        let (known, activated) = try await service.postgres.withConnection {
            (
                try await SupplierStore.all(in: $0),
                try await PositionStore.firstActivated(among: Array(snapshot.hotWallets.keys), in: $0)
            )
        }
        // One that is not activated yet is refused, or costs more.
        guard let wallet = activated else { return }
        let asked = snapshot.suppliers.filter { registered in
            registered.isActive(at: now) && (known[registered.id]?.quotedAt.map { now - $0 >= interval } ?? true)
                && (known[registered.id]?.breaker ?? CircuitBreaker()).isAvailable(now: now)
        }
        let purse = try await purse()
        let answers = await withTaskGroup(of: Answer?.self) { group in
            for registered in asked {
                guard let supplier = suppliers[registered.id] else { continue }
                group.addTask { await ask(supplier, registered, for: wallet, purse: purse) }
            }
            return await group.reduce(into: [Answer]()) { if let answer = $1 { $0.append(answer) } }
        }
        guard !answers.isEmpty else { return }
        try await service.transaction { work in try await store(answers, askedAt: now, work) }
    }

    /// What the purchasing wallet has.
    private func purse() async throws -> Sun? {
        guard let wallet = desk.purchasingWallet else { return nil }
        return try await chain.positions(of: [wallet], block: 0).first?.balance
    }

    private func ask(
        _ supplier: any Supplier,
        _ registered: RegisteredSupplier,
        for wallet: TronAddress,
        purse: Sun?
    ) async -> Answer {
        let terms = supplier.terms
        var answer = Answer(supplier: supplier.id, offer: .failure(SupplierFault(.noAnswer, .notSent, "not asked")))
        do throws(SupplierFault) {
            let balance = try await supplier.balance()
            answer.balance = balance ?? purse
            let demand = EnergyDemand(
                receiver: wallet,
                energy: max(Self.sample, terms.minimumEnergy, registered.minimumEnergy ?? .zero),
                duration: policy.rentalTime
            )
            let quote = try await supplier.quote(demand)
            // What is delivered beyond the order, to be safe, is paid for by what is ordered.
            let ordered = terms.sold(for: demand.energy) ?? quote.energy
            var rent = (quote.total - quote.fees - quote.refundable).clamped
            // A market's rate moves with every block: plans reckon with a thousandth more, so that orders are not refused.
            if terms.givesBack { rent = rent.adding(Sun(rent.rawValue / 1000 + 1)) ?? rent }
            guard let price = SunPerEnergy(paying: rent, for: min(ordered, quote.energy)) else {
                throw SupplierFault(
                    .badAnswer,
                    .answered,
                    "a price that is none: \(quote.total) sun for \(quote.energy)"
                )
            }
            answer.offer = .success(
                StoredOffer(
                    minimum: max(terms.minimumEnergy, registered.minimumEnergy ?? .zero),
                    maximum: min(terms.maximumEnergy, registered.maximumEnergy ?? terms.maximumEnergy),
                    step: terms.energyStep,
                    available: quote.available,
                    prices: [
                        .init(
                            seconds: quote.duration.components.seconds,
                            price: price.rawValue,
                            fee: quote.fees
                        )
                    ],
                    bandwidth: terms.paysOnChain && !terms.givesBack ? Self.paymentBytes : .zero
                )
            )
        } catch {
            answer.offer = .failure(error)
        }
        return answer
    }

    /// A transfer of TRX with its signature (DOMAIN 1.4).
    private static let paymentBytes = Bandwidth(268)

    private func store(_ answers: [Answer], askedAt: Timestamp, _ work: UnitOfWork) async throws {
        let before = try await SupplierStore.lock(
            answers.map(\.supplier).sorted(),
            now: work.now,
            in: work.database
        )
        var rows = before
        var random = SystemRandomNumberGenerator()
        for answer in answers {
            guard var row = rows[answer.supplier] else { continue }
            switch answer.offer {
            case .success(let offer):
                row.offer = offer
                row.quotedAt = askedAt
                row.balance = answer.balance
                row.fault = nil
                // A half-open breaker is probed by asking for a price too; an order's failures stay counted until one works.
                if row.breaker.state != .closed { row.breaker.succeeded() }
            case .failure(let fault):
                row.fault = "\(fault)"
                row.breaker.failed(fault, now: work.now, using: &random)
            }
            rows[answer.supplier] = row
        }
        try await SupplierStore.update(Array(rows.values), now: work.now, in: work.database)
        for (id, row) in rows {
            guard let event = SupplierStatusChanged(row, before: before[id], now: work.now) else { continue }
            try work.publish(event)
        }
    }
}
