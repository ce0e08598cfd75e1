import AsyncHTTPClient
import Foundation
import Messaging
import Models
import NIOCore
import NIOHTTP1
import Storage
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import ServiceKit

@Suite struct RunningServiceTests {
    private func get(_ service: ServiceHost, _ path: String) async throws -> (Int, String) {
        let port = try #require(service.adminPort)
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: "http://127.0.0.1:\(port)/\(path)"),
            timeout: .seconds(5)
        )
        let body = try await response.body.collect(upTo: 1 << 20)
        return (Int(response.status.code), String(buffer: body))
    }

    @Test func theAdminPortTellsHowItStands() async throws {
        try await withGround { ground in
            try await ground.running { service in
                service.consume("kit.work", Ground.effects)
            } while: { service in
                try await eventually("the port is open") { service.adminPort != nil }
                try await eventually("ready") { try await get(service, "readyz").0 == 200 }
                #expect(try await get(service, "livez") == (200, "{\"status\":\"alive\",\"checks\":[]}\n"))
                #expect(try await get(service, "readyz").1.contains(#""name":"database","ok":true"#))
                #expect(try await get(service, "metrics").1.contains("busbar_database_connections{state=\"open\"}"))
                #expect(try await get(service, "nothing").0 == 404)
            }
        }
    }

    @Test func aMissingDatabaseIsNoReasonToEndButToBeUnready() async throws {
        try await withBrokerOnly { ground in
            try await ground.running(["BUSBAR_DATABASE_HOSTS": "127.0.0.1:1"]) { service in
                service.consume("kit.work", Ground.effects)
            } while: { service in
                try await eventually("the port is open") { service.adminPort != nil }
                let (code, body) = try await get(service, "readyz")
                #expect(code == 503)
                #expect(body.contains(#""name":"started","ok":false"#))
                #expect(body.contains(#""name":"database","ok":false,"detail":"no answer yet"#))
                #expect(try await get(service, "livez").0 == 200)
            }
        }
    }

    @Test func aSchemaThatDoesNotFitIsRefused() async throws {
        try await withGround { ground in
            let old = try ground.host()
            try await old.postgres.execute("DELETE FROM busbar.migration WHERE name = '0001_effects'")
            #expect(await old.runToExit(signals: false) == .configuration)
            let new = try ground.host()
            try await new.postgres.execute(
                """
                INSERT INTO busbar.migration (schema_name, position, name, checksum)
                SELECT 'kit', n, 'n' || n, '' FROM generate_series(1, 5) AS n
                """
            )
            #expect(await new.runToExit(signals: false) == .configuration)
        }
    }

    @Test func aPortThatIsTakenIsUnavailable() async throws {
        try await withGround { ground in
            try await ground.running { _ in
            } while: { service in
                try await eventually("the port is open") { service.adminPort != nil }
                let port = try #require(service.adminPort)
                let second = try ground.host(["BUSBAR_ADMIN_PORT": "\(port)"])
                #expect(await second.runToExit(signals: false) == .unavailable)
            }
        }
    }

    @Test func loopsTurnAgainAfterErrorsAndWhenTheyAreRung() async throws {
        try await withGround { ground in
            let turns = Seen<ContinuousClock.Instant>()
            let wakeUp = WakeUp()
            try await ground.running { service in
                service.loop("test", every: .seconds(600), wakeUp: wakeUp) {
                    turns.add(.now)
                    if turns.all.count == 1 { throw Unexpected("first") }
                }
            } while: { service in
                try await eventually("tried again after the error") { turns.all.count == 2 }
                wakeUp.ring()
                try await eventually("rung") { turns.all.count == 3 }
                #expect(service.metrics.exposition().contains("busbar_loop_failures_total{loop=\"test\"} 1\n"))
            }
        }
    }

    @Test func oneReplicaLeadsAndTheOtherTakesOver() async throws {
        try await withGround { ground in
            let terms = Seen<String>()
            let leading = Mutex(0)
            let most = Mutex(0)
            @Sendable func lead(_ name: String) -> @Sendable () async throws -> Void {
                {
                    terms.add(name)
                    let now = leading.withLock { count in
                        count += 1
                        return count
                    }
                    most.withLock { $0 = max($0, now) }
                    defer { leading.withLock { $0 -= 1 } }
                    try await Task.sleep(for: .seconds(600))
                }
            }
            let second = try ground.host { $0.leader("test", lead("second")) }
            let code = try await ground.running { service in
                service.leader("test", lead("first"))
            } while: { service in
                try await eventually("the first leads") { terms.all == ["first"] }
                let running = Task { await second.runToExit(signals: false) }
                try await eventually("the second is started") { second.gate.isOpen }
                try await Task.sleep(for: .milliseconds(500))
                #expect(terms.all == ["first"])
                #expect(most.withLock { $0 } == 1)
                // Loses its session: the lock is free, and someone leads again. Other tests lead in databases of theirs.
                try await service.postgres.execute(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """
                )
                try await eventually("someone leads again") { terms.all.count >= 2 }
                return running
            }
            try await eventually("the second leads at last") { terms.all.last == "second" }
            await second.stop()
            #expect(await code.value == .ok)
            // Who has lost the session may lead a moment longer than the lock is his: what he does is fenced.
            #expect(leading.withLock { $0 } == 0)
        }
    }

    @Test func whatIsInHandIsFinishedAndNothingIsDeliveredAgain() async throws {
        try await withGround { ground in
            let begun = Seen<Int>()
            let host = try ground.host { service in
                service.consume("kit.work", prefetch: 20, batch: 10, inbox: true) { deliveries, work in
                    begun.add(deliveries.count)
                    try await Task.sleep(for: .milliseconds(300))
                    return try await Ground.effects(deliveries, work)
                }
            }
            let running = Task { await host.runToExit(signals: false) }
            try await eventually("started") { host.gate.isOpen }
            try await host.messaging.publish((1...100).map { Ground.work($0) })
            try await eventually("at work") { begun.all.count >= 2 }
            let begin = ContinuousClock.now
            await host.stop()
            #expect(await running.value == .ok)
            #expect(ContinuousClock.now - begin < .patient(.seconds(5)))
            let done = try await ground.effects()
            #expect(done.count == begun.all.reduce(0, +))
            // The rest is handled by another, and no row comes twice.
            try await ground.running {
                $0.consume("kit.work", inbox: true, Ground.effects)
            } while: { service in
                try await eventually("all handled") { try await service.effects().count == 100 }
                try await Task.sleep(for: .milliseconds(200))
                #expect(try await service.effects() == (1...100).map(Int64.init))
            }
        }
    }
}
