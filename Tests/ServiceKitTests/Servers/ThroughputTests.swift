import Foundation
import Messaging
import Models
import Storage
import Telemetry
import Testing

@testable import ServiceKit

/// Measures the loop: one row and one confirmed event a message. Off unless `BUSBAR_TEST_MEASURE` says how many messages.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["BUSBAR_TEST_MEASURE"] != nil))
struct ThroughputTests {
    private func processorTime() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    @Test(arguments: [false, true]) func theLoopIsFast(usesInbox: Bool) async throws {
        let count = Int(ProcessInfo.processInfo.environment["BUSBAR_TEST_MEASURE"] ?? "") ?? 20_000
        try await withGround { ground in
            let sender = try ground.host()
            let sending = Task { await sender.runToExit(signals: false) }
            for start in stride(from: 0, to: count, by: 1000) {
                try await sender.messaging.publish(
                    (start..<start + 1000).map { Ground.work($0) },
                    timeout: .seconds(60)
                )
            }
            await sender.stop()
            #expect(await sending.value == .ok)
            let (begin, processor) = (ContinuousClock.now, processorTime())
            try await ground.running { service in
                service.consume("kit.work", prefetch: 1000, batch: 200, inbox: usesInbox, Ground.effects)
            } while: { service in
                let published = "busbar_outbox_published_total{path=\"memory\"} \(count)\n"
                try await eventually(within: .seconds(120), "all are published") {
                    try await Task.sleep(for: .milliseconds(50))
                    return service.metrics.exposition().contains(published)
                }
                let seconds = (ContinuousClock.now - begin) / .seconds(1)
                let each = (processorTime() - processor) / Double(count) * 1e6
                let batches =
                    service.metrics.exposition().split(separator: "\n")
                    .first { $0.hasPrefix("busbar_batch_size_count") } ?? ""
                print(
                    "inbox \(usesInbox): \(Int(Double(count) / seconds)) messages/s, \(Int(each)) µs of processor each; "
                        + "\(batches)"
                )
                #expect(try await service.effects().count == count)
            }
        }
    }
}
