internal import Logging
internal import Models
internal import Planning
internal import ServiceKit
internal import Storage
internal import Suppliers

/// Finds the refunds that no supplier announces: compares what is there, at suppliers and in the purchasing wallet, with the
/// books, while nothing is under way that could explain a difference.
struct RefundKeeper {
    let service: ServiceHost
    let desk: SupplierDesk
    let chain: any ChainGateway

    /// One round over everybody who owes something.
    func run() async throws {
        let owed = try await service.postgres.withConnection { try await RefundStore.owed(in: $0) }
        for (place, claims) in Dictionary(grouping: owed, by: { self.place(of: $0) }) {
            guard let place else { continue }
            try await look(at: place, claims)
        }
    }

    /// Where money comes back: to the prepaid balance, or to the wallet that paid.
    private enum Place: Hashable {
        case supplier(SupplierID)
        case wallet(TronAddress)

        var name: String {
            switch self {
            case .supplier(let id): id.rawValue
            case .wallet(let address): address.base58
            }
        }
    }

    private func place(of claim: RefundStore.Claim) -> Place? {
        guard let supplier = desk.supplier(claim.supplier) else { return nil }
        return supplier.terms.paysOnChain ? desk.purchasingWallet.map { .wallet($0) } : .supplier(claim.supplier)
    }

    private func look(at place: Place, _ claims: [RefundStore.Claim]) async throws {
        // All that pay from there: with one wallet these are several.
        let suppliers: [SupplierID] =
            switch place {
            case .supplier(let id): [id]
            case .wallet: desk.suppliers.filter { $0.value.terms.paysOnChain }.map(\.key)
            }
        let before = try await service.postgres.withConnection {
            try await RefundStore.stand(of: suppliers, place: place.name, in: $0)
        }
        guard before.isQuiet, before.books != nil, let there = try await balance(at: place) else { return }
        let matched = try await service.transaction { [desk, service] work in
            let after = try await RefundStore.stand(of: suppliers, place: place.name, in: work.database)
            guard after == before, let books = after.books else { return [RefundClaim]() }
            let matched = matchRefunds(
                there - books,
                to: claims.map { RefundClaim(acquisition: $0.acquisition, owed: $0.owed, isWhole: $0.isWhole) }
            )
            guard !matched.isEmpty else { return [] }
            _ = try await PurchaseTransaction(
                news: matched.map { PurchaseNews($0.acquisition, .refundArrived($0.owed)) },
                purchasingWallet: desk.purchasingWallet,
                work: work,
                logger: service.logger
            ).run()
            return matched
        }
        for claim in matched {
            service.logger.info(
                "a refund has arrived",
                metadata: ["place": "\(place.name)", "sun": "\(claim.owed)", "acquisition": "\(claim.acquisition)"]
            )
        }
    }

    private func balance(at place: Place) async throws -> Sun? {
        switch place {
        case .supplier(let id):
            do throws(SupplierFault) {
                return try await desk.supplier(id)?.balance()
            } catch {
                return nil
            }
        case .wallet(let address): return try await chain.positions(of: [address], block: 0).first?.balance
        }
    }
}
