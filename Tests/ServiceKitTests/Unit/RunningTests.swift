import Messaging
import Telemetry
import Testing

@testable import ServiceKit

@Suite struct RunningTests {
    @Test func crashPlansAreReadStrictly() {
        #expect(CrashPlan("commit:3")?.pass == 3)
        #expect(CrashPlan("commit")?.pass == 1)
        for text in ["", "commit:", "commit:0", "commit:x", "commit:1:2", "nowhere", ":1"] {
            #expect(CrashPlan(text) == nil)
        }
    }

    @Test func backoffGrowsToItsCapAndStartsAnew() {
        var generator = Highest()
        var backoff = Backoff(base: .milliseconds(50), cap: .seconds(2))
        var waits: [Duration] = []
        for _ in 0..<8 { waits.append(backoff.next(using: &generator)) }
        for (wait, milliseconds) in zip(waits, [50, 100, 200, 400, 800, 1600, 2000, 2000]) {
            #expect(wait > .milliseconds(milliseconds - 1) && wait <= .milliseconds(milliseconds))
        }
        backoff.reset()
        #expect(backoff.next(using: &generator) <= .milliseconds(50))
    }

    @Test func aRingBeforeTheWaitIsNotLostAndCountsOnce() async {
        let wakeUp = WakeUp()
        wakeUp.ring()
        wakeUp.ring()
        await wakeUp.wait()
        let start = ContinuousClock.now
        await wakeUp.wait(atMost: .milliseconds(50))
        #expect(ContinuousClock.now - start >= .milliseconds(50))
        wakeUp.ring()
        await wakeUp.wait(atMost: .seconds(60))
    }

    @Test func aGateLetsThroughWhoWaitedAndWhoComesLater() async throws {
        let gate = Gate()
        await withThrowingTaskGroup { group in
            for _ in 0..<3 { group.addTask { try await gate.pass() } }
            gate.open()
        }
        try await gate.pass()
    }

    @Test func aGateDoesNotHoldACancelledTask() async {
        let gate = Gate()
        let task = Task { try await gate.pass() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func livenessLooksAtWorkingLoopsOnly() {
        let health = ServiceHealth()
        let loop = health.loop("sweep")
        let later = ContinuousClock.now + .seconds(31)
        #expect(health.liveness(at: later).isGood)
        loop.turned()
        #expect(health.liveness().isGood)
        #expect(
            health.liveness(at: later).json
                == #"{"status":"stuck","checks":[{"name":"sweep","ok":false,"detail":"no turn for 30 s"}]}"# + "\n"
        )
        loop.waits()
        #expect(health.liveness(at: later).isGood)
    }

    @Test func readinessNamesWhatIsMissing() {
        let health = ServiceHealth()
        #expect(!health.readiness().isGood)
        health.started()
        #expect(health.readiness().isGood)
        health.requireForReadiness { .init("broker \"a\"", isReady: false, detail: "connecting\n") }
        #expect(health.readiness().json.contains(#"{"name":"broker \"a\"","ok":false,"detail":"connecting "}"#))
        health.drain()
        #expect(health.readiness().json.contains("draining"))
    }
}

@Suite struct BatchTraceTests {
    private let one = TraceContext.root()
    private let other = TraceContext.root()

    private func handling(_ traces: [TraceContext?]) -> TraceContext {
        let deliveries = traces.map { trace in
            var properties = MessageProperties(messageID: "a")
            if let trace { properties.headers[TraceContext.headerName] = .string(trace.traceparent) }
            return Delivery(body: [], properties: properties, routingKey: "q", redelivered: false, queue: "q")
        }
        return .handling(deliveries)
    }

    @Test func messagesOfOneTraceAreHandledInIt() {
        #expect(handling([one]).traceID == one.traceID)
        let together = handling([one, one.child()])
        #expect(together.traceID == one.traceID)
        #expect(together.span != one.span)
    }

    @Test func messagesOfSeveralTracesAreHandledInANewOne() {
        let batches: [[TraceContext?]] = [[], [nil], [one, other], [one, nil], [nil, one]]
        for traces in batches {
            let trace = handling(traces).traceID
            #expect(trace != one.traceID && trace != other.traceID)
        }
    }
}

/// Always the highest number: jitter then draws the ceiling.
private struct Highest: RandomNumberGenerator {
    mutating func next() -> UInt64 { .max }
}

@Suite struct SlowLaneTests {
    private func suspect(_ id: String, _ body: String = "x") -> SlowLane.Suspect {
        let delivery = Delivery(
            body: Array(body.utf8),
            properties: MessageProperties(messageID: id),
            routingKey: "q",
            redelivered: true,
            queue: "q"
        )
        return SlowLane.Suspect(delivery: delivery, batch: DeliveryBatch([delivery]))
    }

    @Test func twoMessagesWithOneIdAreBothKept() async {
        let lane = SlowLane()
        lane.add([suspect("a"), suspect("a"), suspect("a", "y")])
        #expect(lane.count == 3)
    }

    @Test func aPostponedSuspectGoesBehindTheOthers() async {
        let lane = SlowLane()
        lane.add([suspect("a"), suspect("b"), suspect("c")])
        var ids: [String?] = []
        if let first = await lane.next() {
            ids.append(first.delivery.properties.messageID)
            lane.postpone(first)
        }
        for _ in 0..<3 { ids.append(await lane.next()?.delivery.properties.messageID) }
        #expect(ids.prefix(1) == ["a"] && Set(ids.dropFirst()) == ["a", "b", "c"])
        lane.close()
        #expect(await lane.next()?.delivery == nil)
    }
}
