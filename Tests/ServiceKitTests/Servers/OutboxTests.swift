import Messaging
import Models
import Storage
import Telemetry
import Testing

@testable import ServiceKit

@Suite struct OutboxTests {
    @Test func rowsThatACrashLeftAreSweptInTheirOrder() async throws {
        try await withGround { ground in
            let heard = Seen<Int>()
            try await ground.running { service in
                service.hear(into: heard)
            } while: { service in
                // A queue whose leader has not started yet refuses messages, which are sent again behind others.
                try await service.transaction { try $0.publish(Done(number: 0)) }
                try await eventually("the queue is there") { heard.all == [0] }
                // As another process would have left them: committed, never published.
                let ids = OrderedIDs()
                let long = service.clock.now() - .seconds(60)
                let rows = try (1...700).map { number in
                    let message = try service.codec.outgoing(Done(number: number))
                    return OutboxMessage(message, id: ids.next(at: long), at: long)
                }
                try await service.outbox.outbox.insert(rows, in: service.postgres)
                try await eventually("all heard") { heard.all.count >= 701 }
                #expect(heard.all == Array(0...700))
                try await eventually("all marked") { try await service.unpublished() == 0 }
                try await eventually("all counted") {
                    service.metrics.exposition().contains("busbar_outbox_published_total{path=\"relay\"} 700\n")
                }
            }
        }
    }

    @Test func aMessageThatNoQueueTakesWaitsAndHoldsNobodyUp() async throws {
        try await withGround { ground in
            let heard = Seen<Int>()
            try await ground.running { service in
                service.hear(into: heard)
            } while: { service in
                try await service.transaction { work in
                    work.publish(OutgoingMessage(exchange: "", routingKey: "kit.nowhere", body: [1]))
                    work.publish(OutgoingMessage(exchange: "kit.no-exchange", routingKey: "x", body: [1]))
                    try work.publish(Done(number: 1))
                }
                try await eventually("the event is heard") { heard.all == [1] }
                try await eventually("two wait") { try await service.unpublished() == 2 }
                try await service.transaction { try $0.publish(Done(number: 2)) }
                try await eventually("the next is heard") { heard.all == [1, 2] }
                // The relay has tried them and holds them back; a queue that comes later gets its message.
                try await eventually("held back") { service.relay.refused.count == 2 }
                _ = try await service.messaging.publish([])
                // What was confirmed is marked a moment later.
                try await eventually("two are left") { try await service.unpublished() == 2 }
            }
        }
    }

    @Test func aMessageThatCannotBeSentHoldsNobodyUp() async throws {
        try await withGround { ground in
            let heard = Seen<Int>()
            try await ground.running { service in
                service.hear(into: heard)
            } while: { service in
                try await service.transaction { work in
                    work.publish(
                        OutgoingMessage(exchange: "", routingKey: "kit.work", body: Array(repeating: 0, count: 100_000))
                    )
                    try work.publish(Done(number: 1))
                }
                try await eventually("the event is heard") { heard.all == [1] }
            }
        }
    }

    @Test func oldRowsAreCleanedAwayAndUnpublishedOnesKept() async throws {
        try await withGround { ground in
            let service = try ground.host()
            let old = service.clock.now() - .seconds(9 * 86_400)
            let ids = OrderedIDs()
            func row(_ moment: Timestamp) throws -> OutboxMessage {
                OutboxMessage(
                    try service.codec.outgoing(Done(number: 1)),
                    id: ids.next(at: moment),
                    at: moment
                )
            }
            let rows = [try row(old), try row(old + .seconds(1)), try row(service.clock.now())]
            let outbox = service.outbox.outbox
            try await outbox.insert(rows, in: service.postgres)
            try await outbox.markPublished([rows[0].id, rows[2].id], at: old, in: service.postgres)
            try await service.postgres.withTransaction { transaction in
                _ = try await service.inbox.insert(["old"], consumer: "c", at: old, in: transaction)
                _ = try await service.inbox.insert(["new"], consumer: "c", at: service.clock.now(), in: transaction)
            }
            try await Housekeeping(
                postgres: service.postgres,
                outbox: outbox,
                inbox: service.inbox,
                clock: service.clock
            ).run()
            let left = try await service.postgres.query("SELECT id FROM kit.outbox ORDER BY id", as: UUIDv7.self)
            #expect(left == [rows[1].id, rows[2].id])
            let known = try await service.inbox.processed(["old", "new"], consumer: "c", in: service.postgres)
            #expect(known == ["new"])
            await service.postgres.shutDown()
        }
    }

    @Test func idsGrowWithinAMillisecondAndWhenTheClockGoesBack() {
        let ids = OrderedIDs()
        let moment = Timestamp(milliseconds: 1_700_000_000_000)
        var made: [UUIDv7] = []
        for step in 0..<10_000 { made.append(ids.next(at: moment - .milliseconds(step % 3))) }
        #expect(zip(made, made.dropFirst()).allSatisfy { $0 < $1 })
        #expect(made.allSatisfy { $0.low >> 62 == 2 && $0.high >> 12 & 0xf == 7 })
    }

    @Test func theFlightIsBoundedInRowsAndBytes() {
        let flight = OutboxFlight()
        let ids = OrderedIDs()
        func message(_ size: Int) -> StoredMessage {
            let moment = Timestamp(milliseconds: 1_700_000_000_000)
            return StoredMessage(
                row: OutboxMessage(
                    id: ids.next(at: moment),
                    exchange: "",
                    routingKey: "q",
                    type: "t",
                    body: Array(repeating: 0, count: size),
                    createdAt: moment
                ),
                appID: "kit"
            )
        }
        let big = (0..<2).map { _ in message(OutboxFlight.byteLimit / 2) }
        #expect(flight.board(big))
        #expect(!flight.board([message(1)]))
        flight.leave(big.map(\.id))
        let many = (0..<OutboxFlight.limit).map { _ in message(0) }
        #expect(flight.board(many))
        #expect(!flight.board([message(0)]))
        #expect(flight.holds(many[0].id))
        flight.leave(many.map(\.id))
        #expect(flight.board([message(1)]))
    }
}
