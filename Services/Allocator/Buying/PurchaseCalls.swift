internal import Logging
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Suppliers

/// Asks suppliers and the chain, and says what came of it. Decides nothing and stores nothing.
struct PurchaseCalls: Sendable {
    let service: ServiceHost
    let desk: SupplierDesk
    let chain: any ChainGateway
    let registry: RegistryReader

    /// - Parameter isLate: its turn came too late for anything to be bought.
    func perform(_ action: PurchaseAction, isLate: Bool) async -> [PurchaseNews] {
        switch action {
        case .place(_, let id, let call) where isLate:
            [PurchaseNews(id, .placeFailed(SupplierFault(.timeout, .notSent, "its turn came too late"), call: call))]
        case .prepare(let purchase, let call): [await prepare(purchase, call)]
        case .place(let prepared, let id, let call): [await place(prepared, id, call)]
        case .find(let prepared, let id, let call): [await find(prepared, id, call)]
        case .readChain(let wallet): await readChain(wallet)
        case .giveBack(let prepared, let id): await giveBack(prepared, id)
        case .sendReturn(let prepared, let id): await sendReturn(prepared, id)
        case .followPayment(let prepared, let id): await followPayment(prepared, id)
        }
    }

    private func prepare(_ purchase: Purchase, _ call: Int) async -> PurchaseNews {
        let order = purchase.order
        var news = PurchaseNews(order.acquisition)
        do throws(SupplierFault) {
            let supplier = try supplier(order.supplier)
            let demand = EnergyDemand(receiver: order.wallet, energy: order.energy, duration: order.duration)
            var maximum = order.quoted
            if supplier.terms.givesBack {
                // What comes back at the end is paid now, and not part of the price.
                let quote = try await supplier.quote(demand)
                guard quote.total - quote.refundable <= order.quoted else {
                    let price = quote.total - quote.refundable
                    throw SupplierFault(.priceChanged, .answered, "\(price) sun instead of \(order.quoted)")
                }
                maximum = quote.total
            }
            let prepared = try await supplier.prepare(
                SupplierOrder(key: order.key, demand: demand, maximumTotal: maximum)
            )
            CrashPoint.hit(.prepare)
            news.event = .prepared(call: call)
            news.prepared = prepared
        } catch {
            news.event = .prepareFailed(error, call: call)
            news.conduct = .failed(error)
        }
        return news
    }

    private func place(_ prepared: PreparedPurchase, _ id: UUIDv7, _ call: Int) async -> PurchaseNews {
        var news = PurchaseNews(id)
        CrashPoint.hit(.order)
        do throws(SupplierFault) {
            let report = try await supplier(prepared.supplier).place(prepared)
            news.event = .placed(PurchaseReport(report), call: call)
            news.conduct = .answered
        } catch {
            news.event = .placeFailed(error, call: call)
            news.conduct = .failed(error)
        }
        CrashPoint.hit(.answer)
        return news
    }

    private func find(_ prepared: PreparedPurchase, _ id: UUIDv7, _ call: Int) async -> PurchaseNews {
        var news = PurchaseNews(id)
        do throws(SupplierFault) {
            let report = try await supplier(prepared.supplier).find(prepared)
            news.event = .found(report.map { PurchaseReport($0) }, call: call)
            news.conduct = .answered
        } catch {
            news.event = .findFailed(error, call: call)
            news.conduct = .failed(error)
        }
        CrashPoint.hit(.find)
        return news
    }

    private func supplier(_ id: SupplierID) throws(SupplierFault) -> any Supplier {
        guard let supplier = desk.supplier(id) else {
            throw SupplierFault(
                .unavailable,
                .notSent,
                desk.problems[id] ?? "the registry has no supplier \(id) any more"
            )
        }
        return supplier
    }

    // MARK: Chain

