import Models
import Planning
import Testing

/// A gate and a clock, for expectations that change both.
private final class Gate {
    var gate: EndpointGate
    let start = ContinuousClock.now

    init(
        _ channel: NotificationChannel = .webhook,
        inFlight: Int = 8,
        rate: Int = 60_000,
        failures: Int = 0,
        policy: EndpointGate.Policy? = nil
    ) {
        gate = EndpointGate(
            channel: channel,
            limits: .init(inFlight: inFlight, ratePerMinute: rate),
            failures: failures,
            policy: policy
        )
    }

    func admit(_ seconds: Int64) -> EndpointGate.Admission { gate.admit(at: start + .seconds(seconds)) }
    func end(_ outcome: AttemptOutcome, _ seconds: Int64) { gate.ended(outcome, at: start + .seconds(seconds)) }
    func state(_ seconds: Int64) -> EndpointGate.State { gate.state(at: start + .seconds(seconds)) }
    func wait(until seconds: Int64) -> EndpointGate.Admission { .wait(until: start + .seconds(seconds)) }

    /// Requests one after the other, each ended at once.
    func fail(_ count: Int, _ seconds: Int64) {
        for _ in 0..<count where admit(seconds) == .go { end(.failed(.timedOut), seconds) }
    }
}

struct EndpointGateTests {
    @Test func noMoreGoAtOnceThanItBears() {
        let gate = Gate(inFlight: 2)
        #expect(gate.admit(0) == .go)
        #expect(gate.admit(0) == .go)
        #expect(gate.admit(0) == .full && gate.gate.inFlight == 2)
        gate.end(.delivered, 1)
        #expect(gate.admit(1) == .go)
        #expect(gate.admit(9) == .full)
        gate.gate.released()
        #expect(gate.admit(9) == .go)
    }

