import Foundation
import LocalStack
import Messaging
import Models
import Storage
import TestSupport
import Testing

@testable import ServiceKit

/// Services that run in a process of their own and end as processes do.
@Suite struct ProcessTests {
    /// Runs the tests' service in this process from its environment, as a main does.
    static func runMain(_ environment: [String: String]) async -> Never {
        for (name, value) in environment { setenv(name, value, 1) }
        await ServiceKit.run("kit", schema: Ground.schema, topology: Ground.topology, arguments: []) { service in
            service.consume("kit.work", prefetch: 50, batch: 20, inbox: true, Ground.effects)
            if environment["KIT_TERM"] != nil {
                service.loop("term", every: .seconds(600)) {
                    // In the middle of the work.
                    try await eventually("some work is done") { try await service.effects().count >= 20 }
                    kill(getpid(), SIGTERM)
                }
            }
        }
    }

    /// Sends 300 messages, lets `body` run a process on them, then finishes with another and looks at the books.
    private func work(_ body: @Sendable (_ environment: [String: String]) async throws -> Void) async throws {
        try await withGround { ground in
            let heard = Seen<Int>()
            let sender = try ground.host()
            let sending = Task { await sender.runToExit(signals: false) }
            try await sender.messaging.publish((1...300).map { Ground.work($0) })
            await sender.stop()
            #expect(await sending.value == .ok)
            try await body(ground.environment)
            try await ground.running { service in
                service.consume("kit.work", inbox: true, Ground.effects)
                service.hear(into: heard)
            } while: { service in
                try await eventually("all are handled") { try await service.effects().count >= 300 }
                try await eventually("all are heard") { Set(heard.all).count >= 300 }
                #expect(try await service.effects() == (1...300).map(Int64.init), "each exactly once")
                try await eventually("the outbox is empty") { try await service.unpublished() == 0 }
            }
        }
    }

    @Test(arguments: ["inbox:3", "commit:3", "ack:3", "publish:3", "confirm:3"])
    func aProcessThatIsKilledAtACrashPointLosesNothing(point: String) async throws {
        try await work { environment in
            let environment = environment.merging(["BUSBAR_CRASH_AT": point]) { $1 }
            await #expect(processExitsWith: .signal(SIGKILL)) { [environment = environment as [String: String]] in
                await ProcessTests.runMain(environment)
            }
        }
    }

    @Test func sigtermDrainsAndEndsWithZero() async throws {
        try await work { environment in
            let environment = environment.merging(["KIT_TERM": "1"]) { $1 }
            let begin = ContinuousClock.now
            await #expect(processExitsWith: .success) { [environment = environment as [String: String]] in
                await ProcessTests.runMain(environment)
            }
            #expect(ContinuousClock.now - begin < .patient(.seconds(15)))
        }
    }

    @Test func aRefusedConfigurationEndsWith78() async throws {
        let result = try await #require(processExitsWith: .exitCode(78), observing: [\.standardErrorContent]) {
            await ProcessTests.runMain(["BUSBAR_BROKER_HOST": "x", "BUSBAR_BROKER_PASSWORD": "guest"])
        }
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(text.contains("BUSBAR_BROKER_HOST is not known; did you mean BUSBAR_BROKER_HOSTS?"))
        #expect(text.contains("BUSBAR_BROKER_PASSWORD is a default or well-known secret"))
    }

    @Test func anUnknownArgumentEndsWith64AndHelpWithZero() async throws {
        await #expect(processExitsWith: .exitCode(64)) {
            await ServiceKit.run("kit", schema: Ground.schema, arguments: ["--verbose"]) { _ in }
        }
        let result = try await #require(processExitsWith: .success, observing: [\.standardOutputContent]) {
            await ServiceKit.run("kit", schema: Ground.schema, arguments: ["--help-config", "--markdown"]) { _ in }
        }
        let text = String(decoding: result.standardOutputContent, as: UTF8.self)
        #expect(text.contains("| `BUSBAR_BROKER_VHOST` | text | `busbar` | Virtual host. |"))
    }
}
