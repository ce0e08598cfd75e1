import LocalStack
import Logging
import Messaging
import Models
import Storage
import Synchronization
import TestSupport
import Testing

@testable import ServiceKit

/// Serial, for each test starts servers of its own and measures time.
@Suite(.serialized) struct OutageTests {
    /// Sends numbered work until it is stopped; what the broker did not take is sent again.
    final class Load: Sendable {
        private let client: MessagingClient
        private let isStopped = StopFlag()
        private let sent = Mutex(0)

        init(_ ground: Ground) throws {
            let configuration = try ServiceConfiguration(service: "load", environment: ground.environment)
            client = MessagingClient(
                try configuration.messaging(connectionName: "load"),
                topology: Ground.topology,
                logger: .silent
            )
        }

        func run() async {
            await withTaskGroup { group in
                group.addTask { try? await self.client.run() }
                var next = 1
                while !isStopped.isSet, !Task.isCancelled {
                    let batch = (next..<next + 20).map { Ground.work($0) }
                    // Sent again until it is confirmed: a repeat has the same ids.
                    while (try? await client.publish(batch, timeout: .seconds(2)).allSatisfy(\.isConfirmed)) != true {
                        if Task.isCancelled { break }
                    }
                    next += 20
                    sent.withLock { $0 = next - 1 }
                    try? await Task.sleep(for: .milliseconds(20))
                }
                group.cancelAll()
            }
        }

        func stop() { isStopped.set() }
        var count: Int { sent.withLock { $0 } }
    }

    private func outage(
        _ name: String,
        _ cause: @escaping @Sendable (RabbitMQServer, PostgreSQLServer) async throws -> Void
    ) async throws {
        try await withOwnGround { ground, broker, server in
            let heard = Seen<Int>()
            let load = try Load(ground)
            let loading = Task { await load.run() }
            defer { loading.cancel() }
            try await ground.running { service in
                service.consume("kit.work", inbox: true, Ground.effects)
                service.hear(into: heard)
            } while: { service in
                try await eventually("under load") { heard.all.count >= 200 }
                try await cause(broker, server)
                let back = ContinuousClock.now
                let before = Set(heard.all).count
                try await eventually(within: .seconds(20), "works again") { Set(heard.all).count > before + 20 }
                let recovery = ContinuousClock.now - back
                print("\(name): works again after \(recovery)")
                #expect(recovery < .patient(.seconds(5)))
                try await Task.sleep(for: .seconds(1))
                load.stop()
                await loading.value
                let all = Array(1...load.count)
                try await eventually(within: .seconds(30), "all are handled") {
                    try await service.effects().count >= all.count
                }
                try await eventually(within: .seconds(30), "all are heard") { Set(heard.all).count >= all.count }
                #expect(try await service.effects() == all.map(Int64.init), "each exactly once")
                #expect(Set(heard.all) == Set(all), "each at least once")
                try await eventually("the outbox is empty") { try await service.unpublished() == 0 }
                try await eventually("ready") { service.health.readiness().isGood }
                print("\(name): \(all.count) messages, \(heard.all.count - all.count) events heard again")
            }
        }
    }

    @Test func aKilledDatabaseLosesNothingAndWorkGoesOnWithinFiveSeconds() async throws {
        try await outage("database killed") { _, server in
            await server.kill()
            try await Task.sleep(for: .seconds(2))
            try await server.restart()
        }
    }

    @Test func aKilledBrokerLosesNothingAndWorkGoesOnWithinFiveSeconds() async throws {
        try await outage("broker killed") { broker, _ in
            await broker.kill()
            try await Task.sleep(for: .seconds(2))
            try await broker.restart()
        }
    }

    @Test(arguments: [false, true])
    func withItsDependenciesGoneItStillStopsWithinTenSecondsAndLosesNothing(isFrozen: Bool) async throws {
        try await withOwnGround { ground, broker, server in
            let load = try Load(ground)
            let loading = Task { await load.run() }
            defer { loading.cancel() }
            let host = try ground.host { $0.consume("kit.work", prefetch: 50, inbox: true, Ground.effects) }
            let running = Task { await host.runToExit(signals: false) }
            try await eventually("under load") { load.count >= 100 && host.gate.isOpen }
            load.stop()
            await loading.value
            let sender = try ground.host()
            let sending = Task { await sender.runToExit(signals: false) }
            try await sender.messaging.publish((1...2000).map { Ground.work(10_000 + $0) })
            if isFrozen {
                await server.freeze()
                await broker.freeze()
            } else {
                await server.kill()
                await broker.kill()
            }
            await sender.stop()
            let begin = ContinuousClock.now
            await host.stop()
            let code = await running.value
            print("stopped after \(ContinuousClock.now - begin) with \(code)")
            #expect(code == .ok)
            #expect(ContinuousClock.now - begin < .patient(.seconds(10)))
            _ = await sending.value
            if isFrozen {
                await server.thaw()
                await broker.thaw()
            } else {
                try await server.restart()
                try await broker.restart()
            }
            try await ground.running {
                $0.consume("kit.work", inbox: true, Ground.effects)
            } while: { service in
                let all = Array(1...load.count) + Array(10_001...12_000)
                try await eventually(within: .seconds(40), "all are handled") {
                    try await service.effects().count >= all.count
                }
                #expect(try await service.effects() == all.map(Int64.init))
            }
        }
    }

    @Test func aFrozenDatabaseLosesNothing() async throws {
        try await outage("database frozen") { _, server in
            await server.freeze()
            try await Task.sleep(for: .seconds(4))
            await server.thaw()
        }
    }
}
