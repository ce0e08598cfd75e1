import Glibc
import LocalStack
import Logging
import Messaging
import Synchronization
import TestSupport
import Testing

@Suite("When the broker fails", .serialized)
struct FailureTests {
    private let topology = Topology(queues: [.init("q")])

    @Test func nothingConfirmedIsLostWhenTheBrokerIsKilledUnderLoad() async throws {
        try await withOwnBroker { server in
            let events = EventCounter()
            try await withClient(.testing(server), topology: topology, events: events) { client in
                let seen = Mutex<Set<Int>>([])
                let consumer = Task {
                    for await batch in client.deliveries(from: "q") {
                        seen.withLock { seen in for delivery in batch { _ = Int(delivery.text).map { seen.insert($0) } }
                        }
                        batch.acknowledge()
                    }
                }
                defer { consumer.cancel() }
                let stop = Atomic(false)
                let publisher = Task { () -> Int in
                    var next = 0
                    while !stop.load(ordering: .relaxed) {
                        let batch = (next..<next + 100).map { message("q", "\($0)", id: "\($0)") }
                        let outcomes = try await client.publish(batch, timeout: .seconds(60))
                        let confirmed = outcomes.count { $0.isConfirmed }
                        #expect(confirmed == 100)
                        next += 100
                    }
                    return next
                }
                try await eventually("load is on") { seen.withLock { $0.count > 2000 } }
                // RabbitMQ 3.10 keeps the register of quorum queues in memory for a moment: a queue made just before a
                // kill has no leader afterwards, ever. That is not what is tested here.
                try await Task.sleep(for: .seconds(2))
                await server.kill()
                try await eventually("the loss is seen") { !client.state.publishing.isConnected }
                try await server.restart()
                try await eventually(within: .seconds(5), "both are back, and the consumer") { client.state.isReady }
                let before = seen.withLock { $0.count }
                try await eventually("consuming goes on") { seen.withLock { $0.count > before + 500 } }
                stop.store(true, ordering: .relaxed)
                let published = try await publisher.value
                try await eventually(within: .seconds(10), "every confirmed message is seen") {
                    seen.withLock { $0.isSuperset(of: 0..<published) }
                }
                #expect(events.counts.connected >= 4)
            }
        }
    }

