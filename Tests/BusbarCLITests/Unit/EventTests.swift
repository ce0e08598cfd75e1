internal import Messaging
internal import Models
internal import Testing

@testable import BusbarCLI

@Suite struct EventTests {
    private func event(_ type: String, _ body: String) -> EventStream.Event {
        let properties = MessageProperties(
            messageID: UUIDv7(at: Timestamp(milliseconds: 1_795_253_400_123)).description,
            type: type,
            correlationID: "p42:w-1"
        )
        return EventStream.Event(
            Delivery(
                body: Array(body.utf8),
                properties: properties,
                routingKey: "withdrawal.ready.p42",
                queue: "watch.1"
            )
        )
    }

    @Test func aLineSaysWhenWhatAndAboutWhom() {
        let ready = event(
            "withdrawal.ready.v1",
            #"{"withdrawal_id":"w-1","partner_id":"p42","sequence":2,"energy_available":65000,"cost":null}"#
        )
        let line = EventLine.text(ready, Console())
        #expect(line.contains(".123"))
        #expect(line.contains("withdrawal.ready "))
        #expect(line.contains("p42:w-1 #2"))
        #expect(line.contains("energy_available=65000"))
        #expect(!line.contains("cost"))
    }

    @Test(arguments: [
        ("withdrawal.settled.v1", true), ("withdrawal.rejected.v1", true), ("withdrawal.ready.v1", false),
        ("acquisition.failed.v1", false),
    ])
    func onlyOutcomesOfWithdrawalsAreOutcomes(type: String, expected: Bool) {
        #expect(event(type, "{}").isOutcome == expected)
    }

    @Test func jsonKeepsWholeNumbersWhole() {
        let tree = JSONTree(body: Array(#"{"b":9007199254740993,"a":[1.5,true,null,"x"]}"#.utf8))
        #expect(tree.map { JSONOutput.line($0) } == #"{"a":[1.5,true,null,"x"],"b":9007199254740993}"#)
    }
}
