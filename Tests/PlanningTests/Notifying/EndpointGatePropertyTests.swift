import Models
import Planning
import Testing

/// A gate before a receiver whose mood changes; every request asked for goes as soon as the gate lets it.
private struct GateWorld {
    struct Request {
        var began: Duration
        var ends: Duration
        var outcome: AttemptOutcome
    }

    /// How the receiver answers for a while.
    enum Mood: CaseIterable {
        case well
        case hanging
        case failing
        case overloaded
        case mixed
    }

    let limits: EndpointGate.Limits
    let channel: NotificationChannel
    var gate: EndpointGate
    let start = ContinuousClock.now
    var now = Duration.zero
    var onTheirWay: [Request] = []
    var begun: [Duration] = []
    var mood = Mood.well
    var moodUntil = Duration.zero
    var random: Generator

    // What the gate should know, kept in another way.
    var failuresInARow = 0
    var isProven: Bool
    var pauseUntil = Duration.zero
    var isGone = false

    init(_ random: Generator) {
        self.random = random
        limits = EndpointGate.Limits(
            inFlight: Int(self.random.int(1...8)),
            ratePerMinute: Int(self.random.pick([1, 7, 60, 119, 600, 6000, 600_000]))
        )
        channel = self.random.pick(NotificationChannel.allCases)
        let failures = self.random.chance(30) ? Int(self.random.int(1...9)) : 0
        failuresInARow = failures
        isProven = failures == 0
        gate = EndpointGate(channel: channel, limits: limits, failures: failures)
    }

    mutating func outcome() -> (AttemptOutcome, Duration) {
        if now >= moodUntil {
            mood = random.pick(Mood.allCases)
            moodUntil = now + .milliseconds(random.int(1...200_000))
        }
        let mood = mood == .mixed ? random.pick([Mood.well, .hanging, .failing, .overloaded]) : mood
        switch mood {
        case .well: return (.delivered, .milliseconds(random.int(1...300)))
        case .hanging: return (.failed(.timedOut), .seconds(15))
        case .failing: return (random.chance(80) ? .failed(.status) : .refused, .milliseconds(random.int(1...300)))
        case .overloaded, .mixed:
            let wish: Duration? = random.chance(50) ? .seconds(random.int(-1...120)) : nil
            return (.throttled(retryAfter: wish), .milliseconds(random.int(1...300)))
        }
    }

    /// Ends what ends next, or goes on to a moment if that is earlier.
    mutating func goOn(to moment: Duration?) {
        let next = onTheirWay.indices.min { onTheirWay[$0].ends < onTheirWay[$1].ends }
        guard let next, moment.map({ onTheirWay[next].ends <= $0 }) ?? true else {
            now = moment ?? now
            return
        }
        let request = onTheirWay.remove(at: next)
        now = max(now, request.ends)
        // Now and then nobody knows what became of it.
        if random.chance(3) { return gate.released() }
        gate.ended(request.outcome, at: start + now)
        switch request.outcome {
        case .delivered:
            failuresInARow = 0
            isProven = true
        case .failed, .refused: failuresInARow += 1
        case .throttled: isProven = false
        case .gone: isGone = true
        }
        if failuresInARow >= 3 { isProven = false }
    }
}

