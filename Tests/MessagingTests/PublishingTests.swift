import Logging
import Messaging
import Models
import TestSupport
import Testing

@Suite("Publishing on a real broker")
struct PublishingTests {
    @Test func aMessageArrivesWithAllItsProperties() async throws {
        try await withQueues(["q"]) { client, _ in
            let properties = MessageProperties(
                messageID: "0193-id",
                type: "withdrawal.request.v1",
                correlationID: "p1:w1",
                timestamp: Timestamp(milliseconds: 1_700_000_000_000),
                appID: "allocator",
                contentType: "application/json",
                userID: nil,
                headers: [
                    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "attempt": 3,
                    "flag": true, "ratio": .double(0.25), "raw": .bytes([0, 255]), "none": .null,
                    "at": .timestamp(1_700_000_000), "empty": "",
                    "history": .array([.table(["queue": "a", "count": 2]), "text"]),
                ]
            )
            let body = (0..<70).flatMap { _ in Array(0...255) as [UInt8] }
            let sent = OutgoingMessage(exchange: "", routingKey: "q", body: body, properties: properties)
            let outcomes = try await client.publish([sent])
            #expect(outcomes == [.confirmed])
            for await batch in client.deliveries(from: "q") {
                let delivery = try #require(batch.first)
                #expect(delivery.body == body)
                #expect(delivery.properties == properties)
                #expect(delivery.routingKey == "q")
                #expect(delivery.exchange.isEmpty)
                #expect(delivery.queue == "q")
                #expect(!delivery.redelivered)
                batch.acknowledge()
                break
            }
        }
    }

    @Test func anEmptyBodyAndNoPropertiesArriveToo() async throws {
        try await withQueues(["q"]) { client, _ in
            try await client.publish([
                OutgoingMessage(
                    exchange: "",
                    routingKey: "q",
                    body: [],
                    properties: MessageProperties(persistent: false)
                )
            ])
            var batches = client.deliveries(from: "q").makeAsyncIterator()
            let batch = try #require(await batches.next())
            #expect(batch[0].body.isEmpty)
            #expect(batch[0].properties == MessageProperties(persistent: false))
            batch.acknowledge()
        }
    }

    @Test func whatNoQueueTakesIsReturned() async throws {
        try await withQueues(["q"]) { client, _ in
            let outcomes = try await client.publish([
                message("q", "one", id: "1"), message("nobody", "two", id: "2"), message("q", "three", id: "3"),
                message("nobody", "four"),
            ])
            #expect(outcomes[0] == .confirmed)
            #expect(outcomes[1] == .returned(replyCode: 312, text: "NO_ROUTE"))
            #expect(outcomes[2] == .confirmed)
            #expect(outcomes[3] == .returned(replyCode: 312, text: "NO_ROUTE"))
        }
    }

    @Test func anUnroutableMessageWithoutMandatoryIsConfirmedAndGone() async throws {
        try await withQueues(["q"]) { client, _ in
            var lost = message("nobody", "x")
            lost.mandatory = false
            let outcomes = try await client.publish([lost])
            #expect(outcomes == [.confirmed])
        }
    }

    @Test func aMissingExchangeRefusesItsMessagesAndNoOthers() async throws {
        try await withQueues(["q"]) { client, vhost in
            var messages = (0..<30).map { message("q", "\($0)", id: "\($0)") }
            for index in [3, 4, 17] { messages[index].exchange = "no.such.exchange" }
            let outcomes = try await client.publish(messages)
            for (index, outcome) in outcomes.enumerated() {
                if [3, 4, 17].contains(index) {
                    guard case .refused(let reason) = outcome else {
                        Issue.record("\(index): \(outcome)")
                        continue
                    }
                    #expect(reason.contains("no.such.exchange"))
                } else {
                    #expect(outcome == .confirmed)
                }
            }
            #expect(client.state.publishing.isConnected)
            let after = try await client.publish([message("q", "after")])
            #expect(after == [.confirmed])
        }
    }

    @Test func aForeignUserIDIsRefused() async throws {
        try await withBroker { vhost in
            // The shared broker's own user may speak for others.
            let name = "plain-\(vhost.name)"
            var configuration = MessagingConfiguration.testing(vhost)
            configuration.password = try await vhost.addUser(name)
            configuration.user = name
            try await withClient(configuration, topology: Topology(queues: [.init("q")])) { client in
                var forged = message("q", "x")
                forged.properties.userID = vhost.user
                var ours = message("q", "y")
                ours.properties.userID = name
                let outcomes = try await client.publish([forged, ours])
                guard case .refused(let reason) = outcomes[0] else {
                    Issue.record("\(outcomes)")
                    return
                }
                #expect(reason.contains("user_id"))
                #expect(outcomes[1] == .confirmed)
            }
        }
    }

    @Test func whatCannotBeSentIsRefusedBeforeAnythingIs() async throws {
        try await withQueues(["q"]) { client, vhost in
            let large = OutgoingMessage(exchange: "", routingKey: "q", body: Array(repeating: 1, count: 65_537))
            await #expect { try await client.publish([message("q", "small"), large]) } throws: { error in
                (error as? MessagingError)?.code == .messageTooLarge
            }
            var long = message("q", "x")
            long.properties.correlationID = String(repeating: "k", count: 256)
            await #expect { try await client.publish([long]) } throws: { error in
                (error as? MessagingError)?.code == .invalidMessage
            }
            var deep = HeaderValue.integer(1)
            for _ in 0..<40 { deep = .array([deep]) }
            var nested = message("q", "x")
            nested.properties.headers["deep"] = deep
            await #expect { try await client.publish([nested]) } throws: { error in
                (error as? MessagingError)?.code == .invalidMessage
            }
            let largest = OutgoingMessage(exchange: "", routingKey: "q", body: Array(repeating: 7, count: 65_536))
            let outcomes = try await client.publish([largest])
            #expect(outcomes == [.confirmed])
            try await BrokerSession.with(.testing(vhost)) { session in
                try await eventually("one message is there") { try await session.messageCount(of: "q") == 1 }
                let delivery = try #require(try await session.get(from: "q"))
                #expect(delivery.body == largest.body)
            }
        }
    }

    @Test func publishingWaitsForTheClientToRunAndEndsAtItsTimeout() async throws {
        try await withBroker { vhost in
            let client = MessagingClient(.testing(vhost), logger: .init(label: "test"))
            let began = ContinuousClock.now
            await #expect { try await client.publish([message("q", "x")], timeout: .milliseconds(200)) } throws: {
                error in
                guard let error = error as? MessagingError else { return false }
                return error.code == .timeout && error.isRetriable && error.inDoubt.isEmpty && error.outcomes == [nil]
            }
            #expect(ContinuousClock.now - began < .patient(.seconds(2)))
        }
    }

    @Test func aCancelledPublisherReturnsAtOnce() async throws {
        try await withBroker { vhost in
            let client = MessagingClient(.testing(vhost), logger: .init(label: "test"))
            let began = ContinuousClock.now
            let task = Task { () -> MessagingError? in
                do throws(MessagingError) {
                    try await client.publish([message("q", "x")], timeout: .seconds(60))
                    return nil
                } catch {
                    return error
                }
            }
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            #expect(ContinuousClock.now - began < .patient(.seconds(2)))
        }
    }
}
