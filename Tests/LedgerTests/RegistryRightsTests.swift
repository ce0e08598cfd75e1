internal import Models
internal import Storage
internal import Testing

/// The registry is changed by functions that leave an entry in the audit log, and in no other way.
@Suite struct RegistryRightsTests {
    private static let denied = SQLState(rawValue: "42501")
    private static let changes = [
        "registry.add_partner(now(), 'me', 'p9', 'P', '{u}')", "registry.pause_partner(now(), 'me', 'p9', true)",
        "registry.add_hot_wallet(now(), 'me', decode(repeat('41', 21), 'hex'), 'p9', 'hot')",
        "registry.add_pool(now(), 'me', 'pool-9', decode(repeat('41', 21), 'hex'), 2, NULL)",
        "registry.add_supplier(now(), 'me', 'tronzap', 'tronzap', NULL, '{}')",
        "registry.add_supplier(now(), 'me', 'catfee', 'catfee', 1, '{}')",
        "registry.rank_supplier(now(), 'me', 'catfee', 2)",
        "registry.set_supplier_state(now(), 'me', 'catfee', 'disabled', NULL)",
        "registry.set_supplier_settings(now(), 'me', 'catfee', '{\"step\": 5}')",
        "registry.set_partner_terms(now(), 'me', 'p9', '{\"credit_limit_sun\": 5}')",
        "registry.set_house_terms(now(), 'me', '{\"fee_sun\": 5}')",
        "registry.set_partner_policy(now(), 'me', 'p9', '{\"block_limit\": 5}')",
        "registry.set_house_policy(now(), 'me', '{\"block_limit\": 5}')",
        "registry.credit(now(), 'me', 'k', 'p9', NULL, 5, 'deposits', 'n')",
        "registry.credit(now(), 'me', 'k', 'p9', NULL, 5, 'deposits', 'n')",
        "registry.credit(now(), 'me', 'l', 'p9', 'alice', 5, 'deposits', 'n')",
    ]

    /// Runs statements as a role in one transaction, which is committed.
    private func run(_ statements: [String], as role: String, _ house: House) async throws {
        try await house.client.withTransaction(retries: 0) { transaction in
            try await transaction.execute("SET LOCAL ROLE \(identifier: role)")
            for statement in statements { try await transaction.execute(SQL(trusted: statement)) }
        }
    }

    @Test func everyChangeByAFunctionStandsInTheAuditLog() async throws {
        try await House.with { house in
            for change in Self.changes { try await run(["SELECT * FROM \(change)"], as: "registry", house) }
            let log = try await house.client.query(
                "SELECT action || ' ' || subject FROM registry.audit_log WHERE actor = 'me' ORDER BY entry_id",
                as: String.self
            )
            // The deposit that came twice was booked once.
            #expect(
                log.filter { $0.contains("credit") } == ["partner.credit prepaid:p9", "user.credit user:p9:alice"]
            )
            #expect(log.count == Self.changes.count - 1)
            #expect(try await house.findings().isEmpty)
        }
    }

    @Test func noRoleChangesTheRegistryOtherwise() async throws {
        try await House.with(partners: ["p1"]) { house in
            let tables = try await house.client.query(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'registry'",
                as: String.self
            )
            #expect(tables.contains("partner_terms") && tables.contains("audit_log"))
            for role in ["registry", "allocator", "ledger", "prices"] {
                for table in tables {
                    let open = try await house.client.queryOne(
                        """
                        SELECT has_table_privilege(\(role), 'registry.' || \(table)::text,
                                                   'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                        """,
                        as: Bool.self
                    )
                    #expect(open == false, "\(role) may change \(table)")
                }
                guard role != "registry" else { continue }
                for change in Self.changes {
                    let error = await #expect(throws: PostgresError.self) {
                        try await run(["SELECT * FROM \(change)"], as: role, house)
                    }
                    #expect(error?.sqlState == Self.denied, "\(role): \(change)")
                }
            }
            // Deposits and limits without an entry of the log are not the registry's to make.
            for call in [
                "ledger.credit(now(), 'k', 'p1', NULL, 5, 'deposits', 'me', 'n')", "ledger.set_credit_limit('p1', 5)",
            ] {
                let error = await #expect(throws: PostgresError.self) {
                    try await run(["SELECT * FROM \(call)"], as: "registry", house)
                }
                #expect(error?.sqlState == Self.denied)
            }
        }
    }

    @Test func functionsThatRunAsTheOwnerSearchNoSchemaOfOthers() async throws {
        try await House.with { house in
            let loose = try await house.client.query(
                """
                SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                 WHERE n.nspname IN ('registry', 'ledger') AND p.prosecdef
                   AND NOT coalesce(p.proconfig, '{}') @> ARRAY['search_path=pg_catalog, pg_temp']
                """,
                as: String.self
            )
            #expect(loose.isEmpty)
            // What is added later is nobody's until it is granted; a second round of grants changes nothing of that.
            try await house.client.execute(
                "CREATE FUNCTION ledger.later() RETURNS integer LANGUAGE sql RETURN 1"
            )
            try await house.grant()
            for role in ["registry", "allocator", "ledger", "prices"] {
                let open = try await house.client.queryOne(
                    "SELECT has_function_privilege(\(role), 'ledger.later()', 'EXECUTE')",
                    as: Bool.self
                )
                #expect(open == false)
            }
        }
    }
}
