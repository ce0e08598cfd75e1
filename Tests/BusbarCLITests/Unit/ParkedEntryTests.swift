internal import Messaging
internal import Models
internal import Testing

@testable import BusbarCLI

@Suite struct ParkedEntryTests {
    /// A delivery as a service parks it.
    private func parked(
        id: String? = "m-1",
        user: String? = "p42",
        headers: [String: HeaderValue] = [:]
    ) -> Delivery {
        var all: [String: HeaderValue] = [
            "x-origin-queue": "allocator.withdrawal.settle", "x-origin-exchange": "busbar.commands",
            "x-origin-routing-key": "withdrawal.settle", "x-last-error": "not readable", "x-attempt": 5,
            "x-parked-by": "allocator", "x-parked-at": "2026-11-21T09:30:00.000Z", "traceparent": "00-1-2-01",
        ]
        if let user { all["x-user-id"] = .string(user) }
        let properties = MessageProperties(
            messageID: id,
            type: "withdrawal.settle.v1",
            headers: all.merging(headers) { $1 }
        )
        return Delivery(
            body: Array("{}".utf8),
            properties: properties,
            routingKey: "allocator.withdrawal.settle.parked",
            queue: "allocator.withdrawal.settle.parked"
        )
    }

    @Test func aReplayGoesToItsQueueAloneAndInItsSendersName() {
        let message = ParkedEntry.replay(parked())
        #expect(message.exchange == "")
        #expect(message.routingKey == "allocator.withdrawal.settle")
        #expect(message.properties.userID == "p42")
        #expect(message.mandatory)
        #expect(message.properties.headers["traceparent"] == "00-1-2-01")
        #expect(!message.properties.headers.keys.contains { $0.hasPrefix("x-origin-") || $0.hasPrefix("x-parked") })
    }

    @Test func repeatingAReplayGivesTheSameIDAndParkingItAgainANewOne() {
        let first = ParkedEntry.replay(parked())
        #expect(first.properties.messageID == "m-1~1")
        #expect(ParkedEntry.replay(parked()).properties.messageID == first.properties.messageID)
        // As it comes back: the outbox has made a text of the number.
        var headers = first.properties.headers
        headers["x-replays"] = "1"
        let again = ParkedEntry.replay(parked(id: first.properties.messageID, headers: headers))
        #expect(again.properties.messageID == "m-1~2")
    }

    @Test func aLongIDStaysWithinSixtyFourCharactersAndKeepsItsMark() {
        let id = ParkedEntry.replay(parked(id: String(repeating: "a", count: 64))).properties.messageID ?? ""
        #expect(id.count == 64)
        #expect(id.hasSuffix("~1"))
    }

    @Test func whatTheBrokerSetAsideIsUnderstoodByItsDeathHeader() {
        let death: [String: HeaderValue] = [
            "queue": "allocator.withdrawal.request", "reason": "delivery_limit", "count": 1,
            "time": .timestamp(1_795_253_400),
        ]
        let delivery = Delivery(
            body: [],
            properties: MessageProperties(
                messageID: "m-2",
                userID: "p7",
                headers: ["x-death": .array([.table(death)])]
            ),
            routingKey: "allocator.withdrawal.request.parked",
            queue: "allocator.withdrawal.request.parked"
        )
        let entry = ParkedEntry(delivery)
        #expect(entry.queue == "allocator.withdrawal.request")
        #expect(entry.reason.contains("delivery_limit"))
        #expect(entry.parkedBy == "broker")
        #expect(entry.user == "p7")
        #expect(entry.parkedAt == Timestamp(milliseconds: 1_795_253_400_000).description)
        #expect(ParkedEntry.replay(delivery).properties.headers["x-death"] == nil)
    }

    @Test func anUnroutedMessageGoesTheWayItWasMeantToGo() {
        let delivery = Delivery(
            body: [1],
            properties: MessageProperties(messageID: "m-3"),
            exchange: "busbar.events",
            routingKey: "withdrawal.ready.p42",
            queue: "busbar.unrouted"
        )
        let message = ParkedEntry.replay(delivery)
        #expect(message.exchange == "busbar.events")
        #expect(message.routingKey == "withdrawal.ready.p42")
        #expect(message.properties.messageID == "m-3")
    }

    @Test func messagesWithoutAnIDAreNamedByTheirBody() {
        func delivery(_ text: String) -> Delivery {
            Delivery(body: Array(text.utf8), routingKey: "", queue: "q.parked")
        }
        #expect(ParkedEntry.id(of: delivery("a")).hasPrefix("#"))
        #expect(ParkedEntry.id(of: delivery("a")) == ParkedEntry.id(of: delivery("a")))
        #expect(ParkedEntry.id(of: delivery("a")) != ParkedEntry.id(of: delivery("b")))
    }
}
