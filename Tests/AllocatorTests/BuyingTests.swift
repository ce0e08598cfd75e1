internal import Models
internal import Planning
internal import Storage
internal import Testing

@testable import Allocator

/// What the buying side does with what it finds stored, and with what is to be done.
struct BuyingTests {
    private let supplier = SupplierID("tronzap")
    private let now = Books.start

    private func order(_ number: Int64, wallet: Int = 0, energy: Int64 = 65_000) -> PurchaseOrder {
        guard let supplier else { preconditionFailure("tronzap is no supplier") }
        return PurchaseOrder(
            acquisition: UUIDv7(at: now + .milliseconds(number)),
            number: 1,
            supplier: supplier,
            wallet: Books.wallets[wallet],
            energy: Energy(energy),
            duration: .seconds(3600),
            quoted: Sun(2_500_000)
        )
    }

    /// One that the chain has shown.
    private func proven(_ order: PurchaseOrder) -> Purchase {
        var life = Purchase(order, rules: .lookUpOnly, limits: .house, now: now)
        _ = life.handle(.begin, now: now)
        _ = life.handle(.prepared(call: 1), now: now)
        _ = life.handle(.placed(PurchaseReport(.accepted, charged: Sun(2_500_000)), call: 2), now: now)
        _ = life.handle(.chainShows(order.energy, at: now), now: now)
        return life
    }

    private func insert(_ lives: [Purchase], _ books: Books) async throws {
        try await books.client.withTransaction { transaction in
            try await PurchaseStore.insert(
                lives.map(\.order),
                lives: lives,
                serves: lives.map { _ in 1 },
                now: now,
                in: transaction
            )
        }
    }

    // MARK: Taking

    @Test func whatHasNotBegunBeginsWhateverItIsTold() {
        let life = Purchase(order(1), rules: .lookUpOnly, limits: .house, now: now)
        for event in [PurchaseEvent?.none, .restarted, .clock] {
            var row = PurchaseStore.Row(acquisition: life.order.acquisition, life: life)
            #expect(row.take(PurchaseNews(row.acquisition, event), now: now) == [.prepare(call: 1)])
            #expect(!row.life.hasNotBegun)
        }
    }

    @Test func whatTheChainHasSignalledIsTakenBesideAnyEvent() {
        let life = proven(order(1))
        var row = PurchaseStore.Row(acquisition: life.order.acquisition, life: life, signal: .lost)
        // Read before the block was replaced.
        let effects = row.take(
            PurchaseNews(row.acquisition, .chainShows(Energy(65_000), at: now)),
            now: now + .seconds(1)
        )
        #expect(row.life.state == .delivered && row.signal == nil)
        #expect(effects.contains(.unproven) && effects.contains(.readChain))

        row = PurchaseStore.Row(acquisition: life.order.acquisition, life: life, signal: .moved)
        let moved = row.take(
            PurchaseNews(row.acquisition, .chainShows(Energy(65_000), at: now)),
            now: now + .seconds(1)
        )
        #expect(row.life.state == .proven && moved.contains(.readChain))
    }

    // MARK: Doing

    @Test func nothingWaitsTwiceAndWhatIsWantedAgainIsDoneAgain() {
        let queue = PurchaseQueue(atOnce: 2)
        let (first, second, third) = (Books.wallets[0], Books.wallets[1], Books.wallets[2])
        for wallet in [first, first, second, third, third] { queue.add(.readChain(wallet)) }
        #expect(queue.next()?.action.name == "read \(first)")
        #expect(queue.next()?.action.name == "read \(second)")
        #expect(queue.next() == nil, "two at a time")
        queue.add(.readChain(first))
        queue.add(.readChain(first))
        queue.end(.readChain(first))
        #expect(queue.next()?.action.name == "read \(third)")
        queue.end(.readChain(second))
        #expect(queue.next()?.action.name == "read \(first)", "asked for while it was being done")
        queue.end(.readChain(first))
        queue.end(.readChain(third))
        #expect(queue.next() == nil)
    }

    @Test func whatHasWaitedTooLongIsLate() {
        let queue = PurchaseQueue(atOnce: 2)
        let start = ContinuousClock.now
        queue.add(.readChain(Books.wallets[0]), now: start)
        queue.add(.readChain(Books.wallets[1]), now: start)
        #expect(queue.next(now: start + .seconds(10))?.isLate == false)
        #expect(queue.next(now: start + .seconds(11))?.isLate == true)
    }

    // MARK: Storing

    @Test func aPurchaseThatCannotBeReadHoldsUpNobody() async throws {
        try await Books.with { books in
            let lives = [1, 2].map { number in
                Purchase(order(Int64(number), wallet: number), rules: .lookUpOnly, limits: .house, now: now)
            }
            try await insert(lives, books)
            let ids = lives.map(\.order.acquisition)
            try await books.client.execute(
                "UPDATE allocator.purchase SET life = '{}' WHERE acquisition_id = \(ids[0])"
            )
            #expect(Set(try await PurchaseStore.due(now: now, in: books.client)) == Set(ids))
            try await books.client.withTransaction { transaction in
                let locked = try await PurchaseStore.lock(ids, in: transaction)
                #expect(locked.rows.map(\.acquisition) == [ids[1]] && locked.unreadable == [ids[0]])
                try await PurchaseStore.postpone(locked.unreadable, until: now + .seconds(300), in: transaction)
            }
            #expect(try await PurchaseStore.due(now: now, in: books.client) == [ids[1]])
            let claimants = try await ForeignDelegationStore.claimants(at: Books.wallets, in: books.client)
            #expect(claimants.isEmpty)
        }
    }

