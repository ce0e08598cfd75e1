import Messaging
import Models
import Storage
import Telemetry
import Testing

@testable import ServiceKit

@Suite struct ConsumingTests {
    @Test func aBatchBecomesRowsAndConfirmedEvents() async throws {
        try await withGround { ground in
            let heard = Seen<Int>()
            try await ground.running { service in
                service.consume("kit.work", inbox: true, Ground.effects)
                service.hear(into: heard)
            } while: { service in
                try await service.messaging.publish((1...500).map { Ground.work($0) })
                try await eventually("500 events heard") { heard.all.count == 500 }
                #expect(heard.all.sorted() == Array(1...500))
                #expect(try await service.effects() == (1...500).map(Int64.init))
                try await eventually("the outbox is empty") { try await service.unpublished() == 0 }
                // Counted beside the publishing, a moment before or after.
                for line in [
                    #"busbar_messages_total{outcome="done",queue="kit.work"} 500"#,
                    #"busbar_outbox_published_total{path="memory"} 500"#,
                ] {
                    try await eventually(line) { service.metrics.exposition().contains(line + "\n") }
                }
            }
        }
    }

    @Test func eventsOfOneCommitAreHeardInTheOrderTheyWerePublished() async throws {
        try await withGround { ground in
            let heard = Seen<Int>()
            try await ground.running { service in
                service.hear(into: heard)
            } while: { service in
                // A queue whose leader has not started yet refuses messages, which are sent again behind others.
                try await service.transaction { try $0.publish(Done(number: 0)) }
                try await eventually("the queue is there") { heard.all == [0] }
                try await service.transaction { work in
                    for number in 1...300 { try work.publish(Done(number: number)) }
                }
                try await eventually("300 events heard") { heard.all.count == 301 }
                #expect(heard.all == Array(0...300))
            }
        }
    }

    @Test func aMessageOfOursThatComesTwiceIsHandledOnce() async throws {
        try await withGround { ground in
            try await ground.running { service in
                service.consume("kit.work", inbox: true, Ground.effects)
            } while: { service in
                try await service.messaging.publish([Ground.work(1), Ground.work(1), Ground.work(2)])
                try await eventually("both handled") { try await service.effects().count >= 2 }
                try await service.messaging.publish([Ground.work(1), Ground.work(3)])
                try await eventually("the last handled") { try await service.effects().contains(3) }
                #expect(try await service.effects() == [1, 2, 3])
            }
        }
    }

    @Test func theCulpritOfABatchIsParkedAndItsNeighboursAreDone() async throws {
        try await withGround { ground in
            let tries = Seen<Int>()
            let parked = Seen<Delivery>()
            try await ground.running { service in
                service.consume("kit.work", inbox: true) { deliveries, work in
                    for delivery in deliveries where delivery.properties.messageID == "m7" {
                        tries.add(deliveries.count)
                        throw Unexpected("seven is \"odd\"")
                    }
                    return try await Ground.effects(deliveries, work)
                }
                service.consume("kit.work.parked") { deliveries, _ in
                    for delivery in deliveries { parked.add(delivery) }
                    return .done
                }
            } while: { service in
                try await service.messaging.publish((1...20).map { Ground.work($0) })
                try await eventually("one parked") { !parked.all.isEmpty }
                #expect(try await service.effects() == (1...20).filter { $0 != 7 }.map(Int64.init))
                let delivery = try #require(parked.all.first)
                #expect(parked.all.count == 1)
                #expect(String(decoding: delivery.body, as: UTF8.self) == #"{"number":7}"#)
                #expect(delivery.properties.messageID == "m7")
                #expect(delivery.properties.headers["x-last-error"]?.string == "seven is \"odd\"")
                #expect(delivery.properties.headers["x-attempt"]?.string == "5")
                #expect(delivery.properties.headers["x-origin-queue"]?.string == "kit.work")
                // Counted tries are alone; before them it was tried with others and once alone.
                #expect(tries.all.suffix(5) == [1, 1, 1, 1, 1])
                // It is remembered as handled: should it come again, it is no new message.
                #expect(try await service.inbox.processed(["m7"], consumer: "kit.work", in: service.postgres) == ["m7"])
            }
        }
    }

