internal import Testing

@testable internal import Devnet

@Suite struct RecentTests {
    /// Held against a plain array that forgets nothing.
    @Test(arguments: 0..<20)
    func itKeepsTheNewestWithTheirNumbers(_ round: UInt64) {
        var generator = SeededGenerator(seed: round)
        let limit = Int.random(in: 1...100, using: &generator)
        var recent = Recent<Int>(limit: limit)
        var all: [Int] = []
        var oldest = 1
        for _ in 0..<1_000 {
            if Int.random(in: 0..<10, using: &generator) < 8 {
                all.append(.random(in: 0..<1_000_000, using: &generator))
                let pushed = recent.append(all[all.count - 1])
                #expect(pushed == (all.count - oldest + 1 > limit ? all[oldest - 1] : nil), "seed \(generator.seed)")
                if pushed != nil { oldest += 1 }
            } else {
                let removed = recent.removeFirst()
                #expect(removed == (oldest <= all.count ? all[oldest - 1] : nil), "seed \(generator.seed)")
                if removed != nil { oldest += 1 }
            }
            #expect(recent.last == all.count && recent.count == all.count - oldest + 1, "seed \(generator.seed)")
            let after = Int.random(in: -2...all.count + 2, using: &generator)
            let first = max(oldest, after + 1)
            let expected = first <= all.count ? (first...all.count).map { ($0, all[$0 - 1]) } : []
            let got = recent.after(after)
            #expect(got.map(\.number) == expected.map(\.0), "seed \(generator.seed)")
            #expect(got.map(\.element) == expected.map(\.1), "seed \(generator.seed)")
        }
    }
}