    /// What stands at a wallet of each of its purchases. Without an answer nothing is said: it is read again.
    private func readChain(_ wallet: TronAddress) async -> [PurchaseNews] {
        let asked = service.clock.now()
        do {
            let reading = try await chain.rentals(at: wallet, ownPools: Set(registry.snapshot.pools.map(\.address)))
            let (claimants, seen, contracts) = try await service.postgres.withConnection { connection in
                (
                    try await ForeignDelegationStore.claimants(at: [wallet], in: connection)[wallet] ?? [],
                    try await ForeignDelegationStore.seen(
                        at: [wallet],
                        since: asked - .seconds(31 * 86_400),
                        in: connection
                    )[wallet] ?? [],
                    try await PurchaseStore.contracts(at: wallet, in: connection)
                )
            }
            let attribution = attributeRentals(
                to: claimants,
                seen: seen,
                records: reading.records,
                stakeOf: { reading.stake(for: $0) }
            )
            let found = attribution.found
            if !found.isEmpty {
                try await service.postgres.withTransaction { try await ForeignDelegationStore.assign(found, in: $0) }
            }
            var news: [PurchaseNews] = []
            for claimant in claimants {
                let stake: Sun
                if let rental = contracts[claimant.acquisition] {
                    // A contract delegates by itself, in no transaction of its own: it is asked what stands.
                    guard let standing = await standing(rental) else { continue }
                    stake = standing
                } else {
                    stake = attribution.standing[claimant.acquisition] ?? .zero
                }
                news.append(
                    PurchaseNews(claimant.acquisition, .chainShows(reading.energy(of: stake), at: asked))
                )
            }
            return news
        } catch {
            service.logger.warning(
                "what stands at a wallet could not be read",
                metadata: ["wallet": "\(wallet)", "error": "\(error)"]
            )
            return []
        }
    }

    /// `nil` without an answer, which keeps nobody else at the wallet from being told.
    private func standing(_ rental: PreparedPurchase) async -> Sun? {
        do throws(SupplierFault) {
            return try await supplier(rental.supplier).standing(rental)
        } catch {
            service.logger.warning(
                "what stands of a rental could not be read",
                metadata: ["order": "\(rental.order.key)", "error": "\(error)"]
            )
            return nil
        }
    }

    private func followPayment(_ prepared: PreparedPurchase, _ id: UUIDv7) async -> [PurchaseNews] {
        guard let payment = prepared.payment else { return [] }
        do {
            switch try await chain.fate(of: payment.transaction, expiring: payment.expiration) {
            case .open: return []
            case .solid(let fee):
                var news = PurchaseNews(id, .paymentLanded)
                // What a call of a contract burns is part of what its adapter reports.
                if let supplier = desk.supplier(prepared.supplier), !supplier.terms.givesBack { news.networkFee = fee }
                return [news]
            case .never: return [PurchaseNews(id, .paymentDead)]
            }
        } catch {
            service.logger.warning(
                "what became of a payment could not be read",
                metadata: ["order": "\(prepared.order.key)", "error": "\(error)"]
            )
            return []
        }
    }

    private func giveBack(_ prepared: PreparedPurchase, _ id: UUIDv7) async -> [PurchaseNews] {
        do throws(SupplierFault) {
            guard let back = try await supplier(prepared.supplier).giveBack(prepared) else {
                return await readChain(prepared.order.demand.receiver)
            }
            var news = PurchaseNews(id)
            news.returning = back
            return [news]
        } catch {
            service.logger.warning(
                "a rental could not be given back yet",
                metadata: ["order": "\(prepared.order.key)", "error": "\(error)"]
            )
            return []
        }
    }

    private func sendReturn(_ back: PreparedPurchase, _ id: UUIDv7) async -> [PurchaseNews] {
        do throws(SupplierFault) {
            let report = try await supplier(back.supplier).place(back)
            service.logger.info(
                "gave a rental back",
                metadata: ["order": "\(back.order.key)", "paid": "\(report.charged?.description ?? "unknown")"]
            )
        } catch {
            service.logger.warning(
                "the return of a rental is not known to be on chain",
                metadata: ["order": "\(back.order.key)", "error": "\(error)"]
            )
        }
        return await readChain(back.order.demand.receiver)
    }
}
