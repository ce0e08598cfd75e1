internal import Models
internal import Planning
internal import Storage
internal import TestSupport
internal import Testing
internal import Webhooks

@testable import BusbarCLI

/// With the rights of the registry's role alone; the test stores what the notifier would.
@Suite struct DeliveryTests {
    private let box: SecretBox

    init() throws { box = try SecretBox(keys: SecretBox.generateKey()) }

    private func withHouse(_ body: (House) async throws -> Void) async throws {
        try await House.with { house in
            try await house.actAsRegistry()
            for name in ["main", "ops"] { try await house.addWebhook(name, box) }
            try await house.sqlOfOwner(
                "SELECT notifier.keep_partitions(t, now(), now() - interval '30 d') FROM unnest(ARRAY['event', 'finished', 'attempt']) t"
            )
            try await body(house)
        }
    }

    @Test func deliveriesAreFoundByWhatPeopleKnowOfThem() async throws {
        try await withHouse { house in
            try await house.play(["e1"], to: "main", "delivered", secondsAgo: 300_000)
            try await house.play(["e2"], to: "main", "dead", type: "withdrawal.failed", secondsAgo: 7200)
            try await house.play(["e3"], to: "ops", "cancelled", type: "alert.raised", secondsAgo: 3600)
            try await house.play(["e4"], to: "main", "pending", secondsAgo: 60)
            try await house.play(["e5"], to: "ops", "delivered", secondsAgo: 30)
            let now = house.operations.clock.now()
            try await house.operations.withPostgres { client in
                func events(_ limit: Int = 20, _ change: (inout DeliveryFilter) -> Void) async throws -> [String] {
                    var filter = DeliveryFilter()
                    change(&filter)
                    return try await DeliveryView.newest(limit, filter, in: client).map(\.event)
                }
                #expect(try await events { _ in } == ["e5", "e4", "e3", "e2", "e1"])
                #expect(try await events(2) { _ in } == ["e5", "e4"])
                #expect(try await events { $0.endpoint = "main" } == ["e4", "e2", "e1"])
                #expect(try await events { $0.states = [.dead, .cancelled] } == ["e3", "e2"])
                #expect(try await events { $0.states = [.pending] } == ["e4"])
                #expect(try await events { $0.type = EventPattern("withdrawal.*") } == ["e5", "e4", "e2", "e1"])
                #expect(try await events { $0.type = EventPattern("alert.#") } == ["e3"])
                #expect(try await events { $0.event = "e2" } == ["e2"])
                #expect(try await events { $0.partner = PartnerID("p42") } == [])
                #expect(
                    try await events {
                        $0.since = now - .seconds(8000)
                        $0.until = now - .seconds(600)
                    } == ["e3", "e2"]
                )
                let lines = DeliveriesList.table(
                    try await DeliveryView.newest(20, DeliveryFilter(), in: client),
                    at: now
                )
                .lines()
                #expect(lines[2].contains("p42:e4") && lines[2].contains("next in 4 min"))
                #expect(lines[4].contains("dead") && lines[4].contains("status 500"))
            }
        }
    }

    @Test func aDeliveryShowsEachAttemptAndItsEvent() async throws {
        try await withHouse { house in
            try await house.play(["e1", "e2"], to: "main", "dead")
            try await house.sqlOfOwner("DELETE FROM notifier.event WHERE event_id = 'e2'")
            let now = house.operations.clock.now()
            try await house.operations.withPostgres { client in
                let all = try await DeliveryView.newest(2, DeliveryFilter(), in: client)
                let (kept, lost) = (
                    try #require(all.first { $0.event == "e1" }), try #require(all.first { $0.event == "e2" })
                )
                let name = try DeliveryID(String(kept.id.description.prefix(18)))
                let found = try await DeliveryView.within([name.range], in: client)
                #expect(try DeliveryID.resolve([name], among: found).map(\.id) == [kept.id])
                func lines(_ delivery: DeliveryView.Delivery) async throws -> String {
                    let report = DeliveriesShow.Report(
                        delivery: delivery,
                        attempts: try await DeliveryView.attempts(of: [delivery.id], in: client)[delivery.id] ?? [],
                        event: try await DeliveryView.event(of: delivery.id, in: client)
                    )
                    return DeliveriesShow.lines(report, at: now, Console()).joined(separator: "\n")
                }
                let text = try await lines(kept)
                #expect(text.contains("withdrawal.ready.v1  to main, webhook of operations"))
                #expect(text.contains("203.0.113.7") && text.contains(#""of" : "e1""#))
                #expect(text.contains(#"it \u{1b}[31mbroke"#) && !text.contains("\u{1B}["))
                let other = try await lines(lost)
                #expect(other.contains("the event e2 is no longer kept"))
                let missing = try DeliveryID("00000000-0000-0000-0000-000000000000")
                #expect(throws: OperationError.self) { _ = try DeliveryID.resolve([missing], among: []) }
            }
        }
    }

    @Test func whatFailedIsDeliveredAgainAndNothingElse() async throws {
        try await withHouse { house in
            try await house.play((1...25).map { "dead\($0)" }, to: "main", "dead", secondsAgo: 3600)
            try await house.play(["gone"], to: "main", "cancelled", secondsAgo: 100)
            try await house.play(["good"], to: "main", "delivered")
            try await house.play(["old"], to: "main", "dead", secondsAgo: 86_000)
            try await house.play(["other"], to: "ops", "dead")
            try await house.play(["open"], to: "main", "pending")
            try await house.play(["lost"], to: "main", "dead")
            try await house.sqlOfOwner("DELETE FROM notifier.event WHERE event_id = 'lost'")
            var filter = DeliveryFilter(states: [.dead, .cancelled], endpoint: "main")
            filter.since = house.operations.clock.now() - .seconds(7200)
            filter.until = house.operations.clock.now()
            let replay = Replay(operations: house.operations, filter: filter, chunk: 10)
            try await house.operations.withPostgres { client in
                let shares = try await ReplayStore.shares(replay.filter, in: client)
                #expect(shares.map(\.endpoint) == ["main"] && shares[0].deliveries == 27 && shares[0].forgotten == 1)
                #expect(shares[0].possible == 26)
                #expect(try await replay.run(in: client) == 26)
                #expect(try await replay.run(in: client) == 0)
            }
            let places = try await house.places()
            #expect(places.count == 31)
            let ended = places.filter { $0.hasSuffix("finished") }
            #expect(ended == ["good finished", "lost finished", "old finished", "other finished"])
            let rows = try await house.sqlOfOwner(
                "SELECT DISTINCT origin, tries, attempts FROM notifier.pending WHERE event_id <> 'open'"
            )
            #expect(rows.contains("replay|0|1"))
            let log = try await house.sqlOfOwner(
                "SELECT sum((detail->>'count')::int) FROM registry.audit_log WHERE action = 'deliveries.replay'"
            )
            #expect(log.contains("26"))
        }
    }

    private struct CutOff: Error {}

    @Test func aReplayThatIsCutOffLosesAndDoublesNothing() async throws {
        try await withHouse { house in
            let names = (1...57).map { "e\($0)" }
            try await house.play(names, to: "main", "dead", secondsAgo: 3600)
            var filter = DeliveryFilter(states: [.dead, .cancelled])
            filter.until = house.operations.clock.now()
            let replay = Replay(operations: house.operations, filter: filter, chunk: 10)
            // Cut off by us after two transactions.
            await #expect(throws: CutOff.self) {
                try await house.operations.withPostgres { client in
                    _ = try await replay.run(in: client) { if $0 == 20 { throw CutOff() } }
                }
            }
            #expect(try await house.places().filter { $0.hasSuffix("open") }.count == 20)
            // Cut off by the database in the middle of the second transaction.
            try await house.sqlOfOwner(
                """
                CREATE FUNCTION notifier.fail() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF (SELECT count(*) FROM notifier.pending) >= 35 THEN RAISE EXCEPTION 'out of order'; END IF;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER fail BEFORE INSERT ON notifier.pending FOR EACH ROW EXECUTE FUNCTION notifier.fail()
                """
            )
            await #expect(throws: PostgresError.self) {
                try await house.operations.withPostgres { _ = try await replay.run(in: $0) }
            }
            #expect(try await house.places().filter { $0.hasSuffix("open") }.count == 30)
            try await house.sqlOfOwner("DROP TRIGGER fail ON notifier.pending")
            // Two at once do the rest.
            let (one, other) = try await house.operations.withPostgres { client in
                async let one = replay.run(in: client)
                async let other = replay.run(in: client)
                return try await (one, other)
            }
            #expect(one + other == 27)
            #expect(try await house.places() == names.sorted().map { "\($0) open" })
        }
    }

    @Test func disabledEndpointsAreLeftOutUntilTheyAreEnabled() async throws {
        try await withHouse { house in
            try await house.play(["e1"], to: "main", "dead")
            try await house.play(["e2"], to: "ops", "dead")
            var filter = DeliveryFilter(states: [.dead])
            filter.until = house.operations.clock.now()
            let replay = Replay(operations: house.operations, filter: filter)
            try await house.operations.withEndpoints { store, client in
                _ = try await store.setEnabled("main", false, reason: "gone")
                let shares = try await ReplayStore.shares(replay.filter, in: client)
                #expect(shares.map(\.possible) == [0, 1] && shares[0].state == "disabled")
                let all = try await DeliveryView.newest(5, replay.filter, in: client)
                let obstacles = try await ReplayStore.obstacles(to: all.map(\.id), in: client)
                #expect(Array(obstacles.values) == ["its endpoint is disabled"])
                #expect(try await ReplayStore.replay(all.map(\.id), by: house.operations, in: client) == 1)
                #expect(try await replay.run(in: client) == 0)
                _ = try await store.setEnabled("main", true)
                #expect(try await replay.run(in: client) == 1)
            }
            #expect(try await house.places() == ["e1 open", "e2 open"])
        }
    }

    @Test func whatWasDeliveredIsDeliveredOnceMoreAndNotTwice() async throws {
        try await withHouse { house in
            try await house.play(["e1", "e2", "e3"], to: "main", "delivered", secondsAgo: 600)
            var filter = DeliveryFilter(states: [.delivered, .dead, .cancelled], endpoint: "main")
            filter.until = house.operations.clock.now()
            let replay = Replay(operations: house.operations, filter: filter, chunk: 1)
            try await house.operations.withPostgres { client in
                // The notifier, by a clock that is behind, ends each at once: within the time that is replayed.
                try await house.sqlOfOwner(
                    """
                    CREATE FUNCTION notifier.again() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        INSERT INTO notifier.finished (delivery_id, finished_at, endpoint_id, event_id, event_stored_at,
                                                       created_at, attempts, outcome)
                        VALUES (NEW.delivery_id, now() - interval '5 min', NEW.endpoint_id, NEW.event_id,
                                NEW.event_stored_at, NEW.created_at, NEW.attempts + 1, 'delivered');
                        DELETE FROM notifier.pending WHERE delivery_id = NEW.delivery_id;
                        RETURN NULL;
                    END $$;
                    CREATE TRIGGER again AFTER INSERT ON notifier.pending FOR EACH ROW EXECUTE FUNCTION notifier.again()
                    """
                )
                #expect(try await replay.run(in: client) == 3)
            }
            let attempts = try await house.sqlOfOwner("SELECT DISTINCT attempts FROM notifier.finished")
            #expect(attempts.contains("2") && !attempts.contains("3"))
        }
    }
}
