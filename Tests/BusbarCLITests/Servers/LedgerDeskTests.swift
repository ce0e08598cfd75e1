internal import Ledger
internal import Models
internal import Storage
internal import TestSupport
internal import Testing

@testable import BusbarCLI

@Suite struct LedgerDeskTests {
    private static let now = Timestamp(milliseconds: 1_795_253_400_000)

    private func partner(_ text: String, in house: House) async throws -> PartnerID {
        let id = try #require(PartnerID(text))
        try await house.operations.withRegistry { registry, _ in
            try await registry.addPartner(id, name: text, brokerUsers: [])
        }
        return id
    }

    private func charge(_ total: Int64, _ id: PartnerID, _ name: String) throws -> AllocationCharge {
        AllocationCharge(
            allocation: UUIDv7(at: Self.now),
            partner: id,
            withdrawal: try #require(WithdrawalID(name)),
            sheet: CostSheet(
                source: "own_stake",
                energy: Energy(65_000),
                energyPrice: SunPerEnergy(rawValue: 10_000_000),
                energyCost: Sun(total - 5),
                bandwidthCost: .zero,
                activationCost: .zero,
                margin: Sun(3),
                fee: Sun(2),
                total: Sun(total),
                baseline: .zero
            )
        )
    }

    @Test func aDepositByHandIsBookedOnceAndStandsInTheAuditLog() async throws {
        try await House.with { house in
            let id = try await partner("p42", in: house)
            func credit(_ amount: Int64, key: String?) async throws -> CreditAnswer {
                try await house.operations.withLedger { desk, _ in
                    try await desk.credit(id, user: nil, amount: Sun(amount), key: key, note: "a, \"b\"")
                }
            }
            let first = try await credit(5_000_000, key: "tx-1")
            let second = try await credit(5_000_000, key: "tx-1")
            #expect(first.isNew && !second.isNew && second.balance == Sun(5_000_000))
            let conflict = await #expect(throws: OperationError.self) { try await credit(1, key: "tx-1") }
            #expect(conflict?.hint?.contains("--entries") == true)
            // Without a key each is a deposit of its own; taking back goes as far as the balance does.
            _ = try await credit(1_000_000, key: nil)
            #expect(try await credit(-6_000_000, key: nil).balance == .zero)
            let short = await #expect(throws: OperationError.self) { try await credit(-1, key: nil) }
            #expect(short?.message.contains("below its limit") == true)
            let log = try await house.database.sql(
                "SELECT action, subject, detail->>'amount_sun' FROM registry.audit_log WHERE action LIKE '%credit' ORDER BY 1, entry_id"
            )
            #expect(
                log.split(separator: "\n").map(String.init) == [
                    "partner.credit|prepaid:p42|5000000", "partner.credit|prepaid:p42|1000000",
                    "partner.credit|prepaid:p42|-6000000",
                ]
            )
            let stranger = await #expect(throws: OperationError.self) {
                try await house.operations.withLedger { desk, _ in
                    let nobody = try #require(PartnerID("nobody"))
                    return try await desk.credit(nobody, user: "u", amount: Sun(1), key: nil, note: "n")
                }
            }
            #expect(stranger?.message.contains("nobody") == true)
        }
    }

    @Test func termsAreThePartnersWhereItHasSomeAndElseTheHouses() async throws {
        try await House.with { house in
            let (first, second) = (try await partner("p1", in: house), try await partner("p2", in: house))
            let terms = try await house.operations.withLedger { desk, client in
                try await desk.setTerms(of: nil, ["margin_permille": .number(50), "fee_sun": .number(200_000)])
                try await desk.setTerms(
                    of: first,
                    ["fee_sun": .number(7), "charge_rule": .text("always"), "credit_limit_sun": .number(1000)]
                )
                // A deposit opens the account with the limit that was set before.
                _ = try await Books(in: client).charge([try charge(1000, first, "w-1")], at: Self.now)
                return try await desk.terms()
            }
            #expect(terms.map(\.partner) == [nil, "p1", "p2"])
            #expect(terms.map(\.marginPermille) == [50, 50, 50])
            #expect(terms.map(\.fee) == [Sun(200_000), Sun(7), Sun(200_000)])
            #expect(terms.map(\.chargeRule) == ["if_not_reused", "always", "if_not_reused"])
            #expect(terms.map(\.creditLimit) == [.zero, Sun(1000), .zero])
            // Who owes 1000 cannot be given less credit, and a change that fails changes nothing.
            let error = await #expect(throws: OperationError.self) {
                try await house.operations.withLedger { desk, _ in
                    try await desk.setTerms(
                        of: first,
                        ["margin_permille": .number(1), "credit_limit_sun": .number(999)]
                    )
                }
            }
            #expect(error?.message.contains("owes more") == true)
            let after = try await house.operations.withLedger { desk, _ in try await desk.terms() }
            #expect(after.map(\.marginPermille) == [50, 50, 50])
            let nobody: PartnerID = try #require(PartnerID("nobody"))
            let stranger = await #expect(throws: OperationError.self) {
                try await house.operations.withLedger { desk, _ in
                    try await desk.setTerms(of: nobody, ["margin_permille": .number(1)])
                }
            }
            #expect(stranger?.hint?.contains("busbar partner list") == true)
            let again = try await house.operations.withLedger { desk, _ in
                try await desk.setTerms(of: first, ["fee_sun": .nothing, "charge_rule": .nothing])
                return try await desk.terms()
            }
            #expect(again[1].fee == Sun(200_000) && again[1].chargeRule == "if_not_reused")
            #expect(again[1].creditLimit == Sun(1000))
            let dear = await #expect(throws: OperationError.self) {
                try await house.operations.withLedger { desk, _ in
                    try await desk.setTerms(of: first, ["fee_sun": .number(1 << 53)])
                }
            }
            #expect(dear?.message.contains("refuses it") == true)
            let books = try await house.operations.withPostgres { try await Books(in: $0).balance(of: second) }
            #expect(books == nil)
        }
    }

    @Test func aStatementIsTheSameInEveryForm() async throws {
        try await House.with { house in
            let id = try await partner("p42", in: house)
            let report = try await house.operations.withLedger { _, client in
                let books = Books(in: client)
                _ = try await books.credit(
                    id,
                    amount: Sun(10_000_000),
                    key: "d",
                    actor: "test",
                    note: "=1+1",
                    at: Self.now
                )
                let charges = [try charge(2_500_000, id, "w-1"), try charge(1_500_000, id, "w,2")]
                _ = try await books.charge(charges, at: Self.now + .seconds(1))
                let refund = AllocationRefund(allocation: charges[1].allocation, reason: "given_up")
                _ = try await books.refund([refund], at: Self.now + .seconds(2))
                return try #require(
                    try await StatementReport.read(
                        of: id,
                        user: nil,
                        from: Self.now,
                        to: Self.now + .seconds(60),
                        entries: true,
                        in: client
                    )
                )
            }
            #expect(report.opening_sun == .zero && report.closing_sun == Sun(7_500_000))
            #expect(report.entries?.map(\.balance_sun.rawValue) == [10_000_000, 7_500_000, 6_000_000, 7_500_000])
            // A note that looks like a formula is text, and what has a comma is quoted.
            #expect(report.csv[1].contains(",'=1+1,"))
            #expect(report.csv[3].contains(",\"w,2\","))
            #expect(report.csv.last?.hasSuffix("1.500000,7.500000") == true)
            var sums = report
            sums.entries = nil
            #expect(
                sums.csv == [
                    "kind,label,entries,energy,energy_cost_trx,bandwidth_cost_trx,activation_cost_trx,margin_trx,"
                        + "fee_trx,amount_trx",
                    "opening,,,,,,,,,0.000000",
                    "charge,own_stake,2,130000,3.999990,0.000000,0.000000,0.000006,0.000004,-4.000000",
                    "credit,,1,0,0.000000,0.000000,0.000000,0.000000,0.000000,10.000000",
                    "refund,given_up,1,0,0.000000,0.000000,0.000000,0.000000,0.000000,1.500000",
                    "closing,,,,,,,,,7.500000",
                ]
            )
            #expect(sums.table.first == "prepaid:p42, 2026-11-21T09:30:00.000Z up to 2026-11-21T09:31:00.000Z, in TRX")
            #expect(sums.table.last?.hasSuffix("7.500000") == true)
            #expect(JSONOutput.line(sums).contains("\"closing_sun\":7500000"))
        }
    }

    @Test func theAuditFindsDebitsThatNobodyEnded() async throws {
        try await House.with { house in
            let id = try await partner("p42", in: house)
            try await house.operations.withLedger { desk, client in
                _ = try await desk.credit(id, user: nil, amount: Sun(1000), key: nil, note: "n")
                let charges = try (1...3).map { try charge(100, id, "w-\($0)") }
                _ = try await Books(in: client).charge(charges, at: Self.now)
                let ended = AllocationCompletion(allocation: charges[1].allocation, energyUsed: .zero)
                _ = try await Books(in: client).complete([ended], at: Self.now)
                _ = try await Books(in: client).refund(
                    [AllocationRefund(allocation: charges[2].allocation, reason: "not_sent")],
                    at: Self.now
                )
            }
            let report = try await Audit.run(variables: house.operations.variables, patience: .milliseconds(200))
            let found = report.invariants.first { $0.number == 5 }?.findings ?? []
            #expect(found.count == 2)
            #expect(found.contains { $0.contains("p42:w-1") && $0.contains("neither completed nor refunded") })
            #expect(found.contains { $0.contains("p42:w-2") && $0.contains("is unknown") })
            #expect(report.invariants.first { $0.number == 4 }?.findings == [])
            _ = try await house.database.sql(
                """
                SET session_replication_role = replica;
                UPDATE ledger.balance SET balance_sun = balance_sun + 1 WHERE credit_limit_sun = 0
                """
            )
            let after = try await Audit.run(variables: house.operations.variables, patience: .milliseconds(200))
            #expect(
                after.invariants.first { $0.number == 4 }?.findings
                    == ["account prepaid:p42 shows 801, its postings sum to 800"]
            )
        }
    }
}
