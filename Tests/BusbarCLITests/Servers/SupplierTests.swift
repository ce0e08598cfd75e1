internal import ArgumentParser
internal import Models
internal import Planning
internal import Storage
internal import TestSupport
internal import Testing

@testable import BusbarCLI

@Suite struct SupplierTests {
    private func supplier(_ text: String) throws -> SupplierID { try #require(SupplierID(text)) }
    private func partner(_ text: String) throws -> PartnerID { try #require(PartnerID(text)) }

    @Test func suppliersAreAskedInAnOrderPeopleChange() async throws {
        try await House.with { house in
            let tronzap = try supplier("tronzap")
            let (tronnrg, catfee) = (try supplier("tronnrg"), try supplier("catfee"))
            try await house.operations.withRegistry { registry, postgres in
                let settings: [String: RegistryValue] = [
                    "base_url": .text("https://api.tronzap.com"), "api_token_env": .text("TRONZAP_TOKEN"),
                    "maximum_energy": .number(100_000), "sandbox": .flag(false),
                ]
                #expect(try await registry.addSupplier(tronzap, kind: tronzap, rank: nil, settings: settings) == 1)
                #expect(try await registry.addSupplier(tronnrg, kind: tronnrg, rank: nil, settings: [:]) == 2)
                #expect(try await registry.addSupplier(catfee, kind: catfee, rank: 1, settings: [:]) == 1)
                #expect(try await RegistryView.suppliers(in: postgres).map(\.id) == ["catfee", "tronzap", "tronnrg"])
                #expect(try await registry.rankSupplier(catfee, 99) == 1)
                #expect(try await registry.rankSupplier(try supplier("nobody"), 1) == nil)
                let until = try #require(Timestamp("2026-11-22T06:00:00Z"))
                #expect(try await registry.setSupplier(tronnrg, state: "maintenance", until: until))
                #expect(try await registry.setSupplier(catfee, state: "disabled"))
                #expect(
                    try await registry.setSupplier(tronzap, settings: ["sandbox": .nothing, "step": .number(1000)])
                )
                let all = try await RegistryView.suppliers(in: postgres)
                #expect(all.map(\.id) == ["tronzap", "tronnrg", "catfee"])
                #expect(all.map(\.rank) == [1, 2, 3])
                #expect(all.map(\.state) == ["active", "maintenance", "disabled"])
                #expect(all[0].settings["sandbox"] == nil && all[0].settings["step"] == .number(1000))
                #expect(all[0].settings["api_token_env"] == .text("TRONZAP_TOKEN"))
                #expect(all[1].maintenanceUntil == until)
                let lines = SupplierList.lines(try await SupplierView.suppliers(at: until, in: postgres))
                // Maintenance that is over counts no more.
                #expect(lines[2].contains("not asked yet") && lines[3].hasSuffix("disabled"))
                #expect(lines.last?.contains("catfee") == true)
            }
            let log = try await house.database.sql(
                "SELECT string_agg(action, ' ' ORDER BY entry_id) FROM registry.audit_log WHERE subject <> 'house'"
            )
            #expect(
                log.contains(
                    "supplier.add supplier.add supplier.add supplier.rank supplier.maintenance supplier.disabled "
                        + "supplier.settings"
                )
            )
            // 1, and one for each of the seven changes.
            #expect(try await house.database.sql("SELECT revision FROM registry.v1_revision").contains("8"))
        }
    }

