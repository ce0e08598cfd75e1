import Logging
import Messaging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@Suite("Stopping")
struct StoppingTests {
    @Test func aGracefulStopLetsHandlersSettleAndPublish() async throws {
        try await withBroker { vhost in
            let topology = Topology(queues: [.init("in"), .init("out")])
            let client = MessagingClient(.testing(vhost), topology: topology, logger: Logger(label: "test"))
            let group = ServiceGroup(
                configuration: .init(services: [.init(service: client)], logger: Logger(label: "test"))
            )
            let running = Task { try await group.run() }
            try await client.publish((0..<50).map { message("in", "\($0)") })
            let handled = Mutex(0)
            let handler = Task {
                for await batch in client.deliveries(from: "in", prefetch: 50, batch: 10) {
                    if handled.withLock({ $0 }) == 0 { await group.triggerGracefulShutdown() }
                    try await Task.sleep(for: .milliseconds(200))
                    try await client.publish(batch.map { message("out", $0.text) })
                    batch.acknowledge()
                    handled.withLock { $0 += batch.count }
                }
            }
            try await handler.value
            let began = ContinuousClock.now
            try await running.value
            #expect(ContinuousClock.now - began < .patient(.seconds(3)))
            let done = handled.withLock { $0 }
            #expect(done > 0)
            try await BrokerSession.with(.testing(vhost)) { session in
                try await eventually("the rest is back") { try await session.messageCount(of: "in") == 50 - done }
                try await eventually("what was handled is out") { try await session.messageCount(of: "out") == done }
            }
            await #expect { try await client.publish([message("out", "late")]) } throws: { error in
                (error as? MessagingError)?.code == .stopped
            }
            var late = client.deliveries(from: "in").makeAsyncIterator()
            let nothing = await late.next()
            #expect(nothing?.count == nil)
        }
    }

    @Test func aClientRunsOnce() async throws {
        try await withBroker { vhost in
            let client = MessagingClient(.testing(vhost), logger: Logger(label: "test"))
            let first = Task { try await client.run() }
            try await eventually("connected") { client.state.isReady }
            await #expect(throws: MessagingError.self) { try await client.run() }
            first.cancel()
            try await first.value
            #expect(!client.state.publishing.isConnected)
        }
    }
}
