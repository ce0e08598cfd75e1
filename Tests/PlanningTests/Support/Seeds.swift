/// SplitMix64: small, seeded, the same on every machine.
struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func int(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self) }
    mutating func chance(_ percent: Int64) -> Bool { int(1...100) <= percent }

    /// One of some values; there must be one.
    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(int(0...Int64(values.count - 1)))] }

    /// Small numbers, round ones and large ones, so that edges are met often.
    mutating func amount(upTo limit: Int64) -> Int64 {
        switch int(0...3) {
        case 0: int(0...min(5, limit))
        case 1: limit
        default: int(0...limit)
        }
    }
}

/// Runs a property for many seeds. Every expectation in it names the seed, so that a failure can be run again alone.
///
/// Lets other tests have their turn now and then: all of them share as many threads as there are cores, and one that
/// computes for seconds without a pause makes the others miss answers of their servers.
func forEverySeed(_ count: UInt64 = 400, _ property: (UInt64, inout Generator) throws -> Void) async rethrows {
    var turn = ContinuousClock.now
    for seed in 1...count {
        var generator = Generator(seed: seed)
        try property(seed, &generator)
        guard ContinuousClock.now - turn > .milliseconds(20) else { continue }
        await Task.yield()
        turn = .now
    }
}
