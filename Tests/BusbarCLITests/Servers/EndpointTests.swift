internal import ArgumentParser
internal import Models
internal import Planning
internal import Storage
internal import TestSupport
internal import Testing
internal import Webhooks

@testable import BusbarCLI

/// With the rights of the registry's role alone.
@Suite struct EndpointTests {
    private let box: SecretBox
    private let p42: PartnerID

    init() throws {
        box = try SecretBox(keys: SecretBox.generateKey())
        p42 = try #require(PartnerID("p42"))
    }

    private func withHouse(_ body: (House) async throws -> Void) async throws {
        let partner = p42
        try await House.with { house in
            try await house.actAsRegistry()
            try await house.operations.withRegistry { registry, _ in
                try await registry.addPartner(partner, name: "Exchange 42", brokerUsers: [])
            }
            try await body(house)
        }
    }

    @Test func anEndpointIsKeptWithoutItsSecretsInSight() async throws {
        try await withHouse { house in
            let secret = try await house.addWebhook("p42-main", box, partner: p42, events: "withdrawal.*,batch.*")
            let (endpoint, kept) = try await house.operations.withEndpoints { store, client in
                (try await EndpointView.all(in: client), try await store.sealed("p42-main"))
            }
            #expect(endpoint.map(\.name) == ["p42-main"] && endpoint[0].partner == p42)
            #expect(endpoint[0].target == "https://hooks.example.com/p42-main" && endpoint[0].isActive)
            #expect(endpoint[0].rules.map(EndpointRules.text) == ["withdrawal.* batch.*"])
            #expect(endpoint[0].ratePerMinute == 6000 && endpoint[0].inFlight == 8 && endpoint[0].language == "ko")
            let sealed = try #require(kept)
            let opened = try EndpointSecrets(opening: sealed.sealed, with: box, for: sealed.id)
            #expect(opened.url == "https://hooks.example.com/p42-main?token=hidden")
            #expect(opened.signing(at: house.operations.clock.now()) == [secret])
            #expect(opened.headers.map(\.value) == ["Bearer hidden"])
            let all = try await house.sqlOfOwner(
                "SELECT e::text FROM notifier.endpoint e UNION ALL SELECT a::text FROM registry.audit_log a"
            )
            #expect(all.contains("endpoint.add") && !all.contains("hidden"))
            let shard = try await house.sqlOfOwner("SELECT shard FROM notifier.endpoint")
            #expect(shard.contains("\(sealed.id.low & 31)"))
        }
    }

