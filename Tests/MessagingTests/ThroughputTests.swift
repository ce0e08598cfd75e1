import Foundation
import Glibc
import Messaging
import Models
import TestSupport
import Testing

/// Figures for people; they fail only when something is badly wrong. `BUSBAR_MEASURE=1` runs them longer.
@Suite("Throughput", .serialized)
struct ThroughputTests {
    private static let total = ProcessInfo.processInfo.environment["BUSBAR_MEASURE"] == nil ? 20_000 : 100_000

    private func processorTime() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let (user, system) = (usage.ru_utime, usage.ru_stime)
        return Double(user.tv_sec + system.tv_sec) + Double(user.tv_usec + system.tv_usec) / 1_000_000
    }

    private func measure(_ what: String, _ count: Int, _ body: () async throws -> Void) async throws -> Double {
        let clock = ContinuousClock()
        let processor = processorTime()
        let time = try await clock.measure { try await body() }
        let seconds = time / .seconds(1)
        let each = (processorTime() - processor) / Double(count) * 1_000_000
        let rate = Double(count) / seconds
        print("\(what): \(Int(rate)) messages/s, \((each * 10).rounded() / 10) µs processor time per message")
        return rate
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["BUSBAR_MEASURE"] != nil))
    func publishingAndConsumingAreFast() async throws {
        try await withQueues(["q"]) { client, _ in
            let total = Self.total
            let body = Array(repeating: UInt8(ascii: "x"), count: 512)
            var prepared: [OutgoingMessage] = []
            for number in 0..<total {
                prepared.append(
                    OutgoingMessage(
                        exchange: "",
                        routingKey: "q",
                        body: body,
                        properties: MessageProperties(
                            messageID: "0193a5b0-0000-7000-8000-\(100_000_000_000 + number)",
                            type: "withdrawal.request.v1",
                            correlationID: "p42:w\(number)",
                            timestamp: .init(milliseconds: 1_700_000_000_000),
                            appID: "bench",
                            contentType: "application/json",
                            headers: ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]
                        )
                    )
                )
            }
            let messages = prepared
            let published = try await measure("publish, calls of 200", total) {
                for start in stride(from: 0, to: total, by: 200) {
                    try await client.publish(Array(messages[start..<start + 200]), timeout: .seconds(60))
                }
            }
            let consumed = try await measure("consume, prefetch 300, batches up to 200", total) {
                var count = 0
                for await batch in client.deliveries(from: "q", prefetch: 300, batch: 200) {
                    count += batch.count
                    batch.acknowledge()
                    if count >= total { break }
                }
            }
            let both = try await measure("publish from 4 tasks and consume at once", total) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for task in 0..<4 {
                        group.addTask {
                            for start in stride(from: task * 200, to: total, by: 800) {
                                try await client.publish(Array(messages[start..<start + 200]), timeout: .seconds(60))
                            }
                        }
                    }
                    var count = 0
                    for await batch in client.deliveries(from: "q", prefetch: 600, batch: 300) {
                        count += batch.count
                        batch.acknowledge()
                        if count >= total { break }
                    }
                    try await group.waitForAll()
                }
            }
            var waits: [Double] = []
            for index in 0..<200 {
                let time = try await ContinuousClock().measure { try await client.publish([messages[index]]) }
                waits.append(time / .milliseconds(1))
            }
            waits.sort()
            print("publish one and await: p50 \(waits[100]) ms, p99 \(waits[197]) ms")
            #expect(published > 500 && consumed > 500 && both > 500)
        }
    }
}
