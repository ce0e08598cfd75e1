internal import Messaging
internal import TestSupport
internal import Testing

@testable import BusbarCLI

@Suite struct ParkedTests {
    @Test func aReplayMovesTheMessagesThatAreMeantAndLeavesTheOthers() async throws {
        try await House.with { house in
            try await house.park(["a", "b", "c"])
            let result = try await house.move(.replay, ["b"])
            #expect(result.moved == ["b"])
            #expect(result.failed.isEmpty)
            #expect(try await house.look(at: House.queue).map(\.properties.messageID) == ["b~1"])
            #expect(try await Set(house.look(at: House.place).map(ParkedEntry.id(of:))) == ["a", "c"])
            let log = try await house.database.sql(
                "SELECT action, subject, detail->'messages' FROM registry.audit_log"
            )
            #expect(log.contains("parked.replay|\(House.place)|[\"b\"]"))
        }
    }

    @Test func allOfThemAreReplayedInOneGo() async throws {
        try await House.with { house in
            let ids = (0..<230).map { "m-\($0)" }
            try await house.park(ids)
            let result = try await house.move(.replay)
            #expect(Set(result.moved) == Set(ids))
            #expect(try await house.look(at: House.place).isEmpty)
            let waiting = try await house.operations.withBroker { try await $0.messageCount(of: House.queue) }
            #expect(waiting == 230)
        }
    }

    @Test func aMessageThatTheBrokerRefusesStaysParked() async throws {
        try await House.with { house in
            try await house.park(["a"])
            // Its queue is gone, so that nothing takes the replay.
            try await house.operations.withBroker { try await $0.deleteQueue(House.queue) }
            let move = ParkedMove(operations: house.operations, action: .replay, queue: House.place, ids: nil)
            let result = try await move.run(topology: Topology())
            #expect(result.moved.isEmpty)
            #expect(result.failed["a"] != nil)
            #expect(try await house.look(at: House.place).map(ParkedEntry.id(of:)) == ["a"])
        }
    }

    @Test func aReplayThatWasCutOffGivesTheSameMessageOnceMore() async throws {
        try await House.with { house in
            try await house.park(["a"])
            // Published, and killed before it was acknowledged.
            let parked = try #require(try await house.look(at: House.place).first)
            try await house.operations.withMessaging { _ = try await $0.publish([ParkedEntry.replay(parked)]) }
            #expect(try await house.move(.replay).moved == ["a"])
            // The inbox takes one of them.
            #expect(try await house.look(at: House.queue).map(\.properties.messageID) == ["a~1", "a~1"])
            #expect(try await house.look(at: House.place).isEmpty)
        }
    }

    @Test func droppedMessagesAreGoneAndTheLogSaysSo() async throws {
        try await House.with { house in
            try await house.park(["a", "b"])
            #expect(try await house.move(.drop, ["a"]).moved == ["a"])
            #expect(try await house.look(at: House.place).map(ParkedEntry.id(of:)) == ["b"])
            #expect(try await house.database.sql("SELECT action FROM registry.audit_log").contains("parked.drop"))
        }
    }

    @Test func theListTellsWhyAndHowOften() async throws {
        try await House.with { house in
            try await house.park(["a"], user: "p42")
            let counts = try await house.operations.withBroker { try await ParkingLot(session: $0).counts() }
            #expect(counts.first { $0.queue == House.place }?.count == 1)
            let entry = try #require(try await house.look(at: House.place).first.map { ParkedEntry($0) })
            #expect(entry.reason == "not readable")
            #expect(entry.attempts == 5)
            #expect(entry.user == "p42")
            #expect(entry.queue == House.queue)
        }
    }
}