    @Test func whatCannotBeRegisteredIsSaidInWordsOfPeople() async throws {
        try await withHouse { house in
            try await house.addWebhook("ops", box)
            let twice = await #expect(throws: OperationError.self) { try await house.addWebhook("ops", box) }
            #expect(twice?.message.contains("of this name already") == true)
            let nobody = try #require(PartnerID("nobody"))
            let stranger = await #expect(throws: OperationError.self) {
                try await house.addWebhook("other", box, partner: nobody)
            }
            #expect(stranger?.hint?.contains("busbar partner list") == true)
            // Tables are not for this role; an attempt at one is refused.
            let raw = await #expect(throws: OperationError.self) {
                try await house.operations.withPostgres { try await $0.execute("DELETE FROM notifier.endpoint") }
            }
            #expect(raw?.message.contains("may not do this") == true)
        }
    }

    @Test func aRotatedSecretSignsBesideTheOldOneForAWhile() async throws {
        try await withHouse { house in
            let old = try await house.addWebhook("p42-main", box, partner: p42)
            func rotate(_ change: EndpointRotation.Change) async throws -> WebhookSecret? {
                try await house.operations.withEndpoints { store, _ in
                    try await EndpointRotation(name: "p42-main", change: change).run(in: store, box: box)
                }
            }
            func secrets() async throws -> EndpointSecrets {
                try await house.operations.withEndpoints { store, _ in
                    let kept = try #require(try await store.sealed("p42-main"))
                    return try EndpointSecrets(opening: kept.sealed, with: box, for: kept.id)
                }
            }
            let now = house.operations.clock.now()
            let new = try #require(try await rotate(.signingSecret(keepingOldFor: .seconds(3600))))
            #expect(try await secrets().signing(at: now + .seconds(60)) == [new, old])
            #expect(try await secrets().signing(at: now + .seconds(3700)) == [new])
            let shown = try await house.operations.withEndpoints { store, _ in
                try await EndpointsShow.sealed("p42-main", store, box, at: now + .seconds(60))
            }
            #expect(
                shown?.signingUntil.count == 2 && shown?.signingUntil[0] == nil && shown?.headers == ["Authorization"]
            )
            let last = try #require(try await rotate(.signingSecret(keepingOldFor: .zero)))
            #expect(try await secrets().signing(at: now + .seconds(60)) == [last])
            #expect(try await rotate(.headers([])) == nil)
            let bare = try await secrets()
            #expect(bare.headers.isEmpty && bare.signing(at: now) == [last])
            let log = try await house.sqlOfOwner(
                "SELECT string_agg(action, ' ' ORDER BY entry_id) FROM registry.audit_log WHERE subject = 'p42-main'"
            )
            #expect(log.contains("endpoint.add endpoint.rotate endpoint.rotate endpoint.headers"))
            let other = try SecretBox(keys: SecretBox.generateKey())
            let wrongKey = await #expect(throws: OperationError.self) {
                try await house.operations.withEndpoints { store, _ in
                    _ = try await EndpointRotation(name: "p42-main", change: .headers([])).run(in: store, box: other)
                }
            }
            #expect(wrongKey?.hint?.contains("BUSBAR_NOTIFIER_SECRETS_KEY") == true)
        }
    }

    @Test func rotationsAtTheSameMomentUndoNoneOfEachOther() async throws {
        try await withHouse { house in
            try await house.addWebhook("p42-main", box, partner: p42)
            let rotation = EndpointRotation(name: "p42-main", change: .signingSecret(keepingOldFor: .seconds(3600)))
            let (made, kept) = try await house.operations.withEndpoints { store, _ in
                let made = try await withThrowingTaskGroup(of: WebhookSecret?.self) { group in
                    for _ in 0..<3 { group.addTask { try await rotation.run(in: store, box: box) } }
                    return try await group.reduce(into: Set<WebhookSecret>()) { if let new = $1 { $0.insert(new) } }
                }
                let kept = try #require(try await store.sealed("p42-main"))
                return (made, try EndpointSecrets(opening: kept.sealed, with: box, for: kept.id))
            }
            #expect(made.count == 3)
            #expect(made.isSubset(of: kept.signing(at: house.operations.clock.now())))
        }
    }

    @Test func aChatKeepsItsHostAndGetsAnotherAddress() async throws {
        try await withHouse { house in
            let policy = AddressPolicy()
            let (first, second, third) = (
                try TargetURL("https://hooks.slack.com/services/a", policy: policy),
                try TargetURL("https://hooks.slack.com/services/b", policy: policy),
                try TargetURL("https://hooks.slack.com.example/services/b", policy: policy)
            )
            try await house.operations.withEndpoints { store, _ in
                let rules = [RoutingRule(events: EndpointRules.events(for: .slack, of: nil))]
                let endpoint = EndpointStore.NewEndpoint(name: "ops", destination: .slack(first), rules: rules)
                let id = try await store.add(endpoint, sealingWith: box)
                _ = try await EndpointRotation(name: "ops", change: .address(second)).run(in: store, box: box)
                let kept = try #require(try await store.sealed("ops"))
                #expect(kept.id == id)
                #expect(try EndpointSecrets(opening: kept.sealed, with: box, for: id).url == second.text)
                let error = await #expect(throws: OperationError.self) {
                    _ = try await EndpointRotation(name: "ops", change: .address(third)).run(in: store, box: box)
                }
                #expect(error?.message.contains("another host") == true)
                let unknown = await #expect(throws: OperationError.self) {
                    _ = try await EndpointRotation(name: "none", change: .address(third)).run(in: store, box: box)
                }
                #expect(unknown?.message == "there is no endpoint none")
            }
        }
    }

    @Test func afterResealingTheOldKeyIsNotNeeded() async throws {
        try await withHouse { house in
            for name in ["a", "b", "c"] { try await house.addWebhook(name, box) }
            let newKey = SecretBox.generateKey()
            // Sealed with another key at first, which stands behind the new one.
            let oldKey = SecretBox.generateKey()
            let (both, new) = (try SecretBox(keys: "\(newKey),\(oldKey)"), try SecretBox(keys: newKey))
            let lost = await #expect(throws: OperationError.self) {
                try await house.operations.withEndpoints { store, _ in
                    _ = try await EndpointRotation.resealAll(in: store, box: both)
                }
            }
            #expect(lost?.message.contains("endpoint a cannot be opened") == true)
            try await house.sqlOfOwner("DELETE FROM notifier.endpoint")
            let old = try SecretBox(keys: oldKey)
            for name in ["a", "b", "c"] { try await house.addWebhook(name, old) }
            try await house.operations.withEndpoints { store, _ in
                let (count, left) = try await EndpointRotation.resealAll(in: store, box: both)
                #expect(count == 3 && left.isEmpty)
                let first = try await store.allSealed()
                for kept in first {
                    let opened = try EndpointSecrets(opening: kept.sealed, with: new, for: kept.id)
                    #expect(opened.url?.contains("/\(kept.name)?") == true)
                }
                // One that changed meanwhile stays, and is named.
                let changes = try first.enumerated().map { index, kept in
                    (name: kept.name, before: index == 1 ? [0] : kept.sealed, sealed: try new.seal([1], for: "x"))
                }
                #expect(try await store.reseal(changes, as: "reseal") == ["b"])
            }
        }
    }

    @Test func rulesAreChangedOnlyAsTheyWereSeen() async throws {
        try await withHouse { house in
            try await house.addWebhook("ops", box, events: "alert.#")
            try await house.operations.withEndpoints { store, client in
                func rules() async throws -> [String] {
                    try await EndpointView.named("ops", in: client)?.rules.map(EndpointRules.text) ?? []
                }
                func change(_ arguments: [String]) async throws -> Bool {
                    let command = try EndpointsRules.parse(["ops"] + arguments)
                    let endpoint = try #require(try await EndpointView.named("ops", in: client))
                    let changed = try #require(try command.changed(endpoint))
                    return try await store.setRules("ops", changed, ifStill: endpoint.rules)
                }
                #expect(try await change(["--add", "--events", "supplier.*"]))
                #expect(try await change(["--add", "--events", "alert.raised", "--severity", "critical"]))
                #expect(try await rules() == ["alert.#", "supplier.*", "alert.raised, from critical"])
                #expect(try await change(["--remove", "2"]))
                #expect(try await rules() == ["alert.#", "alert.raised, from critical"])
                let stale = [RoutingRule(events: try EndpointParsing.events("#"))]
                #expect(try await !store.setRules("ops", stale, ifStill: stale))
                #expect(try await change(["--events", "batch.*,alert.#"]))
                #expect(try await rules() == ["batch.* alert.#"])
                for (arguments, what) in [(["--remove", "1"], "1 to 32 rules"), (["--remove", "2"], "no rule 2")] {
                    let error = await #expect(throws: OperationError.self) { _ = try await change(arguments) }
                    #expect(error?.message.contains(what) == true)
                }
            }
            // What another hand wrote is said, and can be replaced.
            try await house.sqlOfOwner(#"UPDATE notifier.endpoint SET rules = '[{"events":[]}]'"#)
            let endpoint = try await house.operations.withPostgres { try await EndpointView.named("ops", in: $0) }
            #expect(endpoint?.fault?.contains("events is empty") == true)
        }
    }

    @Test func aDisabledEndpointSaysWhy() async throws {
        try await withHouse { house in
            try await house.addWebhook("p42-main", box, partner: p42)
            try await house.addWebhook("ops", box)
            let now = house.operations.clock.now()
            let lines = try await house.operations.withEndpoints { store, client in
                #expect(try await store.setEnabled("p42-main", false, reason: "moves"))
                #expect(try await !store.setEnabled("none", false, reason: "moves"))
                try await house.sqlOfOwner(
                    """
                    INSERT INTO notifier.health (endpoint_id, failures, failing_since, last_failure_at, last_error)
                    SELECT endpoint_id, 7, now() - interval '2 h', now(), E'status 500 \\x07' FROM notifier.endpoint
                     WHERE name = 'ops'
                    """
                )
                return EndpointsList.table(try await EndpointView.all(in: client), at: now).lines()
            }
            #expect(lines.count == 3 && lines[1].hasPrefix("ops"))
            #expect(lines[1].contains(/active, failing for (1 h 59|2 h 00) min \(7\)/))
            #expect(lines[1].hasSuffix(#"status 500 \u{7}"#))
            #expect(lines[2].hasSuffix("disabled: moves"))
            try await house.operations.withEndpoints { store, client in
                for name in ["ops", "p42-main"] { #expect(try await store.setEnabled(name, true)) }
                let states = try await EndpointView.all(in: client).map { EndpointText.state(of: $0, at: now) }
                #expect(states == ["active", "active"])
            }
        }
    }
}
