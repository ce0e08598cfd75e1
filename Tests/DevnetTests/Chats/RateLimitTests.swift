internal import Testing

@testable internal import Devnet

@Suite struct RateLimitTests {
    private let start = ContinuousClock.now

    @Test func aBurstIsTakenAndThenOneASecond() {
        var limit = RateLimit(burst: 3, every: .seconds(1))
        for _ in 0..<3 {
            #expect(limit.wait(at: start) == nil)
            limit.take(at: start)
        }
        #expect(limit.wait(at: start) == .seconds(1))
        #expect(limit.wait(at: start + .milliseconds(400)) == .milliseconds(600))
        #expect(limit.wait(at: start + .seconds(1)) == nil)
        limit.take(at: start + .seconds(1))
        #expect(limit.wait(at: start + .seconds(1)) == .seconds(1))
        // After a pause there is a burst again, and no more than that.
        for _ in 0..<3 {
            #expect(limit.wait(at: start + .seconds(100)) == nil)
            limit.take(at: start + .seconds(100))
        }
        #expect(limit.wait(at: start + .seconds(100)) == .seconds(1))
    }

    /// Whoever waits as he is told gets his turn, and over any time no more come through than the limit says.
    @Test(arguments: 0..<10)
    func noMoreComeThroughThanItSays(_ round: UInt64) {
        var generator = SeededGenerator(seed: round)
        let burst = Int.random(in: 1...10, using: &generator)
        let every = Duration.milliseconds(.random(in: 10...3_000, using: &generator))
        var limit = RateLimit(burst: burst, every: every)
        var taken: [ContinuousClock.Instant] = []
        var now = start
        for _ in 0..<500 {
            now += .milliseconds(.random(in: 0...800, using: &generator))
            if let wait = limit.wait(at: now) {
                #expect(wait > .zero, "seed \(generator.seed)")
                #expect(limit.wait(at: now + wait) == nil, "seed \(generator.seed)")
            } else {
                limit.take(at: now)
                taken.append(now)
            }
        }
        for (index, first) in taken.enumerated() where index + burst < taken.count {
            #expect(first.duration(to: taken[index + burst]) >= every, "seed \(generator.seed)")
        }
    }

    @Test func aWindowCountsDownAndBeginsAnew() {
        var window = RateWindow(limit: 2, length: .seconds(2))
        var taken = window.take(at: start)
        #expect(taken.isWithin && taken.remaining == 1 && taken.reset == .seconds(2))
        taken = window.take(at: start + .seconds(1))
        #expect(taken.isWithin && taken.remaining == 0 && taken.reset == .seconds(1))
        taken = window.take(at: start + .milliseconds(1_500))
        #expect(!taken.isWithin && taken.reset == .milliseconds(500))
        taken = window.take(at: start + .seconds(2))
        #expect(taken.isWithin && taken.remaining == 1)
    }

    @Test func secondsToWaitAreRoundedUp() {
        #expect(Duration.milliseconds(1).retrySeconds == 1)
        #expect(Duration.milliseconds(1_001).retrySeconds == 2)
        #expect(Duration.seconds(3).retrySeconds == 3)
    }
}
