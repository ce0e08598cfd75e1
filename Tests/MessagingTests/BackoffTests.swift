import Testing

@testable import Messaging

@Suite("Backoff")
struct BackoffTests {
    @Test func theCeilingDoublesUpToItsMaximumAndBeginsAnew() {
        var backoff = Backoff(minimum: .milliseconds(200), maximum: .seconds(2))
        var random = SeededGenerator(seed: 1)
        var ceilings: [Duration] = []
        for _ in 0..<6 {
            ceilings.append(backoff.ceiling)
            let wait = backoff.next(using: &random)
            #expect(wait >= .zero && wait <= ceilings[ceilings.count - 1])
        }
        let expected: [Duration] = [200, 400, 800, 1600, 2000, 2000].map { .milliseconds($0) }
        #expect(ceilings == expected)
        backoff.reset()
        #expect(backoff.ceiling == .milliseconds(200))
    }
}