    @Test func ranksStayAPermutationUnderConcurrentEdits() async throws {
        try await House.with { house in
            let names = (1...6).map { "s\($0)" }
            let revision = try await house.operations.withRegistry { registry, postgres in
                // Additions and moves at once, each in a transaction of its own.
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for name in names {
                        let id = try supplier(name)
                        group.addTask { _ = try await registry.addSupplier(id, kind: id, rank: 1, settings: [:]) }
                    }
                    try await group.waitForAll()
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for round in 0..<60 {
                        let id = try supplier(names[round % names.count])
                        let rank = Int32(1 + (round * 7) % 8)
                        group.addTask {
                            let earlier = try await registry.rankSupplier(id, rank)
                            #expect(earlier != nil)
                            if round.isMultiple(of: 3) {
                                _ = try await registry.setSupplier(
                                    id,
                                    state: round.isMultiple(of: 2) ? "disabled" : "active"
                                )
                            }
                            let seen = try await RegistryView.suppliers(in: postgres).map(\.rank)
                            #expect(seen == [1, 2, 3, 4, 5, 6], "seen half-way: \(seen)")
                        }
                    }
                    try await group.waitForAll()
                }
                let all = try await RegistryView.suppliers(in: postgres)
                #expect(all.map(\.rank) == [1, 2, 3, 4, 5, 6])
                #expect(Set(all.map(\.id)) == Set(names))
                return try await postgres.queryOne("SELECT revision FROM registry.v1_revision", as: Int64.self)
            }
            // The first revision, and one for each change.
            let expected: Int64? = 1 + 6 + 60 + 20
            #expect(revision == expected)
        }
    }

    @Test func theDatabaseItselfRefusesGapsAndSecrets() async throws {
        try await House.with { house in
            let id = try supplier("tronzap")
            for settings: [String: RegistryValue] in [
                ["api_key": .text("abc")], ["base_url": .text("https://me:word@x.com")],
                ["api_token_env": .text("p w")],
                ["secret_file": .text("relative")],
            ] {
                let error = await #expect(throws: OperationError.self) {
                    try await house.operations.withRegistry { registry, _ in
                        _ = try await registry.addSupplier(id, kind: id, rank: nil, settings: settings)
                    }
                }
                #expect(error?.message.contains("hold a secret") == true)
                #expect(error?.message.contains("abc") == false)
            }
            try await house.operations.withRegistry { registry, postgres in
                _ = try await registry.addSupplier(id, kind: id, rank: nil, settings: [:])
                await #expect(throws: PostgresError.self) {
                    try await postgres.execute("UPDATE registry.supplier SET rank = 2")
                }
            }
        }
    }

    @Test func policiesHoldForTheHouseUntilAPartnerHasItsOwn() async throws {
        try await House.with { house in
            let p42 = try partner("p42")
            try await house.operations.withRegistry { registry, postgres in
                try await registry.addPartner(p42, name: "Exchange 42", brokerUsers: [])
                var command = try PartnerPolicySet.parse([
                    "p42", "--order", "cheapest", "--max-price", "60.5", "--reserve", "12.5", "--partner-fallback",
                    "yes",
                ])
                try await registry.setPolicy(of: p42, try command.changes())
                command = try PartnerPolicySet.parse(["--house", "--block-limit", "7", "--reserve", "30"])
                try await registry.setPolicy(of: nil, try command.changes())
                let all = try await RegistryView.policies(in: postgres)
                #expect(all.map(\.partner) == [nil, "p42"])
                #expect(all[0].policy.order == .priority && all[0].policy.reservePerMille == 300)
                #expect(all[1].policy.order == .cheapest && all[1].policy.reservePerMille == 125)
                #expect(all[1].policy.maximumPrice == SunPerEnergy("60.5"))
                #expect(all[1].policy.partnerFallback && all[1].policy.blockLimit == 7)
                #expect(PartnerPolicyShow.table(all).lines()[2].contains("12.5 %"))
                command = try PartnerPolicySet.parse(["p42", "--reserve", "house", "--max-price", "house"])
                try await registry.setPolicy(of: p42, try command.changes())
                let again = try await RegistryView.policies(in: postgres)[1].policy
                #expect(again.reservePerMille == 300 && again.maximumPrice == nil && again.order == .cheapest)
            }
            let nobody = try partner("nobody")
            let error = await #expect(throws: OperationError.self) {
                try await house.operations.withRegistry { registry, _ in
                    try await registry.setPolicy(of: nobody, ["source_order": .text("cheapest")])
                }
            }
            #expect(error?.message == "there is no such partner")
        }
    }

    @Test func rolesReadTheViewsAndNoMore() async throws {
        try await House.with { house in
            let answer = try await house.database.sql(
                """
                SELECT has_table_privilege('allocator', 'registry.v1_supplier', 'SELECT')
                       AND has_table_privilege('allocator', 'registry.v1_policy', 'SELECT')
                       AND has_table_privilege('allocator', 'registry.v1_house_policy', 'SELECT')
                       AND has_table_privilege('registry', 'allocator.v1_supplier_state', 'SELECT')
                       AND has_table_privilege('registry', 'allocator.v1_purchase', 'SELECT')
                       AND NOT has_table_privilege('registry', 'allocator.purchase', 'SELECT')
                       AND NOT has_table_privilege('allocator', 'registry.supplier', 'SELECT')
                       AND NOT has_table_privilege('registry', 'registry.supplier', 'UPDATE') AS is_right
                """
            )
            #expect(answer.contains("t"))
        }
    }
}