    @Test func aSecondsWorthMayGoTogetherAndTheRestInTurn() {
        let gate = Gate(inFlight: 64, rate: 180)
        for _ in 0..<3 { #expect(gate.admit(0) == .go) }
        let third = Duration.nanoseconds(333_333_334)
        #expect(gate.admit(0) == .wait(until: gate.start + third))
        #expect(gate.gate.admit(at: gate.start + third - .nanoseconds(1)) == .wait(until: gate.start + third))
        #expect(gate.gate.admit(at: gate.start + third) == .go)
        // What was not used is not saved up for more than a second.
        for _ in 0..<3 { #expect(gate.admit(600) == .go) }
        #expect(gate.admit(600) != .go)
    }

    @Test func aRateBelowOneASecondLetsOneGoAtATime() {
        let gate = Gate(inFlight: 64, rate: 1)
        #expect(gate.admit(0) == .go)
        #expect(gate.admit(59) == gate.wait(until: 60))
        #expect(gate.admit(60) == .go)
    }

    @Test func limitsBelowOneAreOne() {
        let gate = Gate(inFlight: 0, rate: -5)
        #expect(gate.admit(0) == .go)
        #expect(gate.gate.limits.inFlight == 1 && gate.gate.limits.ratePerMinute == 1)
        _ = Gate(inFlight: .max, rate: .max).admit(0)
    }

    @Test func limitsMayChangeWhileRequestsAreOnTheirWay() {
        let gate = Gate(inFlight: 4)
        for _ in 0..<4 { _ = gate.admit(0) }
        gate.gate.limits = .init(inFlight: 2, ratePerMinute: 60_000)
        gate.end(.delivered, 1)
        #expect(gate.admit(1) == .full)
        gate.end(.delivered, 1)
        #expect(gate.admit(1) == .full)
        gate.end(.delivered, 1)
        #expect(gate.admit(1) == .go)
    }

    @Test func threeFailuresInARowOpenTheBreaker() {
        let gate = Gate()
        gate.fail(2, 0)
        #expect(gate.admit(0) == .go)
        gate.end(.delivered, 0)
        gate.fail(2, 1)
        #expect(gate.state(1) == .closed && gate.gate.failures == 2)
        gate.fail(1, 1)
        #expect(gate.state(1) == .open(until: gate.start + .seconds(11)))
        #expect(gate.admit(1) == gate.wait(until: 11))
        #expect(gate.admit(10) == gate.wait(until: 11))
    }

    @Test(arguments: [
        AttemptOutcome.failed(.timedOut), .failed(.status), .failed(.unreachable), .failed(.refusedAddress), .refused,
    ])
    func everyKindOfFailureCounts(outcome: AttemptOutcome) {
        let gate = Gate()
        for _ in 0..<3 {
            #expect(gate.admit(0) == .go)
            gate.end(outcome, 0)
        }
        #expect(gate.state(0) == .open(until: gate.start + .seconds(10)))
    }

    @Test func afterThePauseOneProbeGoesAndItsOutcomeDecides() {
        let gate = Gate()
        gate.fail(3, 0)
        #expect(gate.state(10) == .halfOpen)
        #expect(gate.admit(10) == .go)
        #expect(gate.admit(10) == .full)
        gate.end(.failed(.timedOut), 25)
        #expect(gate.admit(25) == gate.wait(until: 45))
        #expect(gate.admit(45) == .go)
        gate.end(.delivered, 46)
        #expect(gate.state(46) == .closed)
        for _ in 0..<8 { #expect(gate.admit(46) == .go) }
        // The next time it begins with the short pause again.
        for _ in 0..<8 { gate.end(.failed(.status), 50) }
        #expect(gate.state(50) == .open(until: gate.start + .seconds(60)))
    }

    @Test func pausesDoubleUpToFiveMinutes() {
        let gate = Gate()
        gate.fail(3, 0)
        var clock: Int64 = 0
        for pause: Int64 in [10, 20, 40, 80, 160, 300, 300, 300] {
            #expect(gate.admit(clock) == gate.wait(until: clock + pause))
            clock += pause
            #expect(gate.admit(clock) == .go)
            gate.end(.failed(.unreachable), clock)
        }
    }

    @Test func whatWasOnItsWayWhenItOpenedNeitherProbesNorProlongs() {
        let gate = Gate()
        for _ in 0..<5 { #expect(gate.admit(0) == .go) }
        for _ in 0..<3 { gate.end(.failed(.timedOut), 1) }
        gate.end(.failed(.timedOut), 2)
        #expect(gate.state(2) == .open(until: gate.start + .seconds(11)))
        // The fifth still hangs when the pause is over: there is no probe beside it, and its failure is an old one.
        #expect(gate.admit(11) == .full)
        gate.end(.failed(.timedOut), 15)
        #expect(gate.admit(15) == .go)
        gate.end(.failed(.timedOut), 16)
        #expect(gate.state(16) == .open(until: gate.start + .seconds(36)))
    }

    @Test func aLateSuccessClosesItToo() {
        let gate = Gate()
        for _ in 0..<4 { #expect(gate.admit(0) == .go) }
        for _ in 0..<3 { gate.end(.failed(.status), 1) }
        gate.end(.delivered, 2)
        #expect(gate.state(2) == .closed && gate.admit(2) == .go)
    }

    @Test(
        arguments: [
            (.webhook, nil, 60), (.email, nil, 60), (.slack, nil, 5), (.discord, nil, 5), (.telegram, nil, 5),
            (.webhook, 30, 30), (.telegram, 30, 30), (.webhook, 0, 1), (.webhook, 7200, 3600), (.slack, -3, 1),
        ] as [(NotificationChannel, Int64?, Int64)]
    )
    func aReceiverThatWantsAPauseGetsIt(channel: NotificationChannel, wish: Int64?, pause: Int64) {
        let gate = Gate(channel)
        #expect(gate.admit(0) == .go)
        gate.end(.throttled(retryAfter: wish.map { .seconds($0) }), 0)
        #expect(gate.state(0) == .throttled(until: gate.start + .seconds(pause)))
        #expect(gate.admit(0) == gate.wait(until: pause))
        #expect(gate.admit(pause) == .go)
        #expect(gate.admit(pause) == .full, "one goes first")
        gate.end(.delivered, pause)
        #expect(gate.admit(pause) == .go && gate.admit(pause) == .go)
    }

    @Test func aPauseThatWasAskedForOutlastsASuccessAndAShorterWish() {
        let gate = Gate()
        for _ in 0..<3 { #expect(gate.admit(0) == .go) }
        gate.end(.throttled(retryAfter: .seconds(100)), 0)
        gate.end(.throttled(retryAfter: .seconds(5)), 0)
        gate.end(.delivered, 1)
        #expect(gate.admit(1) == gate.wait(until: 100))
    }

    @Test func anOverloadedReceiverIsNoFailedOne() {
        let gate = Gate()
        for round: Int64 in 0..<10 {
            #expect(gate.admit(round * 10) == .go)
            gate.end(.throttled(retryAfter: .seconds(10)), round * 10)
        }
        #expect(gate.gate.failures == 0 && gate.state(100) == .halfOpen)
    }

    @Test func oneThatFailedBeforeHasToProveItselfFirst() {
        let gate = Gate(failures: 2)
        #expect(gate.state(0) == .halfOpen)
        #expect(gate.admit(0) == .go)
        #expect(gate.admit(0) == .full)
        gate.end(.failed(.timedOut), 1)
        #expect(gate.state(1) == .open(until: gate.start + .seconds(11)) && gate.gate.failures == 3)
    }

    @Test func aProbeThatWasNotMadeIsMadeLater() {
        let gate = Gate(failures: 5)
        #expect(gate.admit(0) == .go)
        gate.gate.released()
        #expect(gate.state(0) == .halfOpen && gate.admit(0) == .go)
        gate.end(.delivered, 0)
        #expect(gate.state(0) == .closed)
    }

    @Test func nothingGoesToOneThatWantsNoMore() {
        let gate = Gate()
        #expect(gate.admit(0) == .go && gate.admit(0) == .go)
        gate.end(.gone, 0)
        #expect(gate.state(0) == .gone && gate.admit(0) == .full)
        gate.end(.delivered, 1)
        #expect(gate.state(1) == .gone && gate.admit(1_000_000) == .full)
    }
}
