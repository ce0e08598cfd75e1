internal import TestSupport
internal import Testing

@testable import BusbarCLI

@Suite struct AuditTests {
    @Test func anEmptyHouseIsClean() async throws {
        try await House.with { house in
            let report = try await Audit.run(variables: house.operations.variables)
            #expect(report.isClean)
            #expect(report.invariants.map(\.number) == [1, 2, 3, 4, 5, 6, 7])
            #expect(report.parked.isEmpty)
        }
    }

    @Test func violationsAreFoundUnderTheirInvariant() async throws {
        try await House.with { house in
            try await house.database.sql(
                """
                INSERT INTO allocator.outbox (id, exchange, routing_key, message_id, type, body, created_at)
                VALUES (gen_random_uuid(), 'busbar.events', 'x', 'm', 'x.v1', '', '2026-11-21T09:30:00Z')
                """,
                """
                INSERT INTO allocator.withdrawal (partner_id, withdrawal_id, state, sequence, fingerprint, from_address,
                    to_address, amount, urgency, received_at, updated_at)
                VALUES ('p42', 'w-1', 'received', 1, '', decode(repeat('41', 21), 'hex'), decode(repeat('41', 21), 'hex'),
                    1, 0, '2026-11-21T09:30:00Z', '2026-11-21T09:30:00Z')
                """,
                """
                INSERT INTO allocator.delegation (pool_id, wallet, stake_sun, block, observed_at)
                VALUES ('house-1', decode(repeat('41', 21), 'hex'), 1000000, 1, '2026-11-21T09:30:00Z')
                """
            )
            try await house.park(["a", "b"])
            let report = try await Audit.run(variables: house.operations.variables, patience: .milliseconds(200))
            func findings(_ number: Int) -> [String] {
                report.invariants.first { $0.number == number }?.findings ?? []
            }
            #expect(!report.isClean)
            #expect(findings(1) == ["p42:w-1 has 0 allocations"])
            #expect(findings(7).count == 1)
            // By the books alone, and compared with the chain.
            #expect(findings(6).contains { $0.contains("explained by no acquisition") })
            #expect(findings(6).contains { $0.contains("not registered") })
            #expect(findings(2).isEmpty && findings(3).isEmpty)
            #expect(report.parked.map(\.count) == [2])
        }
    }

    @Test func aHouseWithoutDatabaseSaysWhatToDo() async throws {
        let variables = [
            "BUSBAR_ENVIRONMENT": "local", "BUSBAR_DATABASE_HOSTS": "127.0.0.1:1", "BUSBAR_BROKER_HOSTS": "127.0.0.1:1",
        ]
        let error = await #expect(throws: OperationError.self) { try await Audit.run(variables: variables) }
        #expect(error?.hint?.contains("BUSBAR_DATABASE_") == true)
        let broker = await #expect(throws: OperationError.self) {
            try await Operations.withMessaging(variables: variables) { _ in }
        }
        #expect(broker?.hint?.contains("BUSBAR_BROKER_") == true)
    }
}
