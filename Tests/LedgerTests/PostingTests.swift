internal import Ledger
internal import Models
internal import Storage
internal import Testing

@Suite struct PostingTests {
    @Test func aDepositIsBookedOnce() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            func credit(_ amount: Int64) async throws -> CreditAnswer {
                try await house.books.credit(
                    p1,
                    amount: Sun(amount),
                    key: "tx:1",
                    actor: "test",
                    note: "n",
                    at: House.now
                )
            }
            let first = try await credit(500)
            let second = try await credit(500)
            #expect(first.isNew && !second.isNew)
            #expect(first.balance == Sun(500) && second.balance == Sun(500) && first.entry == second.entry)
            let conflict = await #expect(throws: LedgerError.self) { try await credit(501) }
            #expect(conflict?.code == .keyConflict)
        }
    }

    @Test func aDepositIsTakenBackOnlyAsFarAsTheBalanceGoes() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(500, to: p1)
            let error = await #expect(throws: LedgerError.self) {
                try await house.deposit(-501, to: p1, key: "back")
            }
            #expect(error?.code == .insufficientBalance)
            try await house.deposit(-500, to: p1, key: "back")
            #expect(try await house.balance(p1) == .zero)
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func purchasesMoveWhatTheHouseHolds() async throws {
        try await House.with { house in
            let supplier = try #require(SupplierID("tronzap"))
            let order = OrderKey(acquisition: UUIDv7(at: House.now), number: 1)
            let entries = [
                LedgerEntry(
                    key: "topup:1",
                    kind: .transfer,
                    postings: [.init(.funds("tronzap"), Sun(-100)), .init(.funds("purchasing"), Sun(100))]
                ),
                .purchase(order, from: supplier, charged: Sun(80)),
                .purchaseRefund(order, from: supplier, returned: Sun(30)),
            ]
            #expect(try await house.books.post(entries, at: House.now).map(\.isNew) == [true, true, true])
            #expect(try await house.books.post(entries, at: House.now).map(\.isNew) == [false, false, false])
            let balances = Dictionary(
                uniqueKeysWithValues: try await house.books.houseBalances().filter { $0.balance != .zero }
                    .map { ($0.code, $0.balance.rawValue) }
            )
            // 50 of the 100 that were brought there are left.
            #expect(balances == ["cost:tronzap": -50, "funds:tronzap": -50, "funds:purchasing": 100])
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func anEntryThatDoesNotBalanceIsRefused() async throws {
        try await House.with { house in
            let entry = LedgerEntry(
                key: "k",
                kind: .transfer,
                postings: [.init(.margin, Sun(2)), .init(.fee, Sun(-1))]
            )
            let error = await #expect(throws: LedgerError.self) { try await house.books.post([entry], at: House.now) }
            #expect(error?.code == .unbalanced)
            let balances = try await house.books.houseBalances()
            #expect(balances.allSatisfy { $0.balance == .zero })
        }
    }

    @Test func entriesOfAllocationsAreNotPostedByHand() async throws {
        try await House.with { house in
            await #expect(throws: PostgresError.self) {
                try await house.client.execute(
                    """
                    SELECT * FROM ledger.post(\(House.now), ARRAY['k'], ARRAY['charge'], ARRAY[NULL]::text[],
                        ARRAY[NULL]::text[], ARRAY[NULL]::text[], ARRAY[1, 1], ARRAY['margin', 'fee'], ARRAY[1, -1]::bigint[])
                    """
                )
            }
        }
    }

    @Test func twoEntriesOfOneCallWithTheSameKeyAreRefused() async throws {
        try await House.with { house in
            let error = await #expect(throws: PostgresError.self) {
                try await house.client.execute(
                    """
                    SELECT * FROM ledger.post(\(House.now), ARRAY['k', 'k'], ARRAY['transfer', 'transfer'],
                        ARRAY[NULL, NULL]::text[], ARRAY[NULL, NULL]::text[], ARRAY[NULL, NULL]::text[], ARRAY[1, 1, 2, 2],
                        ARRAY['margin', 'fee', 'margin', 'fee'], ARRAY[1, -1, 1, -1]::bigint[])
                    """
                )
            }
            #expect(error?.sqlState == .uniqueViolation && error?.constraint == "entry_key")
            let balances = try await house.books.houseBalances()
            #expect(balances.allSatisfy { $0.balance == .zero })
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func keysOfAllocationsAreNotUsedByHand() async throws {
        try await House.with { house in
            let item = try charge(0, try PartnerID.named("p1"))
            let entry = LedgerEntry(
                key: "charge:\(item.allocation):1",
                kind: .transfer,
                postings: [.init(.margin, Sun(1)), .init(.fee, Sun(-1))]
            )
            await #expect(throws: LedgerError.self) { try await house.books.post([entry], at: House.now) }
            #expect(try await house.books.charge([item], at: House.now).first?.result == .charged)
        }
    }

    @Test func whateverMovesABalanceStandsOnItsStatement() async throws {
        try await House.with { house in
            let (p1, p2) = (try PartnerID.named("p1"), try PartnerID.named("p2"))
            func entry(_ key: String, of partner: PartnerID? = nil, _ postings: [LedgerEntry.Posting]) -> LedgerEntry {
                LedgerEntry(key: key, kind: .transfer, partner: partner, postings: postings)
            }
            // Posted without a partner: it is the partner's whose balance it moves.
            let entries = [
                entry("a", [.init(.prepaid(p1), Sun(70)), .init(.funds("deposits"), Sun(-70))]),
                entry("b", [.init(.prepaid(p1), Sun(-30)), .init(.user(p1, "u"), Sun(30))]),
                entry("c", [.init(.margin, Sun(1)), .init(.fee, Sun(-1))]),
            ]
            _ = try await house.books.post(entries, at: House.now)
            let end = House.now + .seconds(1)
            let statement = try #require(try await house.books.statement(of: p1, from: House.now, to: end))
            #expect(statement.opening == .zero && statement.closing == Sun(40))
            #expect(statement.lines.reduce(.zero) { $0 + $1.amount } == Sun(40))
            #expect(
                try await house.books.entries(of: p1, from: House.now, to: end).map(\.amount) == [Sun(70), Sun(-30)]
            )
            let user = try #require(try await house.books.statement(of: p1, user: "u", from: House.now, to: end))
            #expect(user.lines.map(\.amount) == [Sun(30)])
            // One entry cannot stand on two partners' statements.
            for wrong in [
                entry("d", [.init(.prepaid(p1), Sun(-1)), .init(.prepaid(p2), Sun(1))]),
                entry("e", of: p2, [.init(.prepaid(p1), Sun(-1)), .init(.margin, Sun(1))]),
            ] {
                let error = await #expect(throws: LedgerError.self) {
                    try await house.books.post([wrong], at: House.now)
                }
                #expect(error?.code == .unbalanced)
            }
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func aStatementAddsUp() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            let hour = Duration.seconds(3600)
            func at(_ hours: Int) -> Timestamp { House.now + hour * hours }
            try await house.deposit(1000, to: p1)
            let early = try charge(100, p1)
            _ = try await house.books.charge([early], at: at(1))
            let items = [try charge(200, p1), try charge(50, p1, source: "tronzap"), try charge(30, p1)]
            _ = try await house.books.charge(items, at: at(2))
            let refund = AllocationRefund(allocation: items[2].allocation, amount: Sun(20), reason: "not_sent")
            _ = try await house.books.refund([refund], at: at(3))
            _ = try await house.books.charge([try charge(7, p1)], at: at(4))

            let statement = try #require(try await house.books.statement(of: p1, from: at(2), to: at(4)))
            #expect(statement.opening == Sun(900) && statement.closing == Sun(640))
            #expect(
                statement.lines.map { "\($0.kind) \($0.label) \($0.count) \($0.amount)" } == [
                    "charge own_stake 2 -230", "charge tronzap 1 -50", "refund not_sent 1 20",
                ]
            )
            #expect(statement.lines[0].energy == Energy(130_000))
            #expect(statement.lines[0].margin == Sun(40) && statement.lines[0].fee == Sun(6))
            #expect(statement.lines.reduce(statement.opening) { $0 + $1.amount } == statement.closing)

            let first = try await house.books.entries(of: p1, from: at(2), to: at(4), limit: 3)
            let rest = try await house.books.entries(of: p1, from: at(2), to: at(4), after: first[2].number)
            #expect((first + rest).map(\.amount) == [Sun(-200), Sun(-50), Sun(-30), Sun(20)])
            #expect((first + rest).last?.withdrawal == items[2].withdrawal.rawValue)
            #expect(try await house.books.statement(of: try PartnerID.named("p2"), from: at(0), to: at(9)) == nil)
            let empty = try #require(try await house.books.statement(of: p1, from: at(8), to: at(9)))
            #expect(empty.opening == Sun(633) && empty.closing == Sun(633) && empty.lines.isEmpty)
        }
    }
}
