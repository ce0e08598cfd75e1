internal import Messaging
internal import Models
internal import ServiceKit
internal import Synchronization
internal import TestSupport
internal import Testing

@testable import BusbarCLI

@Suite struct EventStreamTests {
    @Test func whoWatchesAPartnerHearsItsEventsAloneAndLeavesNoQueue() async throws {
        try await House.with { house in
            let operations = house.operations
            let mine = try #require(PartnerID("p42"))
            let other = try #require(PartnerID("p7"))
            let id = try #require(WithdrawalID("w-1"))
            let heard = Mutex<[EventStream.Event]>([])
            try await EventStream(operations: operations, partner: mine).follow {
                try await operations.withMessaging { client in
                    let events = [other, mine].map {
                        WithdrawalCancelled(withdrawalID: id, partnerID: $0, sequence: 3, userID: nil)
                    }
                    _ = try await client.publish(events.map { try operations.codec.outgoing($0) })
                }
            } _: { event in
                heard.withLock { $0.append(event) }
                return !event.isOutcome
            }
            #expect(heard.withLock { $0.map(\.correlationID) } == ["p42:w-1"])
            #expect(heard.withLock { $0.first?.body["sequence"] } == .integer(3))
            let queues = try await house.vhost.ctl(["-p", house.vhost.name, "list_queues", "name", "--quiet"])
            #expect(!queues.contains(EventStream.prefix))
        }
    }
}

@Suite struct InterruptionTests {
    @Test(.timeLimit(.minutes(1)))
    func cancellingTheTaskEndsWhatItRuns() async throws {
        let work = Task {
            try await Interruption.cancels { try await Task.sleep(for: .seconds(3600)) }
        }
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
    }

    @Test func anErrorOfTheBodyIsTheErrorOfTheWhole() async throws {
        await #expect(throws: OperationError.self) {
            try await Interruption.cancels { throw OperationError("no") }
        }
    }
}
