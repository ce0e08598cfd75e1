internal import Models
internal import Planning
internal import Storage

/// What a plan has to know of suppliers, read once a cycle when energy is missing somewhere.
struct BuyingView: Sendable {
    /// For how long a supplier that failed for a wallet is not asked for it again.
    static let triedPause: Duration = .seconds(60)

    private var offers: [(registered: RegisteredSupplier, row: SupplierStore.Row, spent: Sun)] = []
    private var tried: [TronAddress: Set<SupplierID>] = [:]
    private(set) var ends: [TronAddress: Timestamp] = [:]
    /// Energy of purchases under way, by wallet.
    private(set) var incoming: [TronAddress: Energy] = [:]

    /// Nothing is sold: no supplier is registered.
    init() {}

    /// - Parameter sellers: those that can be asked; of others nothing is planned.
    init(
        _ registry: RegistrySnapshot,
        sellers: Set<SupplierID>,
        now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws {
        let rows = try await SupplierStore.all(in: transaction)
        let spent = try await SupplierStore.spent(since: now - SupplierOffer.priceAge, in: transaction)
        tried = try await PurchaseStore.tried(since: now - Self.triedPause, in: transaction)
        ends = try await PurchaseStore.ends(in: transaction)
        incoming = try await PurchaseStore.incoming(in: transaction)
        offers = registry.suppliers.filter { sellers.contains($0.id) }.compactMap { registered in
            rows[registered.id].map { (registered, $0, spent[registered.id] ?? .zero) }
        }
    }

    /// What suppliers offer a wallet now.
    func offers(to wallet: TronAddress, now: Timestamp) -> [SupplierOffer] {
        offers.compactMap { registered, row, spent in
            guard let offer = row.offer, let quotedAt = row.quotedAt else { return nil }
            let isOpen =
                registered.isOpen(for: tried[wallet] ?? [], breaker: row.breaker, now: now)
                && now - quotedAt <= SupplierOffer.priceAge
            return SupplierOffer(
                supplier: registered.id,
                rank: registered.rank,
                minimum: offer.minimum,
                maximum: offer.maximum,
                step: offer.step,
                available: offer.available,
                prices: offer.prices.map {
                    RentalPrice(duration: .seconds($0.seconds), price: SunPerEnergy(rawValue: $0.price), fee: $0.fee)
                },
                balance: row.balance.map { ($0 - spent).clamped },
                bandwidth: offer.bandwidth,
                failurePerMille: row.health.failurePerMille,
                isOpen: isOpen
            )
        }
    }

    /// Takes what was ordered just now off what is left for others.
    mutating func take(_ order: PurchaseOrder) {
        incoming[order.wallet, default: .zero] = incoming[order.wallet, default: .zero] + order.energy
        for index in offers.indices where offers[index].registered.id == order.supplier {
            offers[index].spent = offers[index].spent + order.quoted
            if let available = offers[index].row.offer?.available {
                offers[index].row.offer?.available = (available - order.energy).clamped
            }
        }
    }
}
