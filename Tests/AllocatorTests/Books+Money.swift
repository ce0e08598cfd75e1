internal import Ledger
internal import Models
internal import Planning
internal import Schemas
internal import Storage
internal import TestSupport

@testable import Allocator

/// Wallets with energy, and what the books say of money.
extension Books {
    /// A sun for an energy, and a fee of 1,000: each withdrawal costs 51,000.
    static let terms = PricingTerms(marginPermille: 0, fee: Sun(1000))
    static let price = Sun(51_000)

    /// A cycle that sees a new block after which wallets have so much energy.
    @discardableResult
    func advance(
        to block: Int64,
        energy: [Int: Int64] = [:],
        transfers: [ObservedTransfer] = [],
        terms: PricingTerms = Books.terms,
        now: Timestamp = Books.start
    ) async throws -> CycleTransaction.Result {
        func id(_ number: Int64) -> [UInt8] { [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 32) }
        var view = ChainView(base: block - 1, head: block, headID: id(block), headTime: now)
        view.isExact = true
        view.blocks = [
            HeadBlock(
                number: block,
                id: id(block),
                parent: id(block - 1),
                time: now,
                outcomes: [:],
                transfers: transfers,
                moves: [],
                touched: []
            )
        ]
        view.wallets = energy.map { wallet, energy in
            WalletPosition(
                wallet: Self.wallets[wallet],
                block: block,
                activated: true,
                energyLimit: Energy(energy),
                energyUsed: .zero,
                bandwidthAvailable: Bandwidth(600),
                balance: Sun(1_000_000_000),
                tokenUnits: 1_000_000
            )
        }
        let cycle = Self.transaction(view, SigningLimits(), terms: terms, now: now)
        return try await client.withTransaction { try await cycle.run(in: $0) }
    }

    /// What the upstream says, as the allocator takes it.
    func command(_ id: String, _ command: CommandBatch.Item.Command, terms: PricingTerms = Books.terms) async throws {
        guard let key = Self.key(id) else { return }
        let item = CommandBatch.Item(key: key, command: command, messageID: nil, messageType: "test")
        let batch = CommandBatch(
            items: [item],
            registry: Self.registry(terms),
            prices: Self.prices,
            now: Self.start
        )
        try await client.withTransaction { transaction in
            try await transaction.pipeline(try await batch.run(in: transaction).statements)
        }
    }

    static func key(_ id: String) -> WithdrawalKey? {
        guard let partner, let id = WithdrawalID(id) else { return nil }
        return WithdrawalKey(partner: partner, id: id)
    }

    /// Lets the energy at wallets cost a sun each, as if brought from our stake.
    func priceEnergy() async throws {
        try await client.execute(
            "UPDATE allocator.wallet_position SET energy_source = 'own_stake', energy_price = 1000000"
        )
    }

    var balance: Sun {
        get async throws {
            guard let partner = Self.partner else { return .zero }
            return try await Ledger.Books(in: client).balance(of: partner)?.balance ?? .zero
        }
    }

    /// Every debit of a withdrawal: its total, and how it ended.
    func debits(of id: String) async throws -> [String] {
        try await client.query(
            """
            SELECT format('%s %s %s', source, total_sun, coalesce(conclusion || ' ' || coalesce(reason, ''), 'open'))
              FROM ledger.v1_debit WHERE withdrawal_id = \(id) ORDER BY round
            """,
            as: String.self
        )
    }

    /// What the audit finds of promises, debits and balances.
    func findings() async throws -> [String] {
        var found: [String] = []
        for query in AuditQuery.all where [1, 3, 4, 5].contains(query.invariant) {
            found += try await client.query(SQL(trusted: query.sql), as: String.self)
        }
        return found
    }
}
