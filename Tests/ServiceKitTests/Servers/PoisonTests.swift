import Foundation
import Messaging
import Models
import TestSupport
import Testing

@testable import ServiceKit

@Suite struct PoisonTests {
    static func runPoisoned(_ environment: [String: String]) async -> Never {
        for (name, value) in environment { setenv(name, value, 1) }
        await ServiceKit.run("kit", schema: Ground.schema, topology: Ground.topology, arguments: []) { service in
            service.consume("kit.work", prefetch: 50, batch: 20, inbox: true) { deliveries, work in
                if deliveries.contains(where: { $0.properties.messageID == "m7" }) { kill(getpid(), SIGKILL) }
                return try await Ground.effects(deliveries, work)
            }
        }
    }

    @Test func aMessageThatKillsItsWorkerIsParkedAfterFiveCountedTriesAndNobodyElseIs() async throws {
        try await withGround { ground in
            let sender = try ground.host()
            let sending = Task { await sender.runToExit(signals: false) }
            try await sender.messaging.publish((1...40).map { Ground.work($0) })
            await sender.stop()
            #expect(await sending.value == .ok)

            // The first delivery, and five that are counted before they are tried.
            for _ in 1...6 {
                let environment = ground.environment
                await #expect(processExitsWith: .signal(SIGKILL)) {
                    [environment = environment as [String: String]] in
                    await PoisonTests.runPoisoned(environment)
                }
            }
            let parked = Seen<Delivery>()
            try await ground.running { service in
                service.consume("kit.work", inbox: true, Ground.effects)
                service.consume("kit.work.parked") { deliveries, _ in
                    for delivery in deliveries { parked.add(delivery) }
                    return .done
                }
            } while: { service in
                try await eventually("one is parked") { parked.all.count == 1 }
                try await eventually("the others are done") { try await service.effects().count == 39 }
                #expect(try await service.effects() == (1...40).filter { $0 != 7 }.map(Int64.init))
                #expect(parked.all.map(\.properties.messageID) == ["m7"])
                #expect(parked.all[0].properties.headers["x-attempt"]?.string == "5")
                #expect(
                    parked.all[0].properties.headers["x-last-error"]?.string
                        == "its worker ended while it was handled"
                )
            }
        }
    }
}
