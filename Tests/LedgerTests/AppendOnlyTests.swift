internal import Ledger
internal import Models
internal import Storage
internal import TestSupport
internal import Testing

/// What the database itself refuses, whoever asks.
@Suite struct AppendOnlyTests {
    private static let tables = ["account", "entry", "posting", "debit", "conclusion"]

    private func filled(_ body: (House) async throws -> Void) async throws {
        try await House.with { house in
            let p1 = try PartnerID.named("p1")
            try await house.deposit(1000, to: p1)
            let item = try charge(10, p1)
            _ = try await house.books.charge([item], at: House.now)
            _ = try await house.books.refund(
                [AllocationRefund(allocation: item.allocation, reason: "x")],
                at: House.now
            )
            try await body(house)
        }
    }

    /// Runs a statement as a role, in a transaction that is rolled back.
    private func attempt(_ statement: String, as role: String?, _ house: House) async -> SQLState? {
        struct Undo: Error {}
        do {
            try await house.client.withTransaction { transaction in
                if let role { try await transaction.execute("SET LOCAL ROLE \(identifier: role)") }
                try await transaction.execute(SQL(trusted: statement))
                throw Undo()
            }
        } catch let error as PostgresError {
            return error.sqlState
        } catch {
            return nil
        }
        return nil
    }

    @Test func noRoleMayChangeOrDeleteWhatIsBooked() async throws {
        try await filled { house in
            let denied = SQLState(rawValue: "42501")
            for role in [nil, "registry", "allocator", "ledger", "prices"] as [String?] {
                for table in Self.tables {
                    let column = table == "account" ? "code" : table == "conclusion" ? "reason" : "entry_id"
                    for statement in [
                        "UPDATE ledger.\(table) SET \(column) = \(column)", "DELETE FROM ledger.\(table)",
                        "TRUNCATE ledger.\(table) CASCADE",
                    ] {
                        let state = await attempt(statement, as: role, house)
                        #expect(state == denied, "\(role ?? "the owner"): \(statement)")
                    }
                }
                #expect(await attempt("DELETE FROM ledger.balance", as: role, house) == denied)
            }
        }
    }

    @Test func noRoleWritesButByTheFunctions() async throws {
        try await filled { house in
            let denied = SQLState(rawValue: "42501")
            let statements = [
                "INSERT INTO ledger.entry (entry_id, key, kind, at) VALUES (0, 'x', 'credit', '2026-11-21T00:00:00Z')",
                "INSERT INTO ledger.posting VALUES (1, 1, 1)", "UPDATE ledger.balance SET balance_sun = 0",
                "INSERT INTO ledger.turnover VALUES (1, 1)", "DELETE FROM ledger.turnover",
                "SELECT ledger.move(ARRAY[1]::bigint[], ARRAY[5]::bigint[])",
                "SELECT ledger.accounts(ARRAY['margin'])", "SELECT ledger.check_costs(ARRAY[1]::bigint[])",
                "SELECT nextval('ledger.entry_id')",
            ]
            for role in ["registry", "allocator", "ledger", "prices"] {
                for statement in statements {
                    #expect(await attempt(statement, as: role, house) == denied, "\(role): \(statement)")
                }
            }
            // What they may do.
            #expect(await attempt("SELECT * FROM ledger.v1_balance", as: "ledger", house) == nil)
            let refund = """
                SELECT * FROM ledger.refund(now(), '{}'::uuid[], '{}'::bigint[], '{}'::text[], '{}'::bigint[], '{}'::bigint[],
                                            '{}'::bigint[])
                """
            #expect(await attempt(refund, as: "allocator", house) == nil)
            #expect(await attempt(refund, as: "registry", house) == denied)
            let terms = "SELECT registry.set_partner_terms(now(), 'a', 'p1', '{\"credit_limit_sun\": 5}')"
            #expect(await attempt(terms, as: "registry", house) == nil)
            #expect(await attempt(terms, as: "allocator", house) == denied)
        }
    }

    @Test func theOwnerCannotPostWhatDoesNotBalance() async throws {
        try await filled { house in
            let entry = "INSERT INTO ledger.entry (entry_id, key, kind, at) VALUES (999999, 'x', 'credit', now());"
            try await house.client.execute(SQL(trusted: entry))
            for (values, state) in [
                ("(999999, 1, 5)", SQLState.checkViolation), ("(999999, 1, 5), (999999, 2, -4)", .checkViolation),
                ("(999998, 1, 5), (999998, 2, -5)", .foreignKeyViolation),
                ("(999999, 1, 5), (999999, 4711, -5)", .foreignKeyViolation),
            ] {
                #expect(await attempt("INSERT INTO ledger.posting VALUES \(values)", as: nil, house) == state)
            }
            #expect(
                await attempt("UPDATE ledger.balance SET balance_sun = -1 WHERE credit_limit_sun = 0", as: nil, house)
                    == .checkViolation
            )
        }
    }

    @Test func theAuditFindsWhatWasTamperedWith() async throws {
        try await filled { house in
            #expect(try await house.findings().isEmpty)
            // A superuser who switches the triggers off.
            _ = try await house.database.sql(
                """
                SET session_replication_role = replica;
                UPDATE ledger.posting SET amount_sun = amount_sun + 1 WHERE amount_sun = 1000;
                """
            )
            let findings = try await house.findings()
            #expect(findings.contains { $0.hasPrefix("entry ") && $0.hasSuffix("sums to 1") })
            #expect(findings.contains { $0.hasPrefix("account prepaid:p1 shows 1000, its postings sum to 1001") })
            _ = try await house.database.sql(
                "UPDATE ledger.balance SET credit_limit_sun = 5 WHERE credit_limit_sun = 0"
            )
            #expect(try await house.findings().contains { $0.contains("credit limit of 0 by its terms and of 5") })
            // An entry that no statement would show.
            _ = try await house.database.sql(
                """
                SET session_replication_role = replica;
                UPDATE ledger.entry SET partner_id = NULL WHERE kind = 'charge';
                """
            )
            #expect(
                try await house.findings().contains { $0.contains("moves prepaid:p1") && $0.hasSuffix("is nobody's") }
            )
        }
    }
}
