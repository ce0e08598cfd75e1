import Testing

@testable import Tron

@Suite struct CircuitBreakerTests {
    private let start = ContinuousClock.now

    private func breaker() -> CircuitBreaker {
        CircuitBreaker(threshold: 3, shortest: .seconds(1), longest: .seconds(4))
    }

    private func admits(_ breaker: inout CircuitBreaker, at time: ContinuousClock.Instant) -> Bool {
        breaker.admit(now: time, probeLimit: .seconds(10)).admitted
    }

    @Test func opensAfterFailuresInARow() {
        var breaker = breaker()
        breaker.failed(now: start)
        breaker.failed(now: start)
        breaker.succeeded()
        breaker.failed(now: start)
        breaker.failed(now: start)
        #expect(admits(&breaker, at: start))
        breaker.failed(now: start)
        #expect(!admits(&breaker, at: start + .milliseconds(999)))
    }

    @Test func oneProbeDecides() {
        var breaker = breaker()
        for _ in 0..<3 { breaker.failed(now: start) }
        let later = start + .seconds(1)
        #expect(admits(&breaker, at: later))
        #expect(!admits(&breaker, at: later), "a second probe beside the first")
        breaker.succeeded()
        #expect(admits(&breaker, at: later))
    }

    @Test func pausesDoubleUpToALimit() {
        var breaker = breaker()
        var now = start
        for _ in 0..<3 { breaker.failed(now: now) }
        for pause in [1, 2, 4, 4] {
            #expect(!admits(&breaker, at: now + .seconds(pause) - .milliseconds(1)))
            now = now + .seconds(pause)
            #expect(admits(&breaker, at: now))
            breaker.failed(now: now)
        }
    }

    @Test func aLostProbeIsReplaced() {
        var breaker = breaker()
        breaker.pause(.seconds(1), now: start)
        #expect(admits(&breaker, at: start + .seconds(1)))
        #expect(!admits(&breaker, at: start + .seconds(10)))
        #expect(admits(&breaker, at: start + .seconds(11)))
    }

    @Test func aLongerPauseIsKept() {
        var breaker = breaker()
        breaker.pause(.seconds(30), now: start)
        breaker.pause(.seconds(1), now: start)
        #expect(!admits(&breaker, at: start + .seconds(29)))
    }

    @Test func bucketSpreadsRequests() {
        var bucket = TokenBucket(perSecond: 10, burst: 3, now: start)
        func wait(_ now: ContinuousClock.Instant) -> Duration? {
            bucket.take(now: now, patience: .milliseconds(250)).map { $0 - now }
        }
        #expect((0..<3).map { _ in wait(start) } == [.zero, .zero, .zero])
        #expect(wait(start) == .milliseconds(100))
        #expect(wait(start) == .milliseconds(200))
        #expect(wait(start) == nil, "a wait longer than the patience")
        #expect(wait(start + .milliseconds(100)) == .milliseconds(200))
        let muchLater = start + .seconds(100)
        #expect((0..<4).map { _ in wait(muchLater) } == [.zero, .zero, .zero, .milliseconds(100)])
    }
}