    @Test func aFrozenBrokerHangsNobodyAndIsUsedAgain() async throws {
        try await withOwnBroker { server in
            var configuration = MessagingConfiguration.testing(server)
            configuration.handshakeTimeout = .seconds(1)
            try await withClient(configuration, topology: topology) { client in
                let seen = Mutex(0)
                let consumer = Task {
                    for await batch in client.deliveries(from: "q") {
                        seen.withLock { $0 += batch.count }
                        batch.acknowledge()
                    }
                }
                defer { consumer.cancel() }
                try await client.publish([message("q", "warm")])
                await server.freeze()
                let frozen = ContinuousClock.now
                // Enough to fill every buffer on the way, so that the socket takes no more.
                let flood = (0..<300).map { _ in
                    OutgoingMessage(exchange: "", routingKey: "q", body: Array(repeating: 1, count: 60_000))
                }
                await #expect { try await client.publish(flood, timeout: .seconds(2)) } throws: { error in
                    guard let error = error as? MessagingError else { return false }
                    return error.code == .timeout && !error.inDoubt.isEmpty && error.outcomes.count == 300
                }
                #expect(ContinuousClock.now - frozen < .patient(.seconds(5)))
                try await eventually(within: .seconds(5), "both connections notice") {
                    !client.state.publishing.isConnected && !client.state.consuming.isConnected
                }
                #expect(ContinuousClock.now - frozen < .patient(.seconds(6)))
                // A frozen handshake: the kernel accepts, nobody answers.
                try await eventually(within: .seconds(5), "the login times out") {
                    client.state.publishing.lastError?.code == .connectionFailed
                }
                await server.thaw()
                let thawed = ContinuousClock.now
                try await eventually(within: .seconds(8), "ready again") { client.state.isReady }
                let outcomes = try await client.publish([message("q", "again")])
                #expect(outcomes == [.confirmed])
                try await eventually("consumed") { seen.withLock { $0 >= 2 } }
                #expect(ContinuousClock.now - thawed < .patient(.seconds(10)))
            }
        }
    }

    @Test func stoppingWhileTheBrokerIsFrozenTakesSeconds() async throws {
        try await withOwnBroker { server in
            let client = MessagingClient(.testing(server), topology: topology, logger: Logger(label: "test"))
            let run = Task { try await client.run() }
            try await client.publish([message("q", "warm")])
            await server.freeze()
            async let stuck = Result { try await client.publish([message("q", "stuck")], timeout: .seconds(60)) }
            try await Task.sleep(for: .milliseconds(200))
            let began = ContinuousClock.now
            run.cancel()
            try await run.value
            #expect(ContinuousClock.now - began < .patient(.seconds(5)))
            guard case .failure(let error) = await stuck, let error = error as? MessagingError else {
                Issue.record("the publish succeeded")
                return
            }
            #expect(error.code == .stopped)
            #expect(error.inDoubt == [0])
            await server.thaw()
        }
    }

    @Test func aMemoryAlarmHoldsPublishingBackAndLetsItGoOn() async throws {
        try await withOwnBroker { server in
            let events = EventCounter()
            try await withClient(.testing(server), topology: topology, events: events) { client in
                try await client.publish([message("q", "before")])
                try await server.ctl(["set_vm_memory_high_watermark", "absolute", "1000000"])
                let began = ContinuousClock.now
                await #expect {
                    for _ in 0..<100 { try await client.publish([message("q", "held")], timeout: .seconds(2)) }
                } throws: { error in
                    (error as? MessagingError)?.code == .timeout
                }
                #expect(ContinuousClock.now - began < .patient(.seconds(15)))
                try await eventually("the alarm is visible") { client.state.blocked != nil }
                #expect(client.state.publishing.isConnected)
                #expect(!client.state.isReady)
                async let waiting = client.publish([message("q", "waiting")], timeout: .seconds(30))
                try await server.ctl(["set_vm_memory_high_watermark", "0.6"])
                let outcomes = try await waiting
                #expect(outcomes == [.confirmed])
                #expect(client.state.blocked == nil)
                #expect(events.counts.blocked >= 1)
                #expect(events.counts.blockedFor > .zero)

                try await server.ctl(["set_vm_memory_high_watermark", "absolute", "1000000"])
                await #expect(throws: MessagingError.self) {
                    for _ in 0..<100 { try await client.publish([message("q", "held")], timeout: .seconds(1)) }
                }
                // Stopping is what withClient does next; it must not wait for the alarm to end.
            }
            try await server.ctl(["set_vm_memory_high_watermark", "0.6"])
        }
    }

    @Test func aQueueThatDoesNotAnswerHoldsUpNoOther() async throws {
        try await withOwnBroker { server in
            var configuration = MessagingConfiguration.testing(server)
            configuration.publishWindow = 50
            let topology = Topology(queues: [.init("sick"), .init("well")])
            try await withClient(configuration, topology: topology) { client in
                try await client.publish([message("sick", "first"), message("well", "first")])
                try await server.ctl(["eval", "sys:suspend(whereis('%2F_sick'))."])
                await #expect {
                    try await client.publish((0..<100).map { message("sick", "\($0)") }, timeout: .seconds(1))
                } throws: { error in
                    guard let error = error as? MessagingError else { return false }
                    return error.code == .timeout && !error.inDoubt.isEmpty
                }
                let outcomes = try await client.publish([message("well", "second")], timeout: .patient(.seconds(5)))
                #expect(outcomes == [.confirmed])
                let first = Task { () -> String? in
                    for await batch in client.deliveries(from: "sick") {
                        batch.acknowledge()
                        return batch.first?.text
                    }
                    return nil
                }
                var well: [String] = []
                let began = ContinuousClock.now
                for await batch in client.deliveries(from: "well") {
                    well += batch.map(\.text)
                    batch.acknowledge()
                    if well.count >= 2 { break }
                }
                #expect(well == ["first", "second"])
                #expect(ContinuousClock.now - began < .patient(.seconds(3)))
                try await server.ctl(["eval", "sys:resume(whereis('%2F_sick'))."])
                #expect(await first.value == "first")
            }
        }
    }

    @Test func whatKeepsTheClientOutIsSaid() async throws {
        try await withBroker { vhost in
            var wrong = MessagingConfiguration.testing(vhost)
            wrong.password = "wrong"
            await #expect { try await BrokerSession.with(wrong) { try await $0.connect() } } throws: { error in
                guard let error = error as? MessagingError else { return false }
                return error.code == .authenticationFailed && error.replyCode == 403 && !error.isRetriable
            }
            var missing = MessagingConfiguration.testing(vhost)
            missing.vhost = "no such vhost"
            await #expect { try await BrokerSession.with(missing) { try await $0.connect() } } throws: { error in
                guard let error = error as? MessagingError else { return false }
                return error.code == .vhostRefused && error.replyCode == 530 && error.reason.contains("no such vhost")
            }
            var nobody = MessagingConfiguration.testing(vhost)
            nobody.hosts = [.init("127.0.0.1", port: 1)]
            await #expect { try await BrokerSession.with(nobody) { try await $0.connect() } } throws: { error in
                guard let error = error as? MessagingError else { return false }
                return error.code == .connectionFailed && error.isRetriable
            }
            try await withClient(wrong) { client in
                await #expect {
                    try await client.publish([message("q", "x")], timeout: .patient(.seconds(2)))
                } throws: { error in
                    guard let error = error as? MessagingError else { return false }
                    return error.code == .timeout && error.reason.contains("authentication failed")
                }
                #expect(client.state.publishing.lastError?.code == .authenticationFailed)
            }
        }
    }

    @Test func idleConnectionsOutliveManyHeartbeats() async throws {
        try await withBroker { vhost in
            var configuration = MessagingConfiguration.testing(vhost)
            configuration.heartbeat = .seconds(3)
            let events = EventCounter()
            let session = BrokerSession(configuration)
            try await session.declareQueue(.init("q"))
            try await withClient(configuration, events: events) { client in
                try await eventually("connected") { client.state.isReady }
                try await Task.sleep(for: .seconds(12))
                let outcomes = try await client.publish([message("q", "x")])
                #expect(outcomes == [.confirmed])
                #expect(events.counts.connected == 2)
                #expect(events.counts.disconnected == 0)
            }
            // The session's connection is dead by now; that is its own business.
            let delivery = try await session.get(from: "q")
            #expect(delivery?.text == "x")
            await session.close()
        }
    }

    @Test func theNextHostIsTriedWhenOneIsDown() async throws {
        try await withBroker { vhost in
            var configuration = MessagingConfiguration.testing(vhost)
            configuration.hosts.insert(.init("127.0.0.1", port: 1), at: 0)
            try await withClient(configuration) { client in
                try await eventually("connected") { client.state.isReady }
                #expect(client.state.publishing.host?.port == vhost.port)
            }
        }
    }

    @Test func aTopologyThatDoesNotFitIsSaidAndTheRestWorks() async throws {
        try await withBroker { vhost in
            _ = try await BrokerSession.with(.testing(vhost)) { try await $0.declareQueue(.init("old", .classic)) }
            let topology = Topology(queues: [.init("old"), .init("new")])
            try await withClient(.testing(vhost), topology: topology) { client in
                let outcomes = try await client.publish([message("old", "a"), message("new", "b")])
                #expect(outcomes == [.confirmed, .confirmed])
                #expect(client.state.publishing.lastError?.code == .preconditionFailed)
            }
        }
    }
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