struct EndpointGatePropertyTests {
    @Test func limitsAreKeptProbesComeAndNobodyWaitsForThePast() async {
        await forEverySeed(250) { seed, random in
            var world = GateWorld(random)
            for _ in 0..<400 {
                let instant = world.start + world.now
                switch world.gate.admit(at: instant) {
                case .go:
                    #expect(!world.isGone, "seed \(seed)")
                    #expect(world.isProven || world.onTheirWay.isEmpty, "seed \(seed): two probes at once")
                    let (outcome, latency) = world.outcome()
                    let isEnd = world.random.int(1...2000) == 1
                    world.onTheirWay.append(
                        .init(began: world.now, ends: world.now + latency, outcome: isEnd ? .gone : outcome)
                    )
                    world.begun.append(world.now)
                    #expect(world.onTheirWay.count <= world.limits.inFlight, "seed \(seed)")
                    #expect(world.gate.inFlight == world.onTheirWay.count, "seed \(seed)")
                    if world.random.chance(20) { world.goOn(to: world.now + .milliseconds(world.random.int(0...2000))) }
                case .wait(let until):
                    let wait = until - instant
                    #expect(wait > .zero && wait <= .seconds(3600), "seed \(seed): \(wait)")
                    // Whoever comes then with nothing on its way goes.
                    if world.onTheirWay.isEmpty {
                        var copy = world.gate
                        let then = copy.admit(at: until)
                        #expect(then == .go, "seed \(seed)")
                    }
                    world.goOn(to: world.now + wait)
                case .full:
                    if world.isGone { return }
                    guard !world.onTheirWay.isEmpty else {
                        Issue.record("full with nothing on its way, seed \(seed)")
                        return
                    }
                    world.goOn(to: nil)
                }
                #expect(world.gate.failures == world.failuresInARow, "seed \(seed)")
            }
            Self.expectRate(of: world.begun, world.limits.ratePerMinute, seed)
        }
    }

    /// In every window from one beginning to another: a second's worth, and what the rate gives in its length.
    private static func expectRate(of begun: [Duration], _ rate: Int, _ seed: UInt64) {
        let milliseconds = begun.map(\.wholeMilliseconds)
        for first in milliseconds.indices {
            for last in first..<milliseconds.count {
                let length = milliseconds[last] - milliseconds[first] + 1
                let most = Int64(max(1, rate / 60)) + length * Int64(rate) / 60_000
                guard Int64(last - first + 1) > most else { continue }
                Issue.record("\(last - first + 1) requests in \(length) ms at \(rate) a minute, seed \(seed)")
                return
            }
        }
    }

    @Test func aReceiverThatIsWellGetsItsWholeRate() async {
        await forEverySeed(60) { seed, random in
            let rate = Int(random.int(1...60_000))
            var gate = EndpointGate(channel: .webhook, limits: .init(inFlight: 64, ratePerMinute: rate))
            let start = ContinuousClock.now
            var now = start
            var count = 0
            // Answers come at once: nothing but the rate holds it back.
            while now - start < .seconds(60), count < 5000 {
                switch gate.admit(at: now) {
                case .go:
                    count += 1
                    gate.ended(.delivered, at: now)
                case .wait(let until):
                    guard until > now else {
                        Issue.record("a wait for the past, seed \(seed)")
                        return
                    }
                    now = until
                case .full:
                    Issue.record("full, seed \(seed)")
                    return
                }
            }
            let seconds = (now - start).wholeMilliseconds
            #expect(
                Int64(count + 1) * 60_000 >= Int64(rate) * min(seconds, 60_000),
                "seed \(seed): \(count) of \(rate)"
            )
        }
    }

    @Test func aDeadReceiverIsProbedAtLeastEveryFiveMinutesAndHardlyMoreOften() async {
        await forEverySeed(60) { seed, random in
            var gate = EndpointGate(channel: .webhook, limits: .init(inFlight: 8, ratePerMinute: 6000))
            let start = ContinuousClock.now
            var now = start
            var begun: [Duration] = []
            while now - start < .seconds(86_400) {
                switch gate.admit(at: now) {
                case .go:
                    begun.append(now - start)
                    now = now + .milliseconds(random.int(1...15_000))
                    gate.ended(.failed(.timedOut), at: now)
                case .wait(let until):
                    guard until > now else {
                        Issue.record("a wait for the past, seed \(seed)")
                        return
                    }
                    now = until
                case .full:
                    Issue.record("full, seed \(seed)")
                    return
                }
            }
            let gaps = zip(begun, begun.dropFirst()).map { $1 - $0 }
            #expect(gaps.allSatisfy { $0 <= .seconds(315) }, "seed \(seed)")
            #expect(begun.count < 320, "seed \(seed): \(begun.count) in a day")
        }
    }
}
