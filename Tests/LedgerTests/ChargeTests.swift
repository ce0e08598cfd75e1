internal import Ledger
internal import Models
internal import Storage
internal import Testing

@Suite struct ChargeTests {
    @Test func aDepositIsChargedDownToItsLimitAndNoFurther() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(1000, to: p1)
            let answers = try await house.books.charge(
                [try charge(600, p1), try charge(600, p1), try charge(400, p1), try charge(1, p1)],
                at: House.now
            )
            // What does not fit is left out; what is smaller behind it may fit.
            #expect(answers.map(\.result) == [.charged, .insufficient, .charged, .insufficient])
            #expect(answers.allSatisfy { $0.balance == .zero })
            #expect(answers.map(\.isPaid) == [true, false, true, false])
            let house4 = try await house.findings()
            #expect(house4.isEmpty)
            #expect(try await house.sumOfBalances() == 0)
        }
    }

    @Test func creditLetsABalanceGoBelowZero() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.client.execute(
                """
                SELECT registry.set_partner_terms(\(House.now), 'test', \(p1), '{"credit_limit_sun": 500}')
                """
            )
            let answers = try await house.books.charge([try charge(500, p1), try charge(1, p1)], at: House.now)
            #expect(answers.map(\.result) == [.charged, .insufficient])
            #expect(answers.last?.balance == Sun(-500))
            let balance = try #require(try await house.books.balance(of: p1))
            #expect(balance.balance == Sun(-500) && balance.creditLimit == Sun(500))
            // The limit cannot be set below what is owed, by whatever way.
            await #expect(throws: (any Error).self) {
                try await house.client.execute(
                    """
                    SELECT registry.set_partner_terms(\(House.now), 'test', \(p1), '{"credit_limit_sun": 499}')
                    """
                )
            }
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func anAllocationIsChargedOnceHoweverOftenItIsAsked() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(10_000, to: p1)
            let first = try charge(700, p1)
            var dearer = first
            dearer.sheet = sheet(900)
            let answers = try await house.books.charge([first, dearer], at: House.now)
            #expect(answers.map(\.result) == [.charged, .alreadyCharged(first.sheet)])
            let again = try await house.books.charge([dearer], at: House.now)
            #expect(again == [ChargeAnswer(result: .alreadyCharged(first.sheet), balance: Sun(9300))])
            // Once completed it is still charged.
            let completed = AllocationCompletion(allocation: first.allocation, energyUsed: Energy(64_285))
            #expect(try await house.books.complete([completed], at: House.now) == [.completed])
            #expect(try await house.books.charge([first], at: House.now).first?.balance == Sun(9300))
        }
    }

    @Test func afterARefundAnAllocationMayBeChargedAgain() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(1000, to: p1)
            let item = try charge(700, p1)
            for _ in 1...3 {
                #expect(try await house.books.charge([item], at: House.now).first?.result == .charged)
                let refund = AllocationRefund(allocation: item.allocation, reason: "revoked")
                let answers = try await house.books.refund([refund, refund], at: House.now)
                #expect(answers.map(\.result) == [.refunded, .alreadyRefunded])
                #expect(answers.map(\.balance) == [Sun(1000), Sun(1000)])
            }
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func aDebitIsRefundedOrCompletedOnce() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(1000, to: p1)
            let (kept, back, none) = (try charge(100, p1), try charge(200, p1), try charge(300, p1))
            _ = try await house.books.charge([kept, back], at: House.now)
            func refund(_ item: AllocationCharge, _ amount: Int64? = nil) -> AllocationRefund {
                AllocationRefund(allocation: item.allocation, amount: amount.map { Sun($0) }, reason: "not_sent")
            }
            let complete = [kept, back, none].map {
                AllocationCompletion(allocation: $0.allocation, energyUsed: .zero)
            }
            #expect(try await house.books.refund([refund(back, 150)], at: House.now).first?.refunded == Sun(150))
            #expect(
                try await house.books.complete(complete, at: House.now)
                    == [.completed, .alreadyRefunded, .notCharged]
            )
            let late = try await house.books.refund([refund(kept), refund(back), refund(none)], at: House.now)
            #expect(late.map(\.result) == [.alreadyCompleted, .alreadyRefunded, .notCharged])
            #expect(try await house.balance(p1) == Sun(850))
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func aRefundIsNeverMoreThanTheDebitNorBelowZero() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(1000, to: p1)
            let item = try charge(100, p1)
            _ = try await house.books.charge([item], at: House.now)
            for amount: Int64 in [101, -1] {
                let refund = AllocationRefund(allocation: item.allocation, amount: Sun(amount), reason: "x")
                let error = await #expect(throws: LedgerError.self) {
                    try await house.books.refund([refund], at: House.now)
                }
                #expect(error?.code == .badRefund)
            }
            // A refund of nothing ends the debit all the same.
            let nothing = AllocationRefund(allocation: item.allocation, amount: .zero, reason: "x")
            #expect(try await house.books.refund([nothing], at: House.now).first?.result == .refunded)
            #expect(try await house.balance(p1) == Sun(900))
        }
    }

    @Test func actualCostsOfTheHouseAreBooked() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(1000, to: p1)
            let items = [try charge(100, p1, source: "tronzap"), try charge(100, p1)]
            _ = try await house.books.charge(items, at: House.now)
            let completions = [
                AllocationCompletion(
                    allocation: items[0].allocation,
                    energyUsed: Energy(65_000),
                    burnt: Sun(7),
                    bandwidth: Sun(345),
                    activation: Sun(11)
                ),
                AllocationCompletion(allocation: items[1].allocation, energyUsed: Energy(65_000)),
            ]
            #expect(try await house.books.complete(completions, at: House.now) == [.completed, .completed])
            let balances = Dictionary(
                uniqueKeysWithValues: try await house.books.houseBalances().map { ($0.code, $0.balance.rawValue) }
            )
            #expect(balances["cost:burn"] == -7 && balances["cost:bandwidth"] == -345)
            #expect(balances["cost:activation"] == -11 && balances["funds:chain"] == 363)
            #expect(balances["energy:tronzap"] == 77 && balances["energy:own_stake"] == 77)
            #expect(balances["margin"] == 40 && balances["fee"] == 6 && balances["funds:deposits"] == -1000)
            #expect(try await house.sumOfBalances() == 0)
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func whatARefundedAllocationCostTheHouseIsBooked() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(1000, to: p1)
            let items = try (0..<3).map { _ in try charge(100, p1) }
            _ = try await house.books.charge(items, at: House.now)
            func refund(_ index: Int, _ amount: Int64?, burnt: Int64, activation: Int64 = 0) -> AllocationRefund {
                AllocationRefund(
                    allocation: items[index].allocation,
                    amount: amount.map { Sun($0) },
                    reason: "late",
                    burnt: Sun(burnt),
                    bandwidth: Sun(345),
                    activation: Sun(activation)
                )
            }
            // The middle one gives nothing back: its entry is of costs alone.
            let refunds = [refund(0, nil, burnt: 7, activation: 11), refund(1, 0, burnt: 1), refund(2, 40, burnt: 0)]
            let answers = try await house.books.refund(refunds + refunds, at: House.now)
            #expect(answers.map(\.refunded) == [Sun(100), .zero, Sun(40), Sun(100), .zero, Sun(40)])
            let balances = Dictionary(
                uniqueKeysWithValues: try await house.books.houseBalances().map { ($0.code, $0.balance.rawValue) }
            )
            #expect(balances["cost:burn"] == -8 && balances["cost:bandwidth"] == -3 * 345)
            #expect(balances["cost:activation"] == -11 && balances["funds:chain"] == 8 + 3 * 345 + 11)
            #expect(balances["refund"] == -140)
            #expect(try await house.balance(p1) == Sun(1000 - 300 + 140))
            #expect(try await house.sumOfBalances() == 0)
            #expect(try await house.findings().isEmpty)
            // What the refunds say agrees with their entries.
            let findings = try await house.findings(of: 5)
            #expect(findings.allSatisfy { !$0.contains("its entry") })
        }
    }

    @Test func costsBelowZeroAreRefused() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(1000, to: p1)
            let item = try charge(100, p1)
            _ = try await house.books.charge([item], at: House.now)
            for cost: Int64 in [-1, .min] {
                var refund = AllocationRefund(allocation: item.allocation, reason: "late")
                refund.burnt = Sun(cost)
                let bad = refund
                let error = await #expect(throws: LedgerError.self) {
                    try await house.books.refund([bad], at: House.now)
                }
                #expect(error?.code == .badCost)
                let completion = AllocationCompletion(
                    allocation: item.allocation,
                    energyUsed: .zero,
                    bandwidth: Sun(cost)
                )
                let other = await #expect(throws: LedgerError.self) {
                    try await house.books.complete([completion], at: House.now)
                }
                #expect(other?.code == .badCost)
            }
            #expect(try await house.balance(p1) == Sun(900))
        }
    }

    @Test func aUserPaysFromItsOwnBalanceWithoutCredit() async throws {
        try await House.with { house in
            let (p1, p2) = (try PartnerID.named("p1"), try PartnerID.named("p2"))
            try await house.deposit(1000, to: p1)
            try await house.deposit(50, to: p1, user: "alice:1")
            let answers = try await house.books.charge(
                [
                    try charge(50, p1, user: "alice:1"), try charge(1, p1, user: "alice:1"),
                    try charge(1, p2, user: "alice:1"), try charge(10, p1),
                ],
                at: House.now
            )
            #expect(answers.map(\.result) == [.charged, .insufficient, .insufficient, .charged])
            #expect(try await house.balance(p1, user: "alice:1") == .zero)
            #expect(try await house.balance(p1) == Sun(990))
            let accounts = try await house.books.balances(of: p1)
            #expect(accounts.map(\.user) == [nil, "alice:1"])
        }
    }

    @Test func whatIsFreeIsChargedAndConcludedLikeTheRest() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            let item = try charge(0, p1)
            #expect(try await house.books.charge([item], at: House.now).first?.result == .charged)
            #expect(try await house.books.charge([item], at: House.now).first?.result == .alreadyCharged(item.sheet))
            let refund = AllocationRefund(allocation: item.allocation, reason: "cancelled")
            #expect(try await house.books.refund([refund], at: House.now).first?.refunded == .zero)
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func aWrongSheetOrAStrangerIsRefusedBeforeAnythingIsBooked() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(1000, to: p1)
            var wrong = try charge(100, p1)
            wrong.sheet.total = Sun(99)
            var negative = try charge(100, p1)
            negative.sheet.margin = Sun(-20)
            negative.sheet.total = Sun(60)
            for item in [wrong, negative] {
                let error = await #expect(throws: LedgerError.self) {
                    try await house.books.charge([try charge(1, p1), item], at: House.now)
                }
                #expect(error?.code == .badSheet)
            }
            let stranger = try charge(1, try PartnerID.named("nobody"))
            let error = await #expect(throws: LedgerError.self) {
                try await house.books.charge([try charge(1, p1), stranger], at: House.now)
            }
            #expect(error?.code == .unknownPartner && error?.message.contains("nobody") == true)
            #expect(try await house.balance(p1) == Sun(1000))
        }
    }

    @Test func oneTransactionBooksAllItHasInOneCall() async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(100, to: p1)
            let (first, second, third) = (try charge(60, p1), try charge(40, p1), try charge(60, p1))
            var batch = LedgerBatch()
            batch.charges = [first, second]
            _ = try await house.client.withTransaction { try await Books(in: $0).book(batch, at: House.now) }
            batch.refunds = [AllocationRefund(allocation: first.allocation, reason: "given_up")]
            batch.completions = [AllocationCompletion(allocation: second.allocation, energyUsed: Energy(1))]
            batch.charges = [third]
            let next = batch
            // What comes back can be charged again in the same call.
            let answers = try await house.client.withTransaction { try await Books(in: $0).book(next, at: House.now) }
            #expect(answers.refunds.map(\.result) == [.refunded])
            #expect(answers.completions == [.completed])
            #expect(answers.charges == [ChargeAnswer(result: .charged, balance: .zero)])
            #expect(try await Books(in: house.client).book(LedgerBatch(), at: House.now).charges.isEmpty)
        }
    }
}
