import Messaging
import Synchronization
import TestSupport
import Testing

@Suite("Consuming on a real broker")
struct ConsumingTests {
    @Test func twentyThousandMessagesArriveExactlyOnce() async throws {
        try await withQueues(["q"]) { client, vhost in
            let total = 20_000
            async let published: Void = {
                for start in stride(from: 0, to: total, by: 500) {
                    let outcomes = try await client.publish(
                        (start..<start + 500).map { message("q", "\($0)", id: "\($0)") },
                        timeout: .seconds(60)
                    )
                    let confirmed = outcomes.count { $0.isConfirmed }
                    #expect(confirmed == 500)
                }
            }()
            var seen: [Int] = []
            for await batch in client.deliveries(from: "q", prefetch: 300, batch: 200) {
                #expect(batch.count <= 200)
                seen += batch.compactMap { Int($0.text) }
                batch.acknowledge()
                if seen.count >= total { break }
            }
            try await published
            #expect(seen == Array(0..<total))
            try await BrokerSession.with(.testing(vhost)) { session in
                try await eventually("the queue is empty") { try await session.messageCount(of: "q") == 0 }
            }
        }
    }

    @Test func noMoreThanPrefetchIsHandedOutUnsettled() async throws {
        try await withQueues(["q"]) { client, vhost in
            try await client.publish((0..<100).map { message("q", "\($0)") })
            var batches = client.deliveries(from: "q", prefetch: 10, batch: 100).makeAsyncIterator()
            var held: [DeliveryBatch] = []
            while held.reduce(0, { $0 + $1.count }) < 10 { held.append(try #require(await batches.next())) }
            #expect(held.reduce(0) { $0 + $1.count } == 10)
            try await BrokerSession.with(.testing(vhost)) { session in
                try await eventually("90 wait at the broker") { try await session.messageCount(of: "q") == 90 }
                try await Task.sleep(for: .milliseconds(300))
                let count = try await session.messageCount(of: "q")
                #expect(count == 90)
                held[0].acknowledge()
                let released = held[0].count
                try await eventually("as many follow as were settled") {
                    try await session.messageCount(of: "q") == 90 - released
                }
            }
        }
    }

    @Test func batchesMayBeSettledInAnyOrderAndInParts() async throws {
        try await withQueues(["q"]) { client, vhost in
            try await client.publish((0..<60).map { message("q", "\($0)") })
            var batches = client.deliveries(from: "q", prefetch: 100, batch: 20).makeAsyncIterator()
            var held: [DeliveryBatch] = []
            while held.reduce(0, { $0 + $1.count }) < 60 { held.append(try #require(await batches.next())) }
            let all = held.flatMap { $0.deliveries }
            #expect(all.map(\.text) == (0..<60).map(String.init))
            let last = held[held.count - 1]
            last.requeue([last[last.count - 1]])
            last.acknowledge()
            for batch in held.dropLast().reversed() { batch.acknowledge() }
            held[0].acknowledge()
            let again = try #require(await batches.next())
            #expect(again.map(\.text) == ["59"])
            #expect(again[0].redelivered)
            again.acknowledge()
            try await BrokerSession.with(.testing(vhost)) { session in
                try await eventually("nothing is left") { try await session.messageCount(of: "q") == 0 }
            }
            #expect(client.state.consuming.isConnected)
        }
    }

    @Test func rejectedMessagesAreDeadLettered() async throws {
        try await withBroker { vhost in
            let topology = Topology(
                exchanges: [.init("dead", .fanout)],
                queues: [.init("q"), .init("graves")],
                bindings: [.init(exchange: "dead", queue: "graves")]
            )
            let policy = BrokerPolicy("dl", pattern: "^q$", settings: ["dead-letter-exchange": .text("dead")])
            try await vhost.ctl(["set_policy", "-p", vhost.name, policy.name, policy.pattern, policy.definition])
            try await withClient(.testing(vhost), topology: topology) { client in
                try await client.publish([message("q", "good"), message("q", "bad")])
                var batches = client.deliveries(from: "q").makeAsyncIterator()
                var deliveries: [Delivery] = []
                while deliveries.count < 2 {
                    let batch = try #require(await batches.next())
                    batch.reject(batch.filter { $0.text == "bad" })
                    batch.acknowledge()
                    deliveries += batch.deliveries
                }
                var graves = client.deliveries(from: "graves").makeAsyncIterator()
                let grave = try #require(await graves.next())
                #expect(grave.map(\.text) == ["bad"])
                guard case .array(let deaths) = grave[0].properties.headers["x-death"],
                    case .table(let death) = deaths.first
                else {
                    Issue.record("no x-death: \(grave[0].properties.headers)")
                    return
                }
                #expect(death["queue"] == "q")
                #expect(death["reason"] == "rejected")
                grave.acknowledge()
            }
        }
    }

    @Test func leavingTheLoopGivesBackWhatNobodyHasSeen() async throws {
        try await withQueues(["q"]) { client, vhost in
            try await client.publish((0..<50).map { message("q", "\($0)") })
            for await batch in client.deliveries(from: "q", prefetch: 50, batch: 5) {
                batch.acknowledge()
                break
            }
            try await BrokerSession.with(.testing(vhost)) { session in
                try await eventually("all but one batch are back") {
                    let count = try await session.messageCount(of: "q")
                    return count >= 45 && count < 50
                }
            }
            #expect(client.state.consumersWanted == 0)
        }
    }

    @Test func aCancelledTaskLeavesTheSequence() async throws {
        try await withQueues(["q"]) { client, _ in
            let task = Task {
                var count = 0
                for await _ in client.deliveries(from: "q") { count += 1 }
                return count
            }
            try await eventually("the consumer is there") { client.state.consumersActive == 1 }
            task.cancel()
            #expect(await task.value == 0)
            try await eventually("the consumer is gone") { client.state.consumersWanted == 0 }
        }
    }

    @Test func severalConsumersShareTheConnectionFairly() async throws {
        let queues = (0..<4).map { "q\($0)" }
        try await withQueues(queues) { client, _ in
            for queue in queues { try await client.publish((0..<500).map { message(queue, "\($0)") }) }
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for queue in queues {
                    group.addTask {
                        var seen: [String] = []
                        for await batch in client.deliveries(from: queue, prefetch: 50, batch: 20) {
                            seen += batch.map(\.text)
                            batch.acknowledge()
                            if seen.count >= 500 { break }
                        }
                        #expect(seen == (0..<500).map(String.init))
                        return seen.count
                    }
                }
                var counts: [Int] = []
                for try await count in group { counts.append(count) }
                return counts
            }
            #expect(counts == [500, 500, 500, 500])
        }
    }

    @Test func aDeletedQueueIsDeclaredAndConsumedAgain() async throws {
        try await withQueues(["q"]) { client, vhost in
            let seen = Mutex<[String]>([])
            let task = Task {
                for await batch in client.deliveries(from: "q") {
                    seen.withLock { $0 += batch.map(\.text) }
                    batch.acknowledge()
                }
            }
            defer { task.cancel() }
            try await client.publish([message("q", "before")])
            try await eventually("the first is seen") { seen.withLock { $0 == ["before"] } }
            try await BrokerSession.with(.testing(vhost)) { try await $0.deleteQueue("q") }
            let began = ContinuousClock.now
            try await eventually(within: .seconds(5), "a message goes through again") {
                let outcome = try await client.publish([message("q", "after")])
                return outcome == [.confirmed]
            }
            try await eventually(within: .seconds(5), "the second is seen") { seen.withLock { $0.contains("after") } }
            #expect(ContinuousClock.now - began < .patient(.seconds(5)))
        }
    }

    @Test func aConsumerOfAQueueThatComesLaterBeginsThen() async throws {
        try await withBroker { vhost in
            try await withClient(.testing(vhost)) { client in
                let first = Task { () -> String? in
                    for await batch in client.deliveries(from: "late") {
                        batch.acknowledge()
                        return batch.first?.text
                    }
                    return nil
                }
                try await eventually("the failure is visible") { client.state.consuming.lastError?.code == .notFound }
                #expect(!client.state.isReady)
                _ = try await BrokerSession.with(.testing(vhost)) { try await $0.declareQueue(.init("late")) }
                try await client.publish([message("late", "here")])
                #expect(await first.value == "here")
            }
        }
    }
}