    @Test func acquisitionsFailTogetherAndEachForItsOwnReason() async throws {
        try await Books.with { books in
            let lives = (1...3).map { number in
                Purchase(order(Int64(number), wallet: number), rules: .lookUpOnly, limits: .house, now: now)
            }
            try await insert(lives, books)
            let ids = lives.map(\.order.acquisition)
            let failures: [AcquisitionStore.Failure] = [
                .init(acquisition: ids[0], reason: "sold out"),
                .init(acquisition: ids[2], reason: String(repeating: "x", count: 900)),
                .init(acquisition: UUIDv7(at: now + .seconds(99)), reason: "nobody knows it"),
            ]
            let told = try await books.client.withTransaction {
                try await AcquisitionStore.fail(failures, now: now, in: $0)
            }
            #expect(Set(told.map(\.acquisitionID)) == [ids[0], ids[2]])
            let stored = try await books.client.query(
                "SELECT state || ' ' || coalesce(left(reason, 8) || length(reason), '-') FROM allocator.acquisition ORDER BY acquisition_id",
                as: String.self
            )
            #expect(stored == ["failed sold out8", "started -", "failed xxxxxxxx500"])
            let again = try await books.client.withTransaction {
                try await AcquisitionStore.fail(failures, now: now, in: $0)
            }
            #expect(again.isEmpty, "what has failed is told once")
        }
    }

    /// A cycle of a house with a supplier.
    private func cycle(_ books: Books) async throws -> CycleTransaction.Result {
        let registered = try RegisteredSupplier(id: #require(supplier), kind: "tronzap", rank: 1, state: .active)
        let cycle = Books.transaction(
            books.view(first: false),
            SigningLimits(),
            suppliers: [registered],
            now: now
        )
        return try await books.client.withTransaction { try await cycle.run(in: $0) }
    }

    @Test func nothingIsReadOfSuppliersUntilSomebodyMissesEnergy() async throws {
        try await Books.with { books in
            try await books.advance(to: Books.head + 1, energy: [0: 60_000])
            try await books.client.execute("ALTER TABLE allocator.supplier_state RENAME TO hidden")
            #expect(try await cycle(books).signed == 0)
            try await books.request("served", wallet: 0)
            #expect(try await cycle(books).signed == 0, "its energy stands at the wallet")
            try await books.request("waiting", wallet: 1)
            do {
                _ = try await cycle(books)
                Issue.record("the table was not asked")
            } catch let error as PostgresError {
                #expect(error.sqlState == .undefinedTable)
            }
            try await books.client.execute("ALTER TABLE allocator.hidden RENAME TO supplier_state")
            #expect(try await cycle(books).signed == 1)
        }
    }

    @Test func whatAnotherVersionLeftOfASupplierIsLearntAnew() async throws {
        try await Books.with { books in
            try await books.client.execute(
                """
                INSERT INTO allocator.supplier_state (supplier_id, offer, quoted_at, balance_sun, breaker, health, updated_at)
                VALUES ('tronzap', '{"least":1}', \(now), 5, '{}', '[]', \(now))
                """
            )
            let rows = try await SupplierStore.all(in: books.client)
            let row = try #require(supplier.flatMap { rows[$0] })
            #expect(row.offer == nil && row.quotedAt == nil && row.breaker == CircuitBreaker())
        }
    }

    @Test func whatWasOrderedSinceTheBalanceWasReadIsSpent() async throws {
        try await Books.with { books in
            try await insert([Purchase(order(1), rules: .lookUpOnly, limits: .house, now: now)], books)
            try await books.client.execute(
                """
                INSERT INTO allocator.supplier_state (supplier_id, quoted_at, breaker, health, updated_at)
                VALUES ('tronzap', \(now), '{}', '{}', \(now))
                """
            )
            let spent = try await SupplierStore.spent(since: now - .seconds(120), in: books.client)
            #expect(supplier.map { spent[$0] } == Sun(2_500_000))
            #expect(try await SupplierStore.spent(since: now + .seconds(1), in: books.client).isEmpty)
        }
    }

    @Test func whatCanStandNoMoreIsForgottenInBatches() async throws {
        try await Books.with { books in
            let seen = (0..<5).compactMap { number -> ObservedDelegation? in
                guard let txid = TransactionID(bytes: [UInt8](repeating: UInt8(number), count: 32)) else { return nil }
                return ObservedDelegation(
                    txid: txid,
                    block: Int64(number),
                    at: now + .seconds(86_400 * Int64(number)),
                    owner: Books.address(700),
                    wallet: Books.wallets[0],
                    stake: Sun(1)
                )
            }
            _ = try await books.client.withTransaction { try await ForeignDelegationStore.insert(seen, in: $0) }
            let moment = now + .seconds(86_400 * 3)
            #expect(try await ForeignDelegationStore.prune(before: moment, limit: 2, in: books.client) == 2)
            #expect(try await ForeignDelegationStore.prune(before: moment, limit: 2, in: books.client) == 1)
            #expect(try await ForeignDelegationStore.prune(before: moment, limit: 2, in: books.client) == 0)
            let left = try await ForeignDelegationStore.seen(at: Books.wallets, since: now, in: books.client)
            #expect(left[Books.wallets[0]]?.count == 2)
        }
    }

    @Test func pricesAreAskedForAWalletThatExists() async throws {
        try await Books.with { books in
            let wallets = [Books.address(0)] + Books.wallets
            #expect(try await PositionStore.firstActivated(among: wallets, in: books.client) == Books.wallets[0])
            try await books.client.execute(
                "UPDATE allocator.wallet_position SET activated = false WHERE wallet = \(Books.wallets[0])"
            )
            #expect(try await PositionStore.firstActivated(among: wallets, in: books.client) == Books.wallets[1])
            #expect(try await PositionStore.firstActivated(among: [Books.address(0)], in: books.client) == nil)
        }
    }
}
