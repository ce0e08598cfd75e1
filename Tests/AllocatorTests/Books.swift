internal import Ledger
internal import Logging
internal import Models
internal import Planning
internal import Schemas
internal import Storage
internal import TestSupport

@testable import Allocator

/// The allocator's schema in a database of its own, and cycles of replicas that see a chain on which nothing lands: what
/// is signed stays under way.
struct Books: Sendable {
    let client: PostgresClient
    let database: TestDatabase

    /// When a test begins.
    static let start = Timestamp(milliseconds: 1_795_000_000_000)
    /// The house's one pool. It brings 1,000 energy per TRX.
    static let pool = RegistrySnapshot.Pool(
        id: "house-1",
        address: address(500),
        permissionID: 2,
        partner: nil,
        rank: 1
    )

    static let partner = PartnerID("p42")
    static let wallets = (1...4).map { address(Int64($0)) }
    static let head: Int64 = 100

    /// - Parameter deposit: of the partner.
    static func with(deposit: Sun = Sun(1_000_000_000_000), _ body: (Books) async throws -> Void) async throws {
        try await withDatabase { database in
            var configuration = PostgresConfiguration(
                hosts: [.init(database.host, port: database.port)],
                database: database.name,
                user: database.user,
                password: database.password
            )
            // Patient: many transactions may queue for one row, and many tests for two cores.
            configuration.acquireTimeout = .seconds(60)
            configuration.lockTimeout = .seconds(60)
            configuration.statementTimeout = .seconds(60)
            configuration.idleInTransactionTimeout = .seconds(60)
            let client = PostgresClient(
                configuration,
                logger: Logger(label: "allocator-tests") { _ in SwiftLogNoOpLogHandler() }
            )
            do {
                try await Migrator(client).apply(HouseSchemas.all)
                let books = Books(client: client, database: database)
                try await client.execute(
                    "SELECT registry.add_partner(\(start), 'test', \(partner), 'Exchange 42', '{}'::text[])"
                )
                if deposit > .zero { try await books.credit(deposit) }
                _ = try await books.cycle(view: books.view(first: true))
                try await body(books)
                await client.shutDown()
            } catch {
                await client.shutDown()
                throw error
            }
        }
    }

    /// The n-th address of tests.
    static func address(_ number: Int64) -> TronAddress {
        var bytes = [UInt8](repeating: 0, count: 20)
        for index in 0..<8 { bytes[19 - index] = UInt8(truncatingIfNeeded: number >> (8 * Int64(index))) }
        guard let address = TronAddress(evm: bytes) else { preconditionFailure("20 bytes are an address") }
        return address
    }

    /// Takes a request that needs 50,000 energy: 50 TRX of stake.
    @discardableResult
    func request(
        _ id: String,
        wallet: Int,
        user: String? = nil,
        maxCost: Sun? = nil,
        terms: PricingTerms = PricingTerms(marginPermille: 0, fee: .zero),
        now: Timestamp = Books.start,
        batch batchID: String? = nil,
        size: Int? = nil,
        isNeedKnown: Bool = true
    ) async throws -> [WithdrawalNotice] {
        guard let partner = Self.partner, let name = WithdrawalID(id), let amount = TokenAmount(units: 1) else {
            preconditionFailure("\(id) is no withdrawal")
        }
        let request = WithdrawalRequest(
            withdrawalID: name,
            partnerID: partner,
            userID: user,
            fromAddress: Self.wallets[wallet],
            toAddress: Self.address(900),
            amount: amount,
            maxCost: maxCost,
            batchID: batchID,
            batchSize: size
        )
        let need = Need(energy: Energy(50_000), bandwidth: Bandwidth(345))
        let batch = RequestBatch(
            items: [.init(request: request, messageID: nil, need: isNeedKnown ? need : nil)],
            registry: Self.registry(terms),
            prices: Self.prices,
            policy: AllocationPolicy(),
            now: now
        )
        return try await client.withTransaction { transaction in
            let result = try await batch.run(in: transaction)
            try await transaction.pipeline(result.statements)
            return result.notices
        }
    }

    /// Books a deposit of the partner, or of one of its users.
    func credit(_ amount: Sun, user: String? = nil) async throws {
        guard let partner = Self.partner else { return }
        _ = try await Ledger.Books(in: client).credit(
            partner,
            user: user,
            amount: amount,
            key: "test:\(UUIDv7(at: Self.start))",
            actor: "test",
            note: "a deposit",
            at: Self.start
        )
    }

    /// Cancels a withdrawal.
    func cancel(_ id: String, now: Timestamp) async throws {
        guard let key = Self.key(id) else { return }
        let batch = CommandBatch(
            items: [.init(key: key, command: .cancel, messageID: nil, messageType: "withdrawal.cancel.v1")],
            registry: Self.registry(Self.terms),
            prices: Self.prices,
            now: now
        )
        try await client.withTransaction { transaction in
            try await transaction.pipeline(try await batch.run(in: transaction).statements)
        }
    }