    @Test func aHandlerParksAtOnceWhatItCannotDecode() async throws {
        try await withGround { ground in
            let parked = Seen<String>()
            try await ground.running { service in
                service.consume("kit.work") { deliveries, work in
                    var result = BatchResult()
                    for (position, delivery) in deliveries.enumerated() {
                        do {
                            try work.publish(try work.decode(Done.self, from: delivery))
                        } catch let error as UndecodableMessage {
                            result.park(position, "\(error)")
                        }
                    }
                    return result
                }
                service.consume("kit.work.parked") { deliveries, _ in
                    for delivery in deliveries { parked.add(delivery.properties.headers["x-last-error"]?.string ?? "") }
                    return .done
                }
            } while: { service in
                var wrong = Ground.work(1)
                wrong.body = Array(#"{"number":"one"}"#.utf8)
                var other = Ground.work(2)
                other.properties.type = "kit.other.v1"
                try await service.messaging.publish([wrong, other, Ground.work(3)])
                try await eventually("both parked") { parked.all.count == 2 }
                #expect(
                    parked.all.sorted() == [
                        "not a kit.done.v1: its type is kit.other.v1", "not a kit.done.v1: not a Int at number",
                    ]
                )
            }
        }
    }

    @Test func aRetriableFailureBlamesNobody() async throws {
        try await withGround { ground in
            let tries = Seen<Int>()
            try await ground.running { service in
                service.consume("kit.work", inbox: true) { deliveries, work in
                    tries.add(deliveries.count)
                    if tries.all.count <= 4 { throw RetriableFailure("the node does not answer") }
                    return try await Ground.effects(deliveries, work)
                }
            } while: { service in
                try await service.messaging.publish([Ground.work(1)])
                try await eventually("handled at last") { try await service.effects() == [1] }
                #expect(tries.all.count == 5)
                #expect(
                    service.metrics.exposition().contains(
                        "busbar_batch_retries_total{fault=\"dependency\",queue=\"kit.work\"} 4\n"
                    )
                )
            }
        }
    }

    @Test func aTraceGoesOnThroughTheEventsAMessageCauses() async throws {
        try await withGround { ground in
            let traces = Seen<String>()
            try await ground.running { service in
                service.consume("kit.work", inbox: true, Ground.effects)
                service.consume("kit.heard") { deliveries, _ in
                    for delivery in deliveries { traces.add(delivery.trace?.traceparent ?? "none") }
                    return .done
                }
            } while: { service in
                var message = Ground.work(1)
                message.properties.headers["traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
                try await service.messaging.publish([message])
                try await eventually("heard") { traces.all.count == 1 }
                #expect(traces.all[0].hasPrefix("00-4bf92f3577b34da6a3ce929d0e0e4736-"))
                #expect(!traces.all[0].contains("00f067aa0ba902b7"))
            }
        }
    }

    @Test func everyTurnAndEveryBatchIsInATraceThatItsEventsBelongTo() async throws {
        try await withGround { ground in
            let turns = Seen<String>()
            let batches = Seen<String>()
            let heard = Seen<String>()
            try await ground.running { service in
                service.loop("traced", every: .milliseconds(1)) {
                    guard turns.all.count < 2 else { return }
                    turns.add(TraceContext.current?.traceID ?? "none")
                    try await service.transaction { work in try work.publish(Done(number: 1)) }
                }
                service.consume("kit.work") { deliveries, work in
                    batches.add(TraceContext.current?.traceID ?? "none")
                    try work.publish(Done(number: 2))
                    return .done
                }
                service.consume("kit.heard") { deliveries, _ in
                    for delivery in deliveries { heard.add(delivery.trace?.traceID ?? "none") }
                    return .done
                }
            } while: { service in
                try await eventually("two turns") { heard.all.count == 2 }
                #expect(Set(turns.all).count == 2)
                #expect(turns.all.sorted() == heard.all.sorted())
                try await service.messaging.publish([Ground.work(1)])
                try await eventually("a batch") { heard.all.count == 3 }
                #expect(batches.all == [heard.all[2]])
                #expect(!(turns.all + batches.all).contains("none"))
            }
        }
    }

    @Test func whatFollowsACommitDoesNotFollowARollback() async throws {
        try await withGround { ground in
            let after = Seen<String>()
            try await ground.running { _ in
            } while: { service in
                try await eventually("started") { service.gate.isOpen }
                await #expect(throws: Unexpected.self) {
                    try await service.transaction { work in
                        work.afterCommit { after.add("rolled back") }
                        try work.publish(Done(number: 1))
                        throw Unexpected("no")
                    }
                }
                try await service.transaction { work in
                    work.afterCommit { after.add("committed") }
                    work.finish(with: ["INSERT INTO kit.effect VALUES (1, 'x')"])
                }
                #expect(after.all == ["committed"])
                #expect(try await service.effects() == [1])
                #expect(try await service.unpublished() == 0)
            }
        }
    }
}
