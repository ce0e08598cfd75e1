import FoundationEssentials
import Models
import Planning
import Testing

struct HealthTests {
    @Test func quantilesAreThoseOfTheNewestValues() async {
        await forEverySeed(300) { seed, random in
            let capacity = Int(random.int(1...40))
            var sample = BoundedSample(capacity: capacity)
            var all: [Int64] = []
            for _ in 0..<random.int(1...120) {
                let value = random.int(-1000...1000)
                sample.add(value)
                all.append(value)
            }
            let newest = all.suffix(capacity).sorted()
            #expect(sample.values.sorted() == newest, "seed \(seed)")
            for perMille in [Int64(1), 500, 950, 1000] {
                // Nearest rank by counting: the smallest value that at least so many do not exceed.
                let expected = newest.first { value in
                    Int64(newest.count { $0 <= value }) * 1000 >= perMille * Int64(newest.count)
                }
                #expect(sample.quantile(perMille: perMille) == expected, "seed \(seed), \(perMille)")
            }
        }
        #expect(BoundedSample(capacity: 5).quantile(perMille: 500) == nil)
    }

    @Test func figuresSayWhatWasMeasured() throws {
        var health = SupplierHealth()
        #expect(health.fillRatePerMille == nil && health.slowTimeToChain == nil && health.failurePerMille == 50)
        for number in Int64(1)...100 {
            health.learn(.fill(number > 10))
            health.learn(.timeToChain(.milliseconds(number * 100)))
        }
        #expect(health.fillRatePerMille == 900)
        #expect(health.medianTimeToChain == .milliseconds(5000))
        #expect(health.slowTimeToChain == .milliseconds(9500))
        #expect(health.failurePerMille == 91)
        health.learn(.price(quoted: Sun(1000), charged: Sun(1000)))
        health.learn(.price(quoted: Sun(1000), charged: Sun(1100)))
        #expect(health.overchargePerMille == 50)
        #expect(health.priceAccuracyPerMille == 500)
        health.learn(.kept(ordered: .seconds(3600), kept: .seconds(1800)))
        health.learn(.kept(ordered: .seconds(3600), kept: .seconds(9999)))
        #expect(health.durationKeptPerMille == 750)
        let stored = try JSONEncoder().encode(health)
        #expect(try JSONDecoder().decode(SupplierHealth.self, from: stored) == health)
    }

    @Test func aStoredSampleThatDoesNotFitIsCut() throws {
        let text = #"{"capacity":2,"values":[1,2,3,4],"next":99}"#
        var sample = try JSONDecoder().decode(BoundedSample.self, from: Data(text.utf8))
        sample.add(7)
        #expect(sample.values.count == 2 && sample.values.contains(7))
    }

    private let down = SupplierFault(.timeout, .sent, "")

    @Test func aBreakerOpensAfterFailuresInARowAndLetsOneProbeThrough() {
        var random = Generator(seed: 1)
        var breaker = CircuitBreaker()
        let policy = CircuitBreaker.Policy()
        breaker.failed(down, now: moment(0), using: &random)
        breaker.failed(down, now: moment(0), using: &random)
        breaker.succeeded()
        breaker.failed(down, now: moment(0), using: &random)
        breaker.failed(down, now: moment(0), using: &random)
        let whileClosed = breaker.admit(now: moment(0))
        breaker.failed(down, now: moment(0), using: &random)
        let whileOpen = breaker.admit(now: moment(1))
        #expect(whileClosed && !whileOpen && breaker.isAvailable(now: moment(5)))
        // Nobody but the probe, unless that never comes back.
        let probe = breaker.admit(now: moment(5))
        let besides = breaker.admit(now: moment(6))
        let another = breaker.admit(now: moment(5) + policy.probeLimit)
        #expect(probe && !besides && another)
        breaker.succeeded()
        let afterwards = breaker.admit(now: moment(40))
        #expect(breaker.state == .closed && afterwards)
    }

    @Test func aSupplierThatAsksForPatienceGetsIt() {
        var random = Generator(seed: 2)
        var breaker = CircuitBreaker()
        let busy = SupplierFault(.rateLimited, .answered, "", retryAfter: .seconds(40))
        breaker.failed(busy, now: moment(0), using: &random)
        #expect(!breaker.isAvailable(now: moment(39)))
        #expect(breaker.isAvailable(now: moment(40)))
        var other = CircuitBreaker()
        for _ in 0..<10 { other.failed(SupplierFault(.priceChanged, .answered, ""), now: moment(0), using: &random) }
        #expect(other.state == .closed)
    }

    @Test func pausesGrowWithinTheirBoundsAndSurviveStorage() async throws {
        try await forEverySeed(200) { seed, random in
            let policy = CircuitBreaker.Policy()
            var breaker = CircuitBreaker()
            var clock: Int64 = 0
            for opening in 0..<12 {
                for _ in 0..<policy.failures { breaker.failed(down, now: moment(clock), using: &random) }
                guard case .open(let until) = breaker.state else {
                    Issue.record("not open, seed \(seed)")
                    return
                }
                let pause = until - moment(clock)
                let longest = min(policy.firstPause * (1 << opening), policy.longestPause)
                #expect(pause >= longest / 2 - .milliseconds(1) && pause <= longest, "seed \(seed), opening \(opening)")
                let stored = try JSONEncoder().encode(breaker)
                #expect(try JSONDecoder().decode(CircuitBreaker.self, from: stored) == breaker)
                clock += longest.components.seconds
                let isAdmitted = breaker.admit(now: moment(clock))
                #expect(isAdmitted, "seed \(seed)")
            }
        }
    }
}