    /// Refuses a request that its simulation has shown to be wrong.
    func refuse(_ id: String, now: Timestamp) async throws {
        guard let key = Self.key(id) else { return }
        try await client.withTransaction { transaction in
            let refusal = Refusal(key: key, reason: .wouldRevert, detail: "it would revert")
            let refused = try await RejectionStore.refuse([refusal], now: now, in: transaction)
            var set = WorkingSet(entries: [], positions: [])
            set.reject(in: refused.batches)
            try await transaction.pipeline(ChangeStore.statements(for: set, now: now))
        }
    }

    /// What the audit of the first invariant finds.
    func audit() async throws -> [String] {
        guard let query = AuditQuery.all.first(where: { $0.invariant == 1 }) else { return ["no query"] }
        return try await client.query(SQL(trusted: query.sql), as: String.self)
    }

    /// One cycle of a replica.
    func cycle(
        _ limits: SigningLimits = SigningLimits(),
        now: Timestamp = Books.start
    ) async throws
        -> CycleTransaction.Result
    {
        try await cycle(view: view(first: false), limits, now: now)
    }

    /// What a replica would run, for tests that call parts of it.
    static func transaction(
        _ view: ChainView,
        _ limits: SigningLimits,
        terms: PricingTerms = PricingTerms(marginPermille: 0, fee: .zero),
        suppliers: [RegisteredSupplier] = [],
        prices: ChainPrices = Books.prices,
        now: Timestamp
    ) -> CycleTransaction {
        var policy = AllocationPolicy()
        policy.delegation = DelegationPolicy(stakeMarginPerMille: 0)
        policy.limits = limits
        return CycleTransaction(
            view: view,
            registry: registry(terms, suppliers: suppliers),
            prices: prices,
            ownStake: EnergyOffer(source: "own_stake", price: SunPerEnergy(rawValue: 2_000_000)),
            policy: policy,
            lately: [:],
            purchaseRules: [:],
            now: now,
            sign: { order in signed(order, at: now) }
        )
    }

    /// The partner and its wallets.
    static func registry(
        _ terms: PricingTerms = PricingTerms(marginPermille: 0, fee: .zero),
        suppliers: [RegisteredSupplier] = []
    ) -> RegistrySnapshot {
        RegistrySnapshot(
            revision: 1,
            partners: partner.map { [.init(id: $0, paused: false, terms: terms)] } ?? [],
            hotWallets: Dictionary(
                uniqueKeysWithValues: wallets.compactMap { wallet in partner.map { (wallet, $0) } }
            ),
            pools: [pool],
            suppliers: suppliers
        )
    }

    static let prices = ChainPrices(energyPrice: Sun(100), bandwidthPrice: Sun(1000))

    private func cycle(
        view: ChainView,
        _ limits: SigningLimits = SigningLimits(),
        now: Timestamp = Books.start
    ) async throws -> CycleTransaction.Result {
        let cycle = Self.transaction(view, limits, now: now)
        return try await client.withTransaction { try await cycle.run(in: $0) }
    }

    /// Wallets without energy, and a pool with more than anyone asks for. Later cycles see no new block.
    func view(first: Bool) -> ChainView {
        let id = [UInt8](repeating: 1, count: 32)
        var view = ChainView(base: first ? nil : Self.head, head: Self.head, headID: id, headTime: Self.start)
        guard first else { return view }
        view.blocks = [
            HeadBlock(
                number: Self.head,
                id: id,
                parent: id,
                time: Self.start,
                outcomes: [:],
                transfers: [],
                moves: [],
                touched: []
            )
        ]
        view.wallets = Self.wallets.map {
            WalletPosition(
                wallet: $0,
                block: Self.head,
                activated: true,
                energyLimit: .zero,
                energyUsed: .zero,
                bandwidthAvailable: Bandwidth(600),
                balance: Sun(1_000_000_000),
                tokenUnits: 1_000_000
            )
        }
        view.pools = [
            PoolPosition(
                id: Self.pool.id,
                address: Self.pool.address,
                block: Self.head,
                delegatable: Sun(1_000_000_000_000),
                totalEnergy: 1_000_000,
                totalWeight: 1000
            )
        ]
        return view
    }

    private static func signed(_ order: DelegationOrder, at now: Timestamp) -> SignedOrder {
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255) }
        guard let txid = TransactionID(bytes: bytes) else { preconditionFailure("32 bytes are a transaction") }
        return SignedOrder(
            attempt: .init(
                id: UUIDv7(at: now),
                acquisition: order.direction == .delegate
                    ? .init(id: UUIDv7(at: now), energy: order.energy, serves: Int32(order.serves)) : nil,
                pool: order.pool.id,
                wallet: order.wallet,
                stake: order.stake,
                txid: txid,
                bytes: bytes,
                expiration: now + .seconds(60)
            ),
            started: nil
        )
    }
}
